import Foundation
import Provenance
import Store
import Terms

/// One metric of a whole set of images.
package struct SetScore: Sendable {
  /// What was measured.
  package let metric: Metric
  /// The value as stored, fractions for percentages; nil where there is none.
  package let value: Double?
  /// Why there is no value.
  package let reason: String?
  /// Real images that took part; nil where the metric has no such side.
  package let referenceCount: Int?
  /// Measured images that took part.
  package let count: Int
  /// Standard error of a mean over images.
  package let standardError: Double?
  /// Everything that can move the value, apart from the images.
  package let fingerprint: Fingerprint
  /// Further facts, as JSON.
  package let details: [String: String]

  /// What there is instead of a value; nil if there is one.
  package var unmeasured: UnmeasuredMetric? {
    value == nil
      ? UnmeasuredMetric(metric: metric, reason: reason ?? "nothing was measured") : nil
  }

  /// As stored.
  package func record(method: String) -> SetScoreRecord {
    SetScoreRecord(
      method: method, metric: metric.name,
      value: value.map { StoredValue($0) } ?? .absent(reason: reason ?? "none"),
      referenceCount: referenceCount, generatedCount: count, standardError: standardError,
      details: JSONText.encode(details), fingerprint: fingerprint.hash)
  }
}

extension SetScoreRecord {
  /// Whether no image of the set has the metric.
  package var isEmpty: Bool { value.number == nil && generatedCount == 0 }
}
