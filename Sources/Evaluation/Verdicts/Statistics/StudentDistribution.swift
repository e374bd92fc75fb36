import Foundation

/// Student's t distribution.
package struct StudentDistribution: Sendable, Hashable {
  /// Degrees of freedom, positive.
  package let degreesOfFreedom: Double

  /// - Parameter degreesOfFreedom: positive, not necessarily whole.
  package init(degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

  /// The probability of a value at least as far from 0 as `t`, on either side; NaN for NaN.
  package func twoSidedTail(_ t: Double) -> Double {
    if t.isInfinite { return 0 }
    let square = t * t
    let sum = degreesOfFreedom + square
    // A square beyond the largest number has no tail left to speak of.
    if sum.isInfinite { return 0 }
    return IncompleteBeta.regularized(
      degreesOfFreedom / 2, 0.5, at: degreesOfFreedom / sum, complement: square / sum)
  }

  /// The probability of a value of at most `t`.
  package func cumulative(_ t: Double) -> Double {
    let tail = twoSidedTail(t) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// The value that a variable stays below with probability `p`.
  ///
  /// - Parameter p: within `(0, 1)`; 0 and 1 give infinities.
  /// - Returns: the quantile.
  package func quantile(_ p: Double) -> Double {
    if p <= 0 { return -.infinity }
    if p >= 1 { return .infinity }
    let magnitude = criticalValue(twoSided: 2 * min(p, 1 - p))
    return p < 0.5 ? -magnitude : magnitude
  }

  /// The `t ≥ 0` whose two-sided tail has probability `alpha`.
  ///
  /// Newton's method on the logarithm of the tail, kept inside a bracket that bisection shrinks.
  package func criticalValue(twoSided alpha: Double) -> Double {
    if alpha >= 1 { return 0 }
    if alpha <= 0 { return .infinity }
    var low = 0.0
    var high = 1.0
    while twoSidedTail(high) > alpha, high < 1e300 { (low, high) = (high, 2 * high) }
    var t = (low + high) / 2
    for _ in 0..<200 {
      let tail = twoSidedTail(t)
      if tail > alpha { low = t } else { high = t }
      let step = tail * log(tail / alpha) / (2 * density(t))
      let next = t + step
      let kept = next > low && next < high ? next : (low + high) / 2
      if abs(kept - t) <= 1e-16 * abs(t) { return kept }
      t = kept
    }
    return t
  }

  private func density(_ t: Double) -> Double {
    let half = degreesOfFreedom / 2
    return exp(
      -(half + 0.5) * log1p(t * t / degreesOfFreedom) - 0.5 * log(degreesOfFreedom)
        - IncompleteBeta.logBeta(half, 0.5))
  }
}
