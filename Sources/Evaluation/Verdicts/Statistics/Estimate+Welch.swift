extension Estimate {
  /// The difference of two samples' means, whose variances may differ.
  ///
  /// Source: Welch, "The Generalization of 'Student's' Problem when Several Different Population Variances are
  /// Involved", Biometrika 34, 1947.
  /// - Parameters:
  ///   - candidate: at least two values.
  ///   - baseline: at least two values.
  /// - Returns: nil for fewer.
  package static func welch(candidate: [Double], baseline: [Double]) -> Estimate? {
    guard candidate.count >= 2, baseline.count >= 2 else { return nil }
    func moments(_ values: [Double]) -> (mean: Double, square: Double) {
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, squares / (count - 1) / count)
    }
    let (one, other) = (moments(candidate), moments(baseline))
    let square = one.square + other.square
    let parts =
      one.square * one.square / Double(candidate.count - 1)
      + other.square * other.square / Double(baseline.count - 1)
    return Estimate(
      method: .unpairedSets, difference: one.mean - other.mean,
      standardError: square.squareRoot(),
      degreesOfFreedom: parts > 0
        ? square * square / parts : Double(candidate.count + baseline.count - 2),
      pairs: min(candidate.count, baseline.count), clusters: min(candidate.count, baseline.count))
  }
}
