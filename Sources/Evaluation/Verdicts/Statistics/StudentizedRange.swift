import Foundation

/// The range of several independent standard normal values.
package enum StudentizedRange {
  /// The probability of a range of at most `q` among `count` values: `k·∫ φ(z)·(Φ(z) − Φ(z − q))^(k−1) dz`, where `z` is
  /// the largest of them.
  ///
  /// The trapezoidal rule errs by less than `1e-13` here: the integrand is analytic and vanishes at both ends.
  package static func cumulative(_ q: Double, count: Int) -> Double {
    guard q > 0 else { return 0 }
    let width = 1.0 / 64
    let ends = 9.0
    let steps = Int((2 * ends + q) / width)
    let sum = (0...steps).reduce(0.0) { sum, step in
      let z = -ends + width * Double(step)
      let between = NormalDistribution.upperTail(z - q) - NormalDistribution.upperTail(z)
      return sum + exp(-z * z / 2) * pow(between, Double(count - 1))
    }
    return Double(count) * width * sum / (2 * Double.pi).squareRoot()
  }

  /// The range that is exceeded with probability `alpha`, by bisection.
  package static func criticalValue(_ alpha: Double, count: Int) -> Double {
    var (below, above) = (0.0, 40.0)
    // An interval of 40 is as narrow as float64 is precise after 60 halvings.
    for _ in 0..<60 {
      let middle = (below + above) / 2
      if cumulative(middle, count: count) < 1 - alpha { below = middle } else { above = middle }
    }
    return (below + above) / 2
  }
}
