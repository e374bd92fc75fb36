/// How much a metric changed, and how sure that is.
package struct Estimate: Sendable, Hashable {
  /// What the numbers rest on, for a report's footnote.
  package enum Method: String, Sendable, Hashable {
    /// Paired differences of images.
    case pairedImages = "paired t and sign-flip"
    /// A metric of the whole set, measured again without each group of images.
    case pairedSets = "paired grouped jackknife"
    /// Two sets whose images cannot be paired.
    case unpairedSets = "unpaired standard errors"
  }

  /// How the change was measured.
  package let method: Method
  /// Method minus baseline.
  package let difference: Double
  /// Standard error of `difference`; `nil` where nothing tells it.
  package let standardError: Double?
  /// Degrees of freedom of `standardError`.
  package let degreesOfFreedom: Double
  /// Two-sided probability of such a difference without a change; `nil` without a standard error.
  package let pValue: Double?
  /// Images that both sides share.
  package let pairs: Int
  /// Identities, prompts or single images that they form.
  package let clusters: Int

  /// - Precondition: degrees of freedom are positive where there is a standard error.
  package init(
    method: Method, difference: Double, standardError: Double?, degreesOfFreedom: Double,
    pValue: Double?, pairs: Int, clusters: Int
  ) {
    self.method = method
    self.difference = difference
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
    self.pValue = pValue
    self.pairs = pairs
    self.clusters = clusters
  }

  /// An estimate whose p-value is that of its t statistic.
  ///
  /// A difference of 0 without any spread is no change (probability 1); another one without spread is
  /// certain (probability 0).
  package init(
    method: Method, difference: Double, standardError: Double, degreesOfFreedom: Double, pairs: Int,
    clusters: Int
  ) {
    let distribution = StudentDistribution(degreesOfFreedom: degreesOfFreedom)
    let p =
      standardError > 0
      ? distribution.twoSidedTail(difference / standardError) : difference == 0 ? 1 : 0
    self.init(
      method: method, difference: difference, standardError: standardError,
      degreesOfFreedom: degreesOfFreedom, pValue: p, pairs: pairs, clusters: clusters)
  }

  /// The same change in another unit; `factor` is positive.
  package func scaled(by factor: Double) -> Estimate {
    Estimate(
      method: method, difference: factor * difference,
      standardError: standardError.map { factor * $0 }, degreesOfFreedom: degreesOfFreedom,
      pValue: pValue, pairs: pairs, clusters: clusters)
  }

  /// How far the interval of a confidence reaches to either side of `difference`.
  package func halfWidth(confidence: Double) -> Double? {
    standardError.map { error in
      error == 0
        ? 0
        : error
          * StudentDistribution(degreesOfFreedom: degreesOfFreedom)
          .criticalValue(twoSided: 1 - confidence)
    }
  }

  /// Whether difference and standard error are numbers that arithmetic did not lose.
  package var isFinite: Bool { difference.isFinite && (standardError ?? 0).isFinite }

  /// The interval that holds the true difference with a confidence such as 0.95; `nil` without a standard
  /// error, and where values are so large that it has no bounds.
  package func interval(confidence: Double) -> ClosedRange<Double>? {
    guard isFinite, let half = halfWidth(confidence: confidence), half.isFinite else { return nil }
    let (lower, upper) = (difference - half, difference + half)
    return lower.isFinite && upper.isFinite ? lower...upper : nil
  }
}
