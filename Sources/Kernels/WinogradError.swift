extension WinogradForm {
  /// Bound on the normalised mean squared error against exact sums, for inputs and filters without
  /// bias in sign.
  ///
  /// With unit roundoff `u`, one rounding adds at most `u²/3` of a value's square in the mean. The
  /// products of one frequency are a chain of `C` sums that grow evenly, which makes `C/2` such terms;
  /// the transforms add `12` at most. The sums of one frequency are larger than the outputs that they
  /// are combined to, by ``amplification``, and their errors do not cancel.
  package func errorBound(channels: Int) -> Double {
    let roundoff = Double(Float.ulpOfOne) / 2
    return amplification * roundoff * roundoff / 3 * (Double(channels) / 2 + 12)
  }

  /// How much larger in mean square the terms of the output transform are than their sum.
  ///
  /// Along an axis an output `k` is `Σ_p A[k, p]·M[p]` where `M[p]`, for white inputs and filters, has
  /// the variance `‖B[p]‖²·‖G[p]‖²`, and a plain sum of `r` products has `r`. Axes multiply.
  package var amplification: Double {
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
    let axis = sum / Double(outputs * taps)
    return axis * axis
  }

  /// `Bᵀ`, `[inputs][inputs]`: row `p` holds the coefficients of `Π (x − q)` over the other finite
  /// points, the last row, for ∞, over all.
  private var inputTransform: [[Double]] {
    points.indices.map { index in
      Self.polynomial(roots: points.indices.filter { $0 != index }.map { points[$0] })
    } + [Self.polynomial(roots: points)]
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
