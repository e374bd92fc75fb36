import Graphs
import Kernels
import Tensors

/// Operations that put arrays together or beside nothing.
extension ONNXImporters {
  /// `Concat`.
  static func concat(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let rank = try step.present(0).shape?.count ?? 0
    return try joined(step, axis: step.axis("axis", default: 0, of: rank))
  }

  /// All operands along an axis.
  static func joined(_ step: ONNXStep, axis: Int) throws(ONNXError) -> ONNXOperand {
    let first = try step.present(0).shape ?? []
    var sum = 0
    for index in step.operands.indices {
      let shape = try step.present(index).shape ?? []
      guard shape.count == first.count, axis < shape.count,
        shape.indices.allSatisfy({ $0 == axis || shape[$0] == first[$0] })
      else { throw step.unfit(index, "\(first) but for axis \(axis)") }
      sum += shape[axis]
    }
    var shape = first
    shape[axis] = sum
    if let folded = folded(step, axis: axis, to: shape) { return folded }
    var parts: [ONNXResult] = []
    for index in step.operands.indices {
      // A part of nothing adds nothing.
      if case .floats(_, let tensor) = step.operand(index), tensor.count == 0 { continue }
      parts.append(try step.resultOrStored(index))
    }
    return .value(joined(parts, axis: axis, to: shape))
  }

  private static func folded(_ step: ONNXStep, axis: Int, to shape: [Int]) -> ONNXOperand? {
    let blocks = shape.prefix(axis).reduce(1, *)
    func woven<Element>(_ parts: [[Element]]) -> [Element] {
      (0..<blocks).flatMap { block in
        parts.flatMap { part in
          let size = part.count / max(blocks, 1)
          return part[block * size..<(block + 1) * size]
        }
      }
    }
    var (integers, floats): ([[Int]], [[Float]]) = ([], [])
    for operand in step.operands {
      switch operand {
      case .integers(let array): integers.append(array.values)
      case .floats(_, let tensor): floats.append(tensor.values)
      default: return nil
      }
    }
    if floats.isEmpty { return .integers(ONNXIntegers(shape: shape, values: woven(integers))) }
    guard integers.isEmpty else { return nil }
    return .floats(name: step.node.edge, Tensor(shape: shape, values: woven(floats)))
  }

  private static func joined(_ parts: [ONNXResult], axis: Int, to shape: [Int]) -> ONNXResult {
    let maps = axis == 1 ? parts.compactMap(ONNXStep.map) : []
    if maps.count == parts.count { return ONNXResult(batchOf: Value.concatenated(maps)) }
    if axis == shape.count - 1 {
      return ONNXResult(Value.concatenated(parts.map { $0.rows() }), inOrder: shape)
    }
    // With the axis in front, parts lie one behind the other.
    let order = [axis] + shape.indices.filter { $0 != axis }
    let depth = order.last.map { shape[$0] } ?? 1
    let values = parts.map { part in
      part.ordered(order, as: [depth, part.view.count / depth, 1])
    }
    let inOrder = StridedView(rowMajor: order.map { shape[$0] })
    let back = shape.indices.map { order.firstIndex(of: $0) ?? 0 }
    return ONNXResult(Value.appended(values), inOrder.permuted(back))
  }

  /// `Pad` of any axes: with a number, the edge, or the image mirrored or repeated.
  static func pad(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.resultOrStored(0)
    guard let pads = try step.integers(1, or: "pads") else {
      throw step.unfit(1, "known integers")
    }
    let axes = try step.integers(3) ?? Array(result.shape.indices)
    guard pads.count == 2 * axes.count,
      pads.allSatisfy({ (-ONNXWalk.largestExtent...ONNXWalk.largestExtent) ~= $0 })
    else { throw step.node.refuse("has pads \(pads) for \(result.shape)") }
    let border = try step.number(2) ?? step.node.float("value", default: 0)
    let mode = step.node.word("mode", default: "constant")
    var padded = result
    for (index, stated) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      guard before != 0 || after != 0 else { continue }
      let axis = try step.axis(stated, of: result.shape.count)
      let extent = padded.shape[axis]
      guard extent + before + after > 0, extent <= ONNXWalk.largestExtent else {
        throw step.node.refuse("cannot add \(pads) to \(result.shape)")
      }
      let positions = try (-before..<extent + after).map { position throws(ONNXError) in
        try source(step, of: position, in: extent, mode: mode)
      }
      padded = resampled(
        padded, axis: axis, taps: positions.map { $0.map { [Resampling.Tap($0)] } ?? [] },
        border: border)
      if ONNXWalk.isTooLarge(padded.shape) {
        throw step.node.refuse("yields \(padded.shape), which is too large to be meant")
      }
    }
    return .value(padded)
  }

  /// The position that stands at one that may lie outside; nil for the border's number.
  private static func source(_ step: ONNXStep, of position: Int, in extent: Int, mode: String)
    throws(ONNXError) -> Int?
  {
    if (0..<extent).contains(position) { return position }
    switch mode {
    case "constant": return nil
    case "edge": return position < 0 ? 0 : extent - 1
    case "reflect" where extent > 1:
      let period = 2 * (extent - 1)
      let phase = (position % period + period) % period
      return phase < extent ? phase : period - phase
    case "reflect": return 0
    case "wrap": return (position % extent + extent) % extent
    default: throw step.node.refuse("has mode \(mode)")
    }
  }

  /// One axis as sums over another; of images along rows or columns in place.
  static func resampled(
    _ result: ONNXResult, axis: Int, taps: [[Resampling.Tap]], border: Float = 0
  ) -> ONNXResult {
    if let map = axis > 1 ? ONNXStep.map(result) : nil {
      let rows = axis == 2 ? taps : Resampling.unchanged(map.rows)
      let columns = axis == 3 ? taps : Resampling.unchanged(map.columns)
      return ONNXResult(
        batchOf: map.resampled(Resampling(rows: rows, columns: columns, border: border)))
    }
    let order = [axis] + result.shape.indices.filter { $0 != axis }
    let extent = result.shape[axis]
    let depth = result.view.count / extent
    let value = result.ordered(order, as: [depth, extent, 1])
    let resampled = value.resampled(
      Resampling(rows: taps, columns: Resampling.unchanged(1), border: border))
    var shape = order.map { result.shape[$0] }
    shape[0] = taps.count
    let back = result.shape.indices.map { order.firstIndex(of: $0) ?? 0 }
    return ONNXResult(resampled, StridedView(rowMajor: shape).permuted(back))
  }
}
