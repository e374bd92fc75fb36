import Graphs
import Kernels
import Tensors

/// A computed array: where its values lie in a result of the graph.
///
/// The batch axis is an axis like any other, of extent 1: the graph is the model for one sample.
/// Transposing, cutting, repeating and multiplying by a number change the description alone.
struct ONNXResult {
  /// The graph's result.
  let value: Value
  /// The array in the result's memory, `[H, W, C]` or `[T, D]`.
  let view: StridedView
  /// A factor on all values that has not been applied yet.
  let factor: Float

  init(_ value: Value, _ view: StridedView, factor: Float = 1) {
    self.value = value
    self.view = view
    self.factor = factor
  }

  /// Images `[1, C, H, W]` or vectors `[1, D]`.
  init(batchOf value: Value) { self.init(value, value.view.inserting(axis: 0)) }

  /// An array that lies in order.
  init(_ value: Value, inOrder shape: [Int], factor: Float = 1) {
    self.init(value, StridedView(rowMajor: shape), factor: factor)
  }

  /// Extents, the batch axis included.
  var shape: [Int] { view.shape }

  /// Whether the array is all of the graph's result, in any order.
  var isWhole: Bool { view.covers(value.shape.elementCount) }

  /// The same array seen otherwise.
  func seen(as view: StridedView) -> ONNXResult { ONNXResult(value, view, factor: factor) }

  /// The graph's result with the factor applied.
  private func scaled(_ value: Value) -> Value {
    guard factor != 1 else { return value }
    return value.mergedAffine(
      scale: [Float](repeating: factor, count: value.channels),
      shift: [Float](repeating: 0, count: value.channels))
  }

  /// The same array without a factor.
  var settled: ONNXResult { factor == 1 ? self : ONNXResult(scaled(value), view) }

  /// The values in the order of some axes, the others being of extent 1, as a result of a shape.
  func ordered(_ axes: [Int], as shape: [Int]) -> Value {
    scaled(Self.contiguous(value, view.permuted(axes), as: shape))
  }

  private static func contiguous(_ value: Value, _ view: StridedView, as shape: [Int]) -> Value {
    let size = value.shape.elementCount
    if view.count == size && view.isInOrder { return value.reinterpreted(as: shape) }
    // A linear layer on a flattened map needs no copy of it.
    if view.count == size, value.view.reshaped(to: view.shape) == view {
      return value.flattened().reinterpreted(as: shape)
    }
    let (channels, pixels) = (value.channels, value.rows * value.columns)
    let parts = view.collapsed
    let isPixel = view.count == channels && (channels == 1 || parts.strides == [1])
    if isPixel, view.offset % channels == 0, view.offset + channels <= size, view.offset >= 0 {
      let row = value.reinterpreted(as: [channels, pixels, 1]).row(view.offset / channels)
      return row.reinterpreted(as: shape)
    }
    let part = StridedView(
      shape: [pixels, shape[0]], strides: [channels, 1], offset: view.offset)
    if parts == part.collapsed, view.offset >= 0, view.offset + shape[0] <= channels {
      return value.channels(from: view.offset, count: shape[0]).reinterpreted(as: shape)
    }
    return value.rearranged(by: view, to: shape)
  }

  /// Rows of the last axes: `[D, T, 1]`, or `[D]` for a single row.
  func rows(keeping axes: Int = 1) -> Value {
    let depth = shape.suffix(axes).reduce(1, *)
    let count = shape.elementCount / max(depth, 1)
    return ordered(Array(shape.indices), as: count == 1 ? [depth] : [depth, count, 1])
  }

  /// The array in order.
  var inOrder: ONNXResult { ONNXResult(rows(keeping: min(shape.count, 1)), inOrder: shape) }

  /// The array as all of a result, its values as near to their present order as can be.
  var compacted: ONNXResult {
    if isWhole { return self }
    let axes = view.axesByStride
    guard axes.allSatisfy({ view.strides[$0] > 0 }), let last = axes.last else { return inOrder }
    let depth = shape[last]
    let target =
      axes.count == 3
      ? [depth, shape[axes[0]], shape[axes[1]]] : [depth, shape.elementCount / depth, 1]
    let value = ordered(axes, as: axes.count == 1 ? [depth] : target)
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in axes.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return ONNXResult(value, StridedView(shape: shape, strides: strides))
  }

  /// The values as the graph offers results: planar `[C, H, W]`, `[D]`, or `[A, B, 1]`, in the order that
  /// the array has behind its batch axis.
  var planar: Value {
    let extents = Array(shape.dropFirst())
    guard extents.count > 1 else { return ordered(Array(shape.indices), as: [max(view.count, 1)]) }
    let columns = extents.dropFirst(2).reduce(1, *)
    return ordered(Array(2..<shape.count) + [1, 0], as: [extents[0], extents[1], columns])
  }

  /// A function of each value.
  func mapped(_ transform: (Value) -> Value) -> ONNXResult {
    let whole = settled.compacted
    return ONNXResult(transform(whole.value), whole.view)
  }
}
