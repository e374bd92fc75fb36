import Foundation
import Kernels

/// A function of one number, applied to every value by itself, under ONNX's names and constants.
package enum ScalarFunction: Hashable, Sendable {
  case tanh, exponential, logarithm, squareRoot, absolute, reciprocal, errorFunction
  case sine, cosine, floor, ceiling, sign
  /// To the nearest whole number, halves to the even one.
  case round
  /// To the nearest number that the type holds, halves to the even one, and to infinity beyond the largest.
  case float16, bfloat16
  /// `x^p`; not a number for a negative `x` and a `p` that is not whole.
  case power(Float)
  /// `min(max(α x + β, 0), 1)`.
  case hardSigmoid(alpha: Float, beta: Float)
  /// `x · min(max(x / 6 + ½, 0), 1)`.
  case hardSwish
  /// `x · tanh(log(1 + e^x))`.
  case mish
  /// `log(1 + e^x)`.
  case softplus
  /// `x / (1 + |x|)`.
  case softsign
  /// `x < 0 ? α (e^(x / β) − 1) : γ x`: ELU (`β = γ = 1`), CELU (`β = α`) and SELU (`β = 1`).
  case exponentialUnit(alpha: Float, beta: Float, gamma: Float)
  /// `x > α ? x : 0`.
  case threshold(Float)
  /// `min(max(x, lower), upper)`.
  case clip(lower: Float, upper: Float)
  /// `½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
  case tanhGELU

  /// The function in Float64, as it is defined.
  package func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .tanh: Foundation.tanh(x)
    case .exponential: exp(x)
    case .logarithm: log(x)
    case .squareRoot: x.squareRoot()
    case .absolute: abs(x)
    case .reciprocal: 1 / x
    case .errorFunction: erf(x)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .round: x.rounded(.toNearestOrEven)
    case .float16: Double(Float16(x))
    case .bfloat16: Double(Self.bfloat16(Float(x)))
    case .power(let exponent): pow(x, Double(exponent))
    case .hardSigmoid(let alpha, let beta):
      Self.bounded(Double(alpha) * x + Double(beta), 0, 1)
    case .hardSwish: x * Self.bounded(x / 6 + 0.5, 0, 1)
    case .mish: x * Foundation.tanh(Self.softplus(x))
    case .softplus: Self.softplus(x)
    case .softsign: x / (1 + abs(x))
    case .exponentialUnit(let alpha, let beta, let gamma):
      x < 0 ? Double(alpha) * expm1(x / Double(beta)) : Double(gamma) * x
    case .threshold(let alpha): x > Double(alpha) ? x : 0
    case .clip(let lower, let upper): Self.bounded(x, Double(lower), Double(upper))
    case .tanhGELU:
      0.5 * x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }

  /// NaN stays NaN.
  private static func bounded(_ x: Double, _ lower: Double, _ upper: Double) -> Double {
    min(max(x, lower), upper)
  }

  /// The upper half of a Float32, rounded; NaN stays NaN.
  fileprivate static func bfloat16(_ x: Float) -> Float {
    if x.isNaN { return x }
    let isOdd = x.bitPattern >> 16 & 1
    return Float(bitPattern: (x.bitPattern + 0x7FFF + isOdd) & 0xFFFF_0000)
  }

  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

extension FeatureMap {
  /// `y = f(x)` for every value.
  ///
  /// - Exactness: what is one or two Float32 operations is done in Float32, the softplus as
  ///   ``writeSoftplus(of:level:)`` does it; all else in Float64, rounded once, in the same bits at every level.
  package func writeFunction(
    _ function: ScalarFunction, of input: FeatureMap, level: CPULevel = .current
  ) {
    switch function {
    case .softplus: writeSoftplus(of: input, level: level)
    case .squareRoot: write(input) { $0.squareRoot() }
    case .absolute: write(input) { abs($0) }
    case .reciprocal: write(input) { 1 / $0 }
    case .float16: write(input) { Float(Float16($0)) }
    case .bfloat16: write(input) { ScalarFunction.bfloat16($0) }
    case .power(2): write(input) { $0 * $0 }
    case .clip(let lower, let upper): write(input) { min(max($0, lower), upper) }
    case .hardSigmoid(let alpha, let beta): write(input) { min(max($0 * alpha + beta, 0), 1) }
    case .hardSwish: write(input) { $0 * min(max($0 * (1 / 6) + 0.5, 0), 1) }
    case .threshold(let alpha): write(input) { $0 > alpha ? $0 : 0 }
    default: write(input) { Float(function(Double($0))) }
    }
  }

  @inline(__always)
  private func write(_ input: FeatureMap, _ transform: (Float) -> Float) {
    precondition(input.pixels == pixels && input.channels == channels, "shapes differ")
    for pixel in 0..<pixels {
      let (source, target) = (input.base + pixel * input.pixelStride, base + pixel * pixelStride)
      for channel in 0..<channels { target[channel] = transform(source[channel]) }
    }
  }
}

/// A function of two numbers, applied to pairs of values, beside sum and product.
package enum PairFunction: String, Hashable, Sendable {
  case subtract, divide, maximum, minimum, power

  /// The function in Float64.
  package func callAsFunction(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .subtract: x - y
    case .divide: x / y
    case .maximum: x.isNaN ? x : y > x || y.isNaN ? y : x
    case .minimum: x.isNaN ? x : y < x || y.isNaN ? y : x
    case .power: pow(x, y)
    }
  }
}

extension FeatureMap {
  /// `y = f(a, b)` for equal shapes.
  ///
  /// - Exactness: one Float32 operation; powers in Float64, rounded once. The same bits at every level.
  package func write(_ function: PairFunction, of first: FeatureMap, _ second: FeatureMap) {
    switch function {
    case .subtract: write(first, second) { $0 - $1 }
    case .divide: write(first, second) { $0 / $1 }
    default: write(first, second) { Float(function(Double($0), Double($1))) }
    }
  }

  @inline(__always)
  private func write(
    _ first: FeatureMap, _ second: FeatureMap, _ combine: (Float, Float) -> Float
  ) {
    precondition(
      [first, second].allSatisfy { $0.pixels == pixels && $0.channels == channels },
      "shapes differ")
    for pixel in 0..<pixels {
      let x = first.base + pixel * first.pixelStride
      let y = second.base + pixel * second.pixelStride
      let target = base + pixel * pixelStride
      for channel in 0..<channels { target[channel] = combine(x[channel], y[channel]) }
    }
  }
}
