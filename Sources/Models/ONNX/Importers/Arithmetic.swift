import ArrayKernels
import Foundation
import Graphs
import Kernels
import Tensors

/// What a binary operation is, of all kinds of operands.
struct ONNXArithmetic: Sendable {
  /// Two integers; nil if the result is none.
  let integers: @Sendable (Int, Int) -> Int?
  /// Two numbers, of which one at least is not an integer.
  let numbers: @Sendable (Double, Double) -> Double
  /// Two results of equal shapes; a commutative operation also takes `[C, 1, 1]` second.
  let pair: @Sendable (Value, Value) -> Value
  var isCommutative = false
  /// A result and a constant, in this order, as `x · scale + shift`.
  var constantSecond: (@Sendable (Float) -> (scale: Float, shift: Float))?
  /// A constant and a result, in this order, as `x · scale + shift`.
  var constantFirst: (@Sendable (Float) -> (scale: Float, shift: Float))?
  /// A result and one number.
  var numberSecond: (@Sendable (Float) -> ScalarFunction)?
  /// One number and a result.
  var numberFirst: (@Sendable (Float) -> ScalarFunction)?

  static let add = ONNXArithmetic(
    integers: { exact($0.addingReportingOverflow($1)) }, numbers: { $0 + $1 }, pair: { $0 + $1 },
    isCommutative: true, constantSecond: { (1, $0) }, constantFirst: { (1, $0) })

  static let subtract = ONNXArithmetic(
    integers: { exact($0.subtractingReportingOverflow($1)) }, numbers: { $0 - $1 },
    pair: { $0.combined(with: $1, .subtract) }, constantSecond: { (1, -$0) },
    constantFirst: { (-1, $0) })

  static let multiply = ONNXArithmetic(
    integers: { exact($0.multipliedReportingOverflow(by: $1)) }, numbers: { $0 * $1 },
    pair: { $0 * $1 }, isCommutative: true, constantSecond: { ($0, 0) },
    constantFirst: { ($0, 0) })

  /// - Deviation: `x / c` is `x · (1 / c)`, which can differ in the last bit.
  static let divide = ONNXArithmetic(
    integers: { exact($0.dividedReportingOverflow(by: $1)) }, numbers: { $0 / $1 },
    pair: { $0.combined(with: $1, .divide) }, constantSecond: { (1 / $0, 0) })

  static let power = ONNXArithmetic(
    integers: { Int(exactly: pow(Double($0), Double($1))) }, numbers: { pow($0, $1) },
    pair: { $0.combined(with: $1, .power) }, numberSecond: { .power($0) })

  static let maximum = ONNXArithmetic(
    integers: { max($0, $1) }, numbers: { PairFunction.maximum($0, $1) },
    pair: { $0.combined(with: $1, .maximum) },
    numberSecond: { .clip(lower: $0, upper: .infinity) },
    numberFirst: { .clip(lower: $0, upper: .infinity) })

  static let minimum = ONNXArithmetic(
    integers: { min($0, $1) }, numbers: { PairFunction.minimum($0, $1) },
    pair: { $0.combined(with: $1, .minimum) },
    numberSecond: { .clip(lower: -.infinity, upper: $0) },
    numberFirst: { .clip(lower: -.infinity, upper: $0) })

  private static func exact(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }
}

extension ONNXImporters {
  /// `Add`, `Sub`, `Mul`, `Div`, `Pow`, and `Max`, `Min` of any number of operands, with broadcasting.
  static func arithmetic(_ operation: ONNXArithmetic) -> ONNXImporter {
    { step throws(ONNXError) in
      var result = try step.present(0)
      for index in step.operands.indices.dropFirst() {
        result = try combined(step, operation, result, step.present(index))
      }
      return result
    }
  }

  /// Two operands of any kind.
  static func combined(
    _ step: ONNXStep, _ operation: ONNXArithmetic, _ first: ONNXOperand, _ second: ONNXOperand
  ) throws(ONNXError) -> ONNXOperand {
    switch (first, second) {
    case (.value(let x), .value(let y)): return .value(try pair(step, operation, x, y))
    case (.value(let x), .floats(let name, let constant)):
      return .value(try withConstant(step, operation, x, name, constant, isFirst: false))
    case (.floats(let name, let constant), .value(let x)):
      return .value(try withConstant(step, operation, x, name, constant, isFirst: true))
    default: return try folded(step, first, second, operation.integers, operation.numbers)
    }
  }

  /// Two computed arrays.
  private static func pair(
    _ step: ONNXStep, _ operation: ONNXArithmetic, _ x: ONNXResult, _ y: ONNXResult
  ) throws(ONNXError) -> ONNXResult {
    let shape = try broadcastShape(step, x.shape, y.shape)
    let (x, y) = (x.broadcast(to: shape), y.broadcast(to: shape))
    if let known = recognized(step, x, y) { return known }
    let isFirstHost = x.isWhole || !y.isWhole
    let host = (isFirstHost ? x : y).settled.compacted
    let other = isFirstHost ? y : x
    if operation.isCommutative, let perChannel = other.perChannel(beside: host) {
      return ONNXResult(operation.pair(host.value, perChannel), host.view)
    }
    let beside = other.laid(like: host)
    let result =
      isFirstHost ? operation.pair(host.value, beside) : operation.pair(beside, host.value)
    return ONNXResult(result, host.view)
  }

  static func broadcastShape(_ step: ONNXStep, _ x: [Int], _ y: [Int]) throws(ONNXError) -> [Int] {
    guard let shape = StridedView.broadcastShape(x, y), !ONNXWalk.isTooLarge(shape) else {
      throw step.node.refuse("cannot combine \(x) and \(y)")
    }
    return shape
  }

