import Graphs
import Tensors

/// Operations that take parts of arrays: views of results, copies of constants.
extension ONNXImporters {
  /// Beyond it every step skips all of an axis.
  private static let longestStep = 1 << 31

  /// `Slice`.
  static func slice(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard let starts = try step.integers(1, or: "starts"),
      let ends = try step.integers(2, or: "ends")
    else { throw step.unfit(1, "known integers") }
    let axes = try step.integers(3, or: "axes") ?? Array(starts.indices)
    let steps = try step.integers(4) ?? starts.map { _ in 1 }
    guard [ends.count, axes.count, steps.count].allSatisfy({ $0 == starts.count }),
      !steps.contains(0), steps.allSatisfy({ (-longestStep...longestStep) ~= $0 })
    else { throw step.node.refuse("cuts \(starts) to \(ends) along \(axes) in steps \(steps)") }
    return try relaid(step) { view throws(ONNXError) in
      var result = view
      for index in starts.indices {
        let axis = try step.axis(axes[index], of: view.shape.count)
        let range = part(
          of: view.shape[axis], from: starts[index], to: ends[index], step: steps[index])
        result = result.slicing(axis, from: range.first, count: range.count, step: steps[index])
      }
      return result
    }
  }

  /// Python's `[start:end:step]` of an axis.
  private static func part(of extent: Int, from start: Int, to end: Int, step: Int) -> (
    first: Int, count: Int
  ) {
    // Backwards the range is one lower: −1 means before the first.
    let bounds = step > 0 ? 0...extent : -1...max(extent - 1, -1)
    func position(_ index: Int) -> Int {
      let counted = index < 0 ? max(index, -extent - 1) + extent : index
      return min(max(counted, bounds.lowerBound), bounds.upperBound)
    }
    let (first, last) = (position(start), position(end))
    let span = step > 0 ? last - first : first - last
    let size = abs(step)
    return span > 0 ? (first, (span + size - 1) / size) : (0, 0)
  }

  /// `Split` into equal or stated parts.
  static func split(_ step: ONNXStep) throws(ONNXError) -> [ONNXOperand] {
    let shape = try step.present(0).shape ?? []
    let axis = try step.axis("axis", default: 0, of: shape.count)
    let count = try step.node.integer(
      "num_outputs", default: max(step.node.outputs.count, 1), in: 1...4096)
    let equal = (shape[axis] + count - 1) / count
    let sizes =
      try step.integers(1, or: "split")
      ?? (0..<count).map { min(equal, shape[axis] - $0 * equal) }
    guard sizes.allSatisfy({ $0 >= 1 && $0 <= shape[axis] }), sizes.count <= 4096,
      sizes.reduce(0, +) == shape[axis], sizes.count == step.node.outputs.count
    else { throw step.node.refuse("cuts \(shape) along axis \(axis) into \(sizes)") }
    var parts: [ONNXOperand] = []
    var first = 0
    for size in sizes {
      parts.append(try relaid(step) { $0.slicing(axis, from: first, count: size) })
      first += size
    }
    return parts
  }

  /// `Gather` of known positions: one of them drops the axis, evenly spaced ones are a view.
  static func gather(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard case .integers(let indices) = step.operand(1) else {
      throw step.unfit(1, "known integers")
    }
    let shape = try step.present(0).shape ?? []
    let axis = try step.axis("axis", default: 0, of: shape.count)
    let positions = indices.values.map { $0 < 0 ? $0 + shape[axis] : $0 }
    guard positions.allSatisfy((0..<shape[axis]).contains), let first = positions.first,
      positions.count <= ONNXWalk.largestExtent
    else {
      throw step.node.refuse("takes \(indices.values.prefix(8)) out of \(shape[axis])")
    }
    if indices.shape.isEmpty { return try relaid(step) { $0.selecting(first, along: axis) } }
    let pace = positions.count > 1 ? positions[1] - first : 1
    let isEven = positions.enumerated().allSatisfy { $1 == first + $0 * pace }
    guard indices.shape.count == 1, isEven else {
      return try gathered(step, axis: axis, positions, shape: indices.shape)
    }
    return try relaid(step) {
      $0.slicing(axis, from: first, count: positions.count, step: pace)
    }
  }

  /// Positions in any order: each is a part, and the parts are joined again.
  private static func gathered(
    _ step: ONNXStep, axis: Int, _ positions: [Int], shape: [Int]
  ) throws(ONNXError) -> ONNXOperand {
    var parts: [ONNXOperand?] = []
    for position in positions {
      parts.append(try relaid(step) { $0.slicing(axis, from: position, count: 1) })
    }
    let joined = try joined(
      ONNXStep(node: step.node, operands: parts, walk: step.walk), axis: axis)
    var target = try step.present(0).shape ?? []
    target.replaceSubrange(axis...axis, with: shape)
    return try reshaped(ONNXStep(node: step.node, operands: [joined], walk: step.walk), to: target)
  }
}
