import ArrayKernels
import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `ReduceMean` and its kin over any axes.
  static func reduce(_ kind: Reduction) -> ONNXImporter {
    { step throws(ONNXError) in
      let operand = try step.present(0)
      guard let shape = operand.shape else { throw step.unfit(0, "numbers") }
      let keeps = try step.node.integer("keepdims", default: 1, in: 0...1) == 1
      let stated = try step.integers(1, or: "axes") ?? []
      let doesNothing = try step.node.integer("noop_with_empty_axes", default: 0, in: 0...1) == 1
      if stated.isEmpty && doesNothing { return operand }
      let axes = stated.isEmpty ? Array(shape.indices) : try step.axes(stated, of: shape.count)
      if case .value(let result) = operand {
        return .value(reduced(result, over: axes, kind, keepsAxes: keeps))
      }
      return try folded(step, operand, over: axes, kind, keepsAxes: keeps)
    }
  }

  /// What is left of some axes.
  static func reduced(
    _ result: ONNXResult, over axes: [Int], _ kind: Reduction, keepsAxes: Bool
  ) -> ONNXResult {
    let kept = result.shape.indices.filter { !axes.contains($0) }
    let shape = left(of: result.shape, over: axes, keepsAxes: keepsAxes)
    if let mean = meanOfPixels(result, kept: kept, axes: axes), kind == .mean {
      return ONNXResult(mean, inOrder: shape, factor: result.factor)
    }
    let count = kept.reduce(1) { $0 * result.shape[$1] }
    let rows = result.ordered(kept + axes, as: [result.view.count / count, count, 1])
    let depth = kept.last.map { result.shape[$0] } ?? 1
    let value = rows.reduced(to: kind).reinterpreted(as: [depth, count / depth, 1])
    return ONNXResult(value, inOrder: shape)
  }

  /// The mean of all pixels of a whole map of which nothing else is reduced; nil for others.
  private static func meanOfPixels(_ result: ONNXResult, kept: [Int], axes: [Int]) -> Value? {
    let size = result.value.shape.elementCount
    guard result.value.shape.count == 3, result.view.count == size,
      result.view.permuted(axes + kept).isInOrder,
      kept.reduce(1, { $0 * result.shape[$1] }) == result.value.channels
    else { return nil }
    return result.value.globalAveragePool()
  }

  private static func left(of shape: [Int], over axes: [Int], keepsAxes: Bool) -> [Int] {
    shape.indices.compactMap { axes.contains($0) ? (keepsAxes ? 1 : nil) : shape[$0] }
  }

  private static func folded(
    _ step: ONNXStep, _ operand: ONNXOperand, over axes: [Int], _ kind: Reduction,
    keepsAxes: Bool
  ) throws(ONNXError) -> ONNXOperand {
    guard let tensor = operand.tensor, tensor.count > 0 else { throw step.unfit(0, "numbers") }
    let kept = tensor.shape.indices.filter { !axes.contains($0) }
    let view = StridedView(rowMajor: tensor.shape).permuted(kept + axes)
    let values = relaid(tensor.values, view)
    let size = axes.reduce(1) { $0 * tensor.shape[$1] }
    let shape = left(of: tensor.shape, over: axes, keepsAxes: keepsAxes)
    let results = stride(from: 0, to: values.count, by: size).map { kind(values[$0..<$0 + size]) }
    if case .integers = operand {
      let whole = results.compactMap { Int(exactly: $0) }
      guard whole.count == results.count else { throw step.unfit(0, "floats") }
      return .integers(ONNXIntegers(shape: shape, values: whole))
    }
    return .floats(
      name: step.node.edge, Tensor(shape: shape, values: results.map { Float($0) }))
  }

  /// `GlobalAveragePool` and `GlobalMaxPool`.
  static func globalPool(_ kind: Reduction) -> ONNXImporter {
    { step throws(ONNXError) in
      let result = try step.result(0)
      guard result.shape.count > 2 else { throw step.unfit(0, "[N, C, …]") }
      if kind == .maximum, let map = ONNXStep.map(result) {
        return .value(batchOf: map.maxPool(Extent(map.rows, map.columns), stride: 1))
      }
      let pooled = reduced(
        result, over: Array(2..<result.shape.count), kind, keepsAxes: true)
      return .value(ONNXStep.map(pooled).map(ONNXResult.init(batchOf:)) ?? pooled)
    }
  }
}
