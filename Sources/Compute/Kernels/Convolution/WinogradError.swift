extension WinogradForm {
  /// Bound on the normalized mean squared error against exact sums, for inputs and filters without
  /// bias in sign.
  ///
  /// With unit roundoff `u`, one rounding adds at most `u²/3` of a value's square in the mean. The
  /// products of one frequency are a chain of `C` sums that grow evenly, which makes `C/2` such terms;
  /// the transforms add 12 at most. The sums of one frequency are larger than the outputs that they
  /// are combined to, along each axis by its amplification, and their errors do not cancel.
  package func errorBound(channels: Int) -> Double {
    let roundoff = Double(Float.ulpOfOne) / 2
    return rows.amplification * columns.amplification * roundoff * roundoff / 3
      * (Double(channels) / 2 + 12)
  }
}
