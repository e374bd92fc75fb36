import Graphs
import Tensors

extension ONNXImporters {
  /// `Concat` of results along `C`, or of integers.
  static func concat(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if case .integers = step.operand(0) {
      var joined: [Int] = []
      for index in step.operands.indices { joined += try step.integers(index) ?? [] }
      return .integers(joined)
    }
    var values: [Value] = []
    let (_, first) = try step.value(0)
    for index in step.operands.indices {
      let (value, extents) = try step.value(index)
      guard value.shape == extents, extents.dropFirst() == first.dropFirst() else {
        throw step.unfit(index, "[N, C] + \(first.dropFirst())")
      }
      values.append(value)
    }
    let axis = try step.node.integer("axis", default: 0, in: -4...3)
    guard try step.axes([axis], ofExtents: first.count) == [0] else {
      throw step.node.refuse("joins along axis \(axis); only that of channels is possible")
    }
    return .value(Value.concatenated(values))
  }

  /// `Flatten` from axis 1.
  static func flatten(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let (value, extents) = try step.value(0)
    let axis = try step.node.integer("axis", default: 1, in: -4...3)
    guard axis == 1 || axis == -extents.count else {
      throw step.node.refuse("has axis \(axis); only 1 is possible")
    }
    return try reshaped(step, value, extents, to: [extents.elementCount])
  }

  /// `Reshape` that flattens, drops or adds axes of one, or changes nothing.
  static func reshape(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if case .integers(let values) = step.operand(0) { return .integers(values) }
    let (value, extents) = try step.value(0)
    guard let wanted = try step.integers(1) else { throw step.unfit(1, "known integers") }
    _ = try step.node.integer("allowzero", default: 0, in: 0...(wanted.contains(0) ? 0 : 1))
    let full = [1] + extents
    guard let shape = resolved(wanted, over: full), shape.first == 1 else {
      throw step.node.refuse("reshapes \(full) to \(wanted), which is not one sample")
    }
    return try reshaped(step, value, extents, to: Array(shape.dropFirst()))
  }

  /// The shape that is meant: 0 takes an extent over, −1 is what is left; nil if nothing fits.
  private static func resolved(_ wanted: [Int], over full: [Int]) -> [Int]? {
    var shape = wanted.enumerated().map { $1 == 0 && $0 < full.count ? full[$0] : $1 }
    var product = 1
    for extent in shape where extent != -1 {
      let (next, overflows) = product.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflows else { return nil }
      product = next
    }
    if let open = shape.firstIndex(of: -1), full.elementCount % product == 0 {
      shape[open] = full.elementCount / product
    }
    return shape.contains(-1) ? nil : shape
  }

  /// `Squeeze` of axes after the batch axis.
  static func squeeze(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if case .integers(let values) = step.operand(0) { return .integers(values) }
    let (value, extents) = try step.value(0)
    guard let stated = try step.integers(1, or: "axes") else {
      throw step.node.refuse("names no axes, and so may drop the batch axis")
    }
    let axes = try step.axes(stated, ofExtents: extents.count)
    guard axes.allSatisfy({ extents[$0] == 1 }) else { throw step.unfit(0, "1 along \(stated)") }
    let kept = extents.indices.filter { !axes.contains($0) }.map { extents[$0] }
    return try reshaped(step, value, extents, to: kept)
  }

  /// `Unsqueeze` behind the channels, of a vector or of integers.
  static func unsqueeze(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    if case .integers(let values) = step.operand(0) { return .integers(values) }
    let (value, extents) = try step.value(0)
    let stated = try step.integers(1, or: "axes") ?? []
    var result = extents
    for axis in try step.axes(stated, ofExtents: extents.count + stated.count) {
      result.insert(1, at: min(axis, result.count))
    }
    return try reshaped(step, value, extents, to: result)
  }

  /// A result under other extents of the same size, where graphs have an operation for it.
  private static func reshaped(
    _ step: ONNXStep, _ value: Value, _ extents: [Int], to target: [Int]
  ) throws(ONNXError) -> ONNXOperand {
    if target == extents { return .value(value, extents: extents) }
    let isVector = target.first == extents.elementCount && target.count <= 3
    guard isVector, target.elementCount == extents.elementCount else {
      throw step.node.refuse("reshapes [N] + \(extents) to [N] + \(target)")
    }
    if value.shape == target { return .value(value) }
    let vector = value.shape.count == 1 ? value : value.flattened()
    return .value(target.count == 3 ? vector.asMap() : vector, extents: target)
  }
}