  /// Parts of an exported activation or norm that the graph knows as one operation.
  private static func recognized(_ step: ONNXStep, _ x: ONNXResult, _ y: ONNXResult) -> ONNXResult?
  {
    let isProduct = step.node.operation == "Mul"
    for (x, gate) in [(x, y), (y, x)] where isProduct && x.view == gate.view && x.isWhole {
      if let factor = gate.value.geluFactor(on: x.value) {
        return ONNXResult(x.value.gelu(), x.view, factor: x.factor * gate.factor * factor)
      }
      if gate.factor == 1, gate.value.makesQuickGELU(of: x.value) {
        return ONNXResult(x.value.quickGELU(), x.view, factor: x.factor)
      }
    }
    guard step.node.operation == "Div", x.factor == 1, x.isWhole else { return nil }
    let divisor = y.laid(like: x)
    if let (origin, epsilon) = x.value.normalized(dividingBy: divisor) {
      return ONNXResult(origin.pixelwiseNormalized(epsilon: epsilon), x.view)
    }
    return divisor.repeatsLength(of: x.value) ? ONNXResult(x.value.l2Normalized(), x.view) : nil
  }

  /// A computed array and a stored one.
  static func withConstant(
    _ step: ONNXStep, _ operation: ONNXArithmetic, _ x: ONNXResult, _ name: String,
    _ constant: Tensor, isFirst: Bool
  ) throws(ONNXError) -> ONNXResult {
    let shape = try broadcastShape(step, x.shape, constant.shape)
    guard constant.count > 0 else { throw step.node.refuse("combines with nothing") }
    let affine = isFirst ? operation.constantFirst : operation.constantSecond
    let x = x.broadcast(to: shape)
    if constant.count == 1, x.shape == shape {
      let number = constant.values[0]
      if let (scale, shift) = affine?(number) {
        if shift == 0 { return ONNXResult(x.value, x.view, factor: x.factor * scale) }
        return x.mapped { uniform($0, scale: scale, shift: shift) }
      }
      if let function = (isFirst ? operation.numberFirst : operation.numberSecond)?(number) {
        return x.mapped { $0.applying(function) }
      }
    }
    let host = x.settled.compacted
    // Where it lies in order, ordering the constant alike makes it so beside any host.
    let view = StridedView(rowMajor: constant.shape).broadcast(to: shape)
    guard let view else {
      throw step.node.refuse("cannot combine \(x.shape) and \(constant.shape)")
    }
    if let affine, let numbers = host.perChannel(constant, view) {
      let pairs = numbers.map(affine)
      return ONNXResult(
        host.value.mergedAffine(scale: pairs.map(\.scale), shift: pairs.map(\.shift)), host.view)
    }
    let stored = step.stored(constant, name: name).broadcast(to: shape).laid(like: host)
    let result =
      isFirst ? operation.pair(stored, host.value) : operation.pair(host.value, stored)
    return ONNXResult(result, host.view)
  }

  /// `x · scale + shift` of all values.
  static func uniform(_ x: Value, scale: Float, shift: Float) -> Value {
    x.mergedAffine(
      scale: [Float](repeating: scale, count: x.channels),
      shift: [Float](repeating: shift, count: x.channels))
  }
}

extension ONNXResult {
  /// The same array repeated to a shape that its own broadcasts to.
  func broadcast(to shape: [Int]) -> ONNXResult {
    view.broadcast(to: shape).map(seen) ?? self
  }

  /// The array in the order and shape in which another, whole one lies.
  func laid(like host: ONNXResult) -> Value {
    if view == host.view, value.shape == host.value.shape { return settled.value }
    return ordered(host.view.axesByStride, as: host.value.shape)
  }

  /// The axes of a whole array that lie inside its graph result's channels, outermost first, if no other
  /// array with the given strides varies along the rest.
  private func channelAxes(varying strides: [Int]) -> [Int]? {
    let axes = view.axesByStride
    let inner = axes.filter { view.strides[$0] < value.channels }
    guard axes.allSatisfy({ inner.contains($0) || strides[$0] == 0 }),
      inner.reduce(1, { $0 * shape[$1] }) == value.channels
    else { return nil }
    return inner
  }

  /// This array as `[C, 1, 1]` if that is all it varies along beside a whole image.
  fileprivate func perChannel(beside host: ONNXResult) -> Value? {
    guard host.value.shape.count == 3, host.value.rows * host.value.columns > 1,
      let axes = host.channelAxes(varying: view.strides)
    else { return nil }
    let rest = shape.indices.filter { !axes.contains($0) }
    let pixel = rest.sorted(by: >).reduce(view) { $0.selecting(0, along: $1) }
    let order = axes.map { axis in rest.reduce(axis) { $1 < axis ? $0 - 1 : $0 } }
    return seen(as: pixel).ordered(order, as: [host.value.channels, 1, 1])
  }

  /// A constant's number for each channel of this whole array; nil if it varies along pixels too.
  func perChannel(_ constant: Tensor, _ constantView: StridedView) -> [Float]? {
    guard let axes = channelAxes(varying: constantView.strides) else { return nil }
    let rest = shape.indices.filter { !axes.contains($0) }
    let pixel = rest.sorted(by: >).reduce(constantView) { $0.selecting(0, along: $1) }
    let order = axes.map { axis in rest.reduce(axis) { $1 < axis ? $0 - 1 : $0 } }
    return ONNXImporters.relaid(constant.values, pixel.permuted(order))
  }
}
