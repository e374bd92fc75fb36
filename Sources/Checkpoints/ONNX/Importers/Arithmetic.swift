import Graphs
import Tensors

/// What one of the four binary operations does to each pair of operands that can be expressed.
struct ONNXArithmetic: Sendable {
  /// Two results.
  let pair: (@Sendable (Value, Value) -> Value)?
  /// A result and a constant, in this order: `x · scale + shift`.
  let constantSecond: @Sendable (Float) -> (scale: Float, shift: Float)
  /// A constant and a result.
  let constantFirst: (@Sendable (Float) -> (scale: Float, shift: Float))?
  /// Two integers of a shape; nil if the result is none.
  let integers: @Sendable (Int, Int) -> Int?

  static let add = ONNXArithmetic(
    pair: { $0 + $1 }, constantSecond: { (1, $0) }, constantFirst: { (1, $0) },
    integers: { exact($0.addingReportingOverflow($1)) })

  /// `x − y` is `x + (−1) · y`, which rounds alike.
  static let subtract = ONNXArithmetic(
    pair: {
      let minus = [Float](repeating: -1, count: $1.channels)
      return $0 + $1.perChannelAffine(scale: minus, shift: minus.map { _ in 0 })
    }, constantSecond: { (1, -$0) }, constantFirst: { (-1, $0) },
    integers: { exact($0.subtractingReportingOverflow($1)) })

  static let multiply = ONNXArithmetic(
    pair: { $0 * $1 }, constantSecond: { ($0, 0) }, constantFirst: { ($0, 0) },
    integers: { exact($0.multipliedReportingOverflow(by: $1)) })

  /// - Deviation: `x / c` is `x · (1 / c)`, which can differ in the last bit.
  static let divide = ONNXArithmetic(
    pair: nil, constantSecond: { (1 / $0, 0) }, constantFirst: nil,
    integers: { exact($0.dividedReportingOverflow(by: $1)) })

  private static func exact(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }
}

extension ONNXImporters {
  /// `Add`, `Sub`, `Mul`, `Div`: of equal shapes, with `[C, 1, 1]`, or with constants per channel.
  static func arithmetic(_ operation: ONNXArithmetic) -> ONNXImporter {
    { step throws(ONNXError) in
      switch (step.operand(0), step.operand(1)) {
      case (.value(let x, let extents), .value(let y, let others)):
        return try pair(step, operation, (x, extents), (y, others))
      case (.value(let x, let extents), .floats(_, let constant)):
        return try affine(step, x, extents, constant, operation.constantSecond)
      case (.floats(_, let constant), .value(let x, let extents)):
        return try affine(step, x, extents, constant, operation.constantFirst)
      case (.value(let x, let extents), .length(let edge)) where edge == step.node.inputs[0]:
        guard operation.pair == nil else { throw step.unfit(1, "something else") }
        return .value(x.l2Normalized(), extents: extents)
      case (.integers(let x), .integers(let y)):
        return .integers(try integers(step, operation, x, y))
      default: throw unfit(step)
      }
    }
  }

  private static func pair(
    _ step: ONNXStep, _ operation: ONNXArithmetic, _ x: (value: Value, extents: [Int]),
    _ y: (value: Value, extents: [Int])
  ) throws(ONNXError) -> ONNXOperand {
    let isPerChannel =
      x.extents.count == y.extents.count && x.extents[0] == y.extents[0]
      && (x.extents.dropFirst().allSatisfy { $0 == 1 }
        || y.extents.dropFirst().allSatisfy { $0 == 1 })
    guard let combine = operation.pair, x.extents == y.extents || isPerChannel else {
      throw unfit(step)
    }
    let isFirstLarger = x.extents.elementCount >= y.extents.elementCount
    return .value(
      combine(x.value, y.value), extents: isFirstLarger ? x.extents : y.extents)
  }

  private static func affine(
    _ step: ONNXStep, _ x: Value, _ extents: [Int], _ constant: Tensor,
    _ factors: ((Float) -> (scale: Float, shift: Float))?
  ) throws(ONNXError) -> ONNXOperand {
    guard let factors, constant.count > 0, let numbers = constant.perChannel(of: extents) else {
      throw unfit(step)
    }
    let pairs = numbers.map(factors)
    return .value(
      x.perChannelAffine(scale: pairs.map(\.scale), shift: pairs.map(\.shift)), extents: extents)
  }

  private static func integers(
    _ step: ONNXStep, _ operation: ONNXArithmetic, _ x: [Int], _ y: [Int]
  ) throws(ONNXError) -> [Int] {
    let count = max(x.count, y.count)
    guard [1, count].contains(x.count), [1, count].contains(y.count) else { throw unfit(step) }
    var results: [Int] = []
    for index in 0..<count {
      let (left, right) = (x[x.count == 1 ? 0 : index], y[y.count == 1 ? 0 : index])
      guard let result = operation.integers(left, right) else { throw unfit(step) }
      results.append(result)
    }
    return results
  }

  private static func unfit(_ step: ONNXStep) -> ONNXError {
    let operands = step.operands.map { $0?.kind ?? "nothing" }.joined(separator: " and ")
    return step.node.refuse("cannot combine \(operands)")
  }
}
