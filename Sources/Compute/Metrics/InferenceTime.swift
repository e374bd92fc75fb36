/// How long a method takes for an image; lower is better.
///
/// Seconds depend on the machine, so they compare only with each other on one machine; the time of one
/// step and the ratio to another method carry further.
package struct InferenceTime: Equatable, Sendable {
  /// Images.
  package let count: Int
  /// Mean seconds for an image.
  package let mean: Double
  /// Median seconds for an image, which a slow first one does not move.
  package let median: Double
  /// Standard error of the mean; nil for one image.
  package let standardError: Double?
  /// Sampling steps for an image, where known.
  package let steps: Int?

  /// Mean seconds for one step.
  package var secondsPerStep: Double? { steps.map { mean / Double($0) } }

  /// Summarizes times; nil for none.
  ///
  /// - Parameters:
  ///   - seconds: one time an image, sorted by id, finite and not negative.
  ///   - steps: sampling steps for an image, at least 1.
  /// - Precondition: as above.
  package init?(seconds: [Double], steps: Int? = nil) {
    guard let summary = Summary(seconds) else { return nil }
    precondition(seconds.allSatisfy { $0 >= 0 && $0.isFinite }, "a time is no time")
    precondition(steps.map { $0 >= 1 } ?? true, "\(steps ?? 0) steps")
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    count = summary.count
    mean = summary.mean
    median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    standardError = summary.standardError
    self.steps = steps
  }

  /// How many times longer this method takes than another; nil if the other takes no time.
  package func ratio(to other: InferenceTime) -> Double? {
    other.mean > 0 ? mean / other.mean : nil
  }
}
