import Foundation
import Terms

/// What became of one image of one method; exactly one row for each.
package struct ImageRecord: Sendable, Hashable {
  /// Id of the run.
  package let run: String
  /// Name of the row.
  package let method: String
  /// Id of the pair that it was made for.
  package let imageID: String
  /// SHA-256 of the decoded pixels, or of the file; `nil` where there is none to hash.
  package let contentHash: String?
  /// How it ended.
  package let outcome: Outcome

  /// The one state in which every input ends.
  package enum Outcome: Sendable, Hashable {
    /// It has scores.
    case scored
    /// It has none, for a reason.
    case failed(ImageFailure)
  }

  /// Says how an image ended.
  package init(
    run: String, method: String, imageID: String, contentHash: String?, outcome: Outcome
  ) {
    self.run = run
    self.method = method
    self.imageID = imageID
    self.contentHash = contentHash
    self.outcome = outcome
  }
}

/// An image that a run no longer has.
package struct AbsentImage: Sendable, Hashable {
  /// Id of the run.
  package let run: String
  /// Name of the row.
  package let method: String
  /// Id of the pair.
  package let imageID: String

  /// Names an image that is not there.
  package init(run: String, method: String, imageID: String) {
    self.run = run
    self.method = method
    self.imageID = imageID
  }
}

/// A measured number, or the reason why there is none.
///
/// Finite values are kept to the last bit, but for the sign of a zero, which carries nothing: it is
/// dropped here, before SQLite would. NaN and infinities become reasons.
package enum StoredValue: Sendable, Hashable {
  /// A finite number.
  case number(Double)
  /// There is none, for a reason in words.
  case absent(reason: String)

  /// Wraps any result of a computation.
  package init(_ value: Double) {
    if value.isNaN {
      self = .absent(reason: "not a number")
    } else if value.isInfinite {
      self = .absent(reason: value > 0 ? "infinite" : "negatively infinite")
    } else {
      self = .number(value + 0.0)
    }
  }

  /// Wraps what was written down: a number, or the reason why there is none.
  package init(value: Double?, reason: String?) {
    self = value.map { StoredValue($0) } ?? .absent(reason: reason ?? "unknown")
  }

  /// The result of a computation that it was made of, infinities and NaN included; `nil` where there was none.
  package var double: Double? {
    switch self {
    case .number(let value): value
    case .absent(let reason): Self.special.first { StoredValue($0).reason == reason }
    }
  }

  private static let special = [Double.nan, .infinity, -.infinity]

  /// The number, if there is one.
  package var number: Double? { if case .number(let value) = self { value } else { nil } }

  /// Why there is no number.
  package var reason: String? { if case .absent(let reason) = self { reason } else { nil } }
}

/// One metric of one image.
package struct ScoreRecord: Sendable, Hashable {
  /// Name of the metric.
  ///
  /// It is a text where all else has a type: rows that another version wrote may hold metrics that this one does not
  /// know, and they must be read and told of, never dropped.
  package let metric: String
  /// The score in the metric's own unit.
  package let value: StoredValue
  /// Hash of everything that can move the value; must be registered before.
  package let fingerprint: String

  /// A score as it is stored.
  package init(metric: String, value: StoredValue, fingerprint: String) {
    self.metric = metric
    self.value = value
    self.fingerprint = fingerprint
  }

  /// A score as it was computed; NaN and infinities become reasons.
  package init(metric: String, value: Double, fingerprint: String) {
    self.init(metric: metric, value: StoredValue(value), fingerprint: fingerprint)
  }
}

/// A stored score together with the image that it belongs to.
package struct ImageScore: Sendable, Hashable {
  /// Name of the row.
  package let method: String
  /// Id of the pair.
  package let imageID: String
  /// The score.
  package let score: ScoreRecord
}

/// What must agree for a stored score to be used instead of measuring again.
package struct ScoreKey: Sendable, Hashable {
  /// Name of the row.
  package let method: String
  /// Id of the pair.
  package let imageID: String
  /// Name of the metric.
  package let metric: String
  /// Hash of everything that can move the value.
  package let fingerprint: String

  /// Joins the parts.
  package init(method: String, imageID: String, metric: String, fingerprint: String) {
    self.method = method
    self.imageID = imageID
    self.metric = metric
    self.fingerprint = fingerprint
  }
}

/// One metric of a method's whole set of images.
package struct SetScoreRecord: Sendable, Hashable {
  /// Name of the row.
  package let method: String
  /// Name of the metric, which this version need not know, as that of a ``ScoreRecord``.
  package let metric: String
  /// The score in the metric's own unit.
  package let value: StoredValue
  /// Images on the real side; `nil` where the metric has no such side.
  package let referenceCount: Int?
  /// Images, or pairs, that the value is made of.
  package let generatedCount: Int
  /// Standard error of the value; `nil` where none is known.
  package let standardError: Double?
  /// What else belongs to the value, as a JSON text.
  package let details: String
  /// Hash of everything that can move the value; must be registered before.
  package let fingerprint: String

  /// A set's score; a standard error that is not finite is dropped.
  package init(
    method: String, metric: String, value: StoredValue, referenceCount: Int? = nil,
    generatedCount: Int, standardError: Double? = nil, details: String = "{}",
    fingerprint: String
  ) {
    self.method = method
    self.metric = metric
    self.value = value
    self.referenceCount = referenceCount
    self.generatedCount = generatedCount
    self.standardError = standardError.flatMap { $0.isFinite ? $0 + 0.0 : nil }
    self.details = details
    self.fingerprint = fingerprint
  }
}

/// A row of the failure ledger.
package struct FailureRecord: Sendable, Hashable {
  /// Name of the row, or of the reference.
  package let method: String
  /// Id of the pair.
  package let imageID: String
  /// Why it has no scores.
  package let failure: ImageFailure
}

/// How a method's images ended.
package struct ImageCounts: Sendable, Hashable {
  /// Images with scores.
  package let scored: Int
  /// Images in the failure ledger.
  package let failed: Int
}
