import Metrics
import Provenance
import Store
import Terms
import Verdicts

/// One side of a comparison: a row of a stored run, or of a baseline's files.
protocol ComparisonSide {
  /// What messages call it.
  var name: String { get }
  /// Ids of the images that were scored.
  var scoredImages: Set<String> { get }
  /// The method in the database, with the cached results of its images; nil where it is gone.
  var stored: StoredMethod? { get }
  /// The set's score of a metric; nil where it was not measured.
  func score(_ metric: Metric) -> MethodScore?
  /// One value an image by id, infinite ones included; images without a number are left out.
  func values(_ metric: Metric) throws -> [String: Double]
  /// A metric's statistic over all images and without each group of them.
  ///
  /// - Parameters:
  ///   - statistic: what to compute: `metric` itself, or the second one of the same results.
  ///   - metric: whose features or counts to compute it from.
  ///   - images: the scored images that take part.
  /// - Returns: the statistic, as stored.
  /// - Throws: ``HarnessError`` of kind `notComparable` where what it needs is not cached.
  func replicates(
    _ statistic: Metric, from metric: Metric, among images: Set<String>
  ) throws -> SetReplicates
}

/// A set's score as a comparison needs it; values as stored, fractions for percentages.
struct MethodScore {
  /// May be infinite, or NaN.
  let value: Double?
  /// Why there is no value.
  let reason: String?
  let count: Int
  let standardError: Double?
  let fingerprint: Fingerprint
}
