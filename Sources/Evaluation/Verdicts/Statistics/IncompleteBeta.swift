import Foundation

/// The regularized incomplete beta function, from which Student's distribution follows.
package enum IncompleteBeta {
  /// `I_x(a, b)`, to about `1e-13` of its value for parameters up to `1e6`.
  ///
  /// Lentz's algorithm on a continued fraction without cancellation, on the side where it converges fast.
  ///
  /// Source: DiDonato and Morris, "Algorithm 708: Significant Digit Computation of the Incomplete Beta
  /// Function Ratios", ACM TOMS 18, 1992, equations 9 (`BFRAC`).
  /// - Parameters:
  ///   - a: first parameter, positive.
  ///   - b: second parameter, positive.
  ///   - x: `[0, 1]`.
  ///   - complement: `1 − x`, which the caller knows without cancellation.
  /// - Returns: `[0, 1]`.
  package static func regularized(_ a: Double, _ b: Double, at x: Double, complement: Double)
    -> Double
  {
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    // Left of the mean the fraction of the one tail converges, right of it that of the other.
    if (a + b) * complement < b {
      return 1 - lowerTail(b, a, at: complement, complement: x)
    }
    return lowerTail(a, b, at: x, complement: complement)
  }

  private static func lowerTail(
    _ a: Double, _ b: Double, at x: Double, complement: Double
  ) -> Double {
    let exponent =
      a * logarithm(of: x, complement: complement)
      + b * logarithm(of: complement, complement: x) - logBeta(a, b)
    return exp(exponent) / fraction(a, b, at: x, complement: complement)
  }

  /// The denominator `β₁ + α₂/(β₂ + α₃/(β₃ + …))`.
  private static func fraction(
    _ a: Double, _ b: Double, at x: Double, complement: Double
  ) -> Double {
    // The same number both ways; the smaller factor has the smaller rounding.
    let excess = x < complement ? a - (a + b) * x : (a + b) * complement - b
    func beta(_ n: Double) -> Double {
      let first = n == 0 ? 0 : n * (b - n) * x / (a + 2 * n - 1)
      let second = (a + n) * (excess + 1 + n * (1 + complement)) / (a + 2 * n + 1)
      return n + first + second
    }
    func alpha(_ n: Double) -> Double {
      let divisor = a + 2 * n - 1
      return (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / (divisor * divisor)
    }
    let tiny = 1e-300
    var value = beta(0)
    var (c, d) = (value, 0.0)
    // The number of terms grows like the root of the larger parameter.
    for term in 1...100_000 {
      let n = Double(term)
      let (numerator, addend) = (alpha(n), beta(n))
      d = addend + numerator * d
      c = addend + numerator / c
      if abs(d) < tiny { d = tiny }
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      value *= c * d
      if abs(c * d - 1) < 3e-16 { break }
    }
    return value
  }

  /// `ln x`, through `1 − x` where `x` is near 1.
  private static func logarithm(of x: Double, complement: Double) -> Double {
    x < 0.5 ? log(x) : log1p(-complement)
  }

  /// `ln B(a, b)` without the cancellation of large log gammas.
  ///
  /// Both parameters are raised to at least 10 by `B(a, b) = B(a + 1, b)·(a + b)/a`; there Stirling's
  /// series holds.
  ///
  /// Source: DLMF 5.11.1 and 5.12.1.
  package static func logBeta(_ first: Double, _ second: Double) -> Double {
    var (a, b) = (first, second)
    var raised = 1.0
    while a < 10 {
      raised *= (a + b) / a
      a += 1
    }
    while b < 10 {
      raised *= (a + b) / b
      b += 1
    }
    let sum = a + b
    let powers = (a - 0.5) * log1p(b / a) + b * log1p(a / b)
    let roots = 0.5 * log(2 * Double.pi / b)
    let corrections = stirling(a) + stirling(b) - stirling(sum)
    return roots - powers + corrections + log(raised)
  }

  /// `ln Γ(a) − (a − ½)·ln a + a − ½·ln 2π` for `a ≥ 10`; the first term left out is below `1e-17`.
  private static func stirling(_ a: Double) -> Double {
    let coefficients: [Double] = [
      1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0,
      1.0 / 156.0, -3617.0 / 122_400.0,
    ]
    let square = 1 / (a * a)
    var series = 0.0
    for coefficient in coefficients.reversed() { series = series * square + coefficient }
    return series / a
  }
}
