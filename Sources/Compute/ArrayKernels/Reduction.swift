import Foundation
import Kernels

/// What becomes of all channels of a pixel.
package enum Reduction: String, Hashable, Sendable {
  case mean, sum, product, maximum, minimum
  /// `√Σx²`.
  case length
  /// `Σx²`.
  case squares
  /// `Σ|x|`.
  case magnitudes
  /// `log Σ x`.
  case logarithmOfSum
  /// `log Σ e^x`.
  case logarithmOfExponentials

  /// The reduction of at least one number, in Float64.
  package func callAsFunction(_ values: some Sequence<Float>) -> Double {
    switch self {
    case .mean:
      let (sum, count) = values.reduce((0.0, 0.0)) { ($0.0 + Double($1), $0.1 + 1) }
      return sum / count
    case .sum: return values.reduce(0) { $0 + Double($1) }
    case .product: return values.reduce(1) { $0 * Double($1) }
    case .maximum: return values.reduce(-.infinity) { PairFunction.maximum($0, Double($1)) }
    case .minimum: return values.reduce(.infinity) { PairFunction.minimum($0, Double($1)) }
    case .length: return Reduction.squares(values).squareRoot()
    case .squares: return values.reduce(0) { $0 + Double($1) * Double($1) }
    case .magnitudes: return values.reduce(0) { $0 + abs(Double($1)) }
    case .logarithmOfSum: return log(Reduction.sum(values))
    case .logarithmOfExponentials:
      let largest = Reduction.maximum(values)
      guard largest.isFinite else { return largest }
      return largest + log(values.reduce(0) { $0 + exp(Double($1) - largest) })
    }
  }
}

extension FeatureMap {
  /// `y[p] = reduction of x[p, …]`, a map of one channel.
  ///
  /// - Exactness: in Float64 in the order of the channels, rounded once.
  package func write(_ reduction: Reduction, of input: FeatureMap) {
    precondition(channels == 1 && pixels == input.pixels, "shapes differ")
    for pixel in 0..<pixels {
      let row = UnsafeBufferPointer(
        start: input.base + pixel * input.pixelStride, count: input.channels)
      base[pixel * pixelStride] = Float(reduction(row))
    }
  }
}
