/// Winograd's matrices along one axis: `m` outputs of `r` taps by interpolation at `m + r − 2` points
/// and ∞.
struct WinogradAxis {
  /// `m`.
  let outputs: Int
  /// `r`; an axis of one tap is left alone.
  let taps: Int

  /// The finite points, in the order of the transforms in C.
  var points: [Double] {
    switch outputs + taps - 1 {
    case 10: [0, 0.42, -0.42, 0.8, -0.8, 1.24, -1.24, 2.4, -2.4]
    case 6: [0, 0.5.squareRoot(), -(0.5.squareRoot()), 2.0.squareRoot(), -(2.0.squareRoot())]
    case 4: [0, 1, -1]
    default: []
    }
  }

  /// `G`, `[m + r − 1][r]`: row `p` holds `pᵏ / Π (p − q)` over the other points `q`, the last row, for
  /// ∞, selects the highest tap.
  var filterTransform: [[Double]] {
    let points = points
    let finite = points.indices.map { index -> [Double] in
      let point = points[index]
      let denominator = points.indices.reduce(1.0) { product, other in
        other == index ? product : product * (point - points[other])
      }
      var power = 1.0
      return (0..<taps).map { _ in
        defer { power *= point }
        return power / denominator
      }
    }
    return finite + [[Double](repeating: 0, count: taps - 1) + [1]]
  }

  /// `Bᵀ`, `[m + r − 1][m + r − 1]`: row `p` holds the coefficients of `Π (x − q)` over the other
  /// finite points, the last row, for ∞, over all.
  var inputTransform: [[Double]] {
    points.indices.map { index in
      Self.polynomial(roots: points.indices.filter { $0 != index }.map { points[$0] })
    } + [Self.polynomial(roots: points)]
  }

  /// How much larger in mean square the terms of the output transform are than their sum.
  ///
  /// An output `k` is `Σ_p A[k, p]·M[p]` where `M[p]`, for white inputs and filters, has the variance
  /// `‖B[p]‖²·‖G[p]‖²`, and a plain sum of `r` products has `r`.
  var amplification: Double {
    let filter = filterTransform.map { $0.reduce(0) { $0 + $1 * $1 } }
    let input = inputTransform.map { $0.reduce(0) { $0 + $1 * $1 } }
    var sum = 0.0
    for (index, point) in points.enumerated() {
      var power = 1.0
      for _ in 0..<outputs {
        sum += power * power * filter[index] * input[index]
        power *= point
      }
    }
    sum += filter[points.count] * input[points.count]
    return sum / Double(outputs * taps)
  }

  /// Coefficients of `Π (x − root)`, the constant first.
  private static func polynomial(roots: [Double]) -> [Double] {
    roots.reduce([1]) { coefficients, root in
      var next = [0] + coefficients
      for (index, coefficient) in coefficients.enumerated() { next[index] -= root * coefficient }
      return next
    }
  }
}
