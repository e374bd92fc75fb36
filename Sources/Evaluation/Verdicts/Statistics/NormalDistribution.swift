import Foundation

/// The standard normal distribution.
package enum NormalDistribution {
  /// The probability of a value of at least `z`.
  package static func upperTail(_ z: Double) -> Double { erfc(z / 2.0.squareRoot()) / 2 }
}
