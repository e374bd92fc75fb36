import Foundation
import Metrics
import Store
import Tensors

/// One metric of a whole set of images.
package struct SetScore: Sendable {
  /// What was measured.
  package let metric: MetricIdentifier
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

  /// As stored.
  func record(method: String) -> SetScoreRecord {
    SetScoreRecord(
      method: method, metric: metric.rawValue,
      value: value.map { StoredValue($0) } ?? .absent(reason: reason ?? "none"),
      referenceCount: referenceCount, generatedCount: count, standardError: standardError,
      details: JSONText.encode(details), fingerprint: fingerprint.hash)
  }
}

/// Reduces the results of one row to the scores of the set.
struct SetReduction {
  let plan: MeterPlan
  /// Features of the real images, sorted by id.
  let references: [[Float]]
  /// Statistics of the real images from a file, in place of ``references``.
  let statistics: FeatureStatistics?
  /// The row's images, sorted by id; failures are left out.
  let images: [ImageResult]
  /// Threads for work on whole sets.
  var workers = Workers(count: 1)

  /// The scores of all measured metrics.
  func scores() -> [SetScore] { plan.measured.compactMap(score) }

  private func score(_ metric: MetricIdentifier) -> SetScore? {
    guard let meter = plan.meter(for: metric), let fingerprint = plan.fingerprint(of: metric) else {
      return nil
    }
    func make(
      _ value: Double?, count: Int, references: Int? = nil, error: Double? = nil,
      reason: String? = nil, details: [String: String] = [:]
    ) -> SetScore {
      SetScore(
        metric: metric, value: value, reason: value == nil ? reason ?? "nothing was measured" : nil,
        referenceCount: references, count: count, standardError: error, fingerprint: fingerprint,
        details: details)
    }
    switch meter {
    case .features(_, let distances): return distance(metric, distances, make)
    case .segmentation(_, _, let miou):
      let matrices = images.compactMap(\.confusion)
      do {
        if metric == .miou {
          return make(
            try miou.score(ofImages: matrices), count: matrices.count,
            error: try miou.standardError(ofImages: matrices))
        }
        var sum = ConfusionMatrix()
        for matrix in matrices { try sum.merge(matrix) }
        let spread = Summary(matrices.compactMap(\.accuracy))
        return make(sum.accuracy, count: matrices.count, error: spread?.standardError)
      } catch {
        return make(nil, count: matrices.count, reason: "\(error)")
      }
    default:
      let summary = Summary(images.compactMap { $0.scores[metric] })
      return make(
        summary?.mean, count: summary?.count ?? 0, references: summary?.count,
        error: summary?.standardError, details: Self.infinities(of: summary))
    }
  }

  private func distance(
    _ metric: MetricIdentifier, _ distances: FeatureDistances,
    _ make: (Double?, Int, Int?, Double?, String?, [String: String]) -> SetScore
  ) -> SetScore {
    let generated = images.compactMap(\.features)
    let referenceCount = statistics?.count ?? references.count
    do {
      let real: SetDistance.Reference =
        if let statistics { .statistics(statistics) } else {
          .features(try FeatureMatrix(stacking: references))
        }
      let made = try FeatureMatrix(stacking: generated)
      let found =
        switch metric {
        case .kid: try SetDistance.kernel(real, made, distances, workers: workers)
        case .fidInfinity:
          try SetDistance.extrapolated(real, made, seed: distances.draw.seed, workers: workers)
        default: try SetDistance.frechet(real, made)
        }
      return make(
        found.value, generated.count, referenceCount, found.standardError, nil, found.details)
    } catch {
      return make(nil, generated.count, referenceCount, nil, "\(error)", [:])
    }
  }
}

extension FeatureMatrix {
  /// One row an image.
  package init(stacking rows: [[Float]]) throws(FrechetError) {
    try self.init(
      rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }
}

extension SetReduction {
  /// What an infinite mean hides: how many scores are infinite and what the others say.
  fileprivate static func infinities(of summary: Summary?) -> [String: String] {
    guard let summary, summary.infiniteCount > 0 else { return [:] }
    return [
      "infinite": "\(summary.infiniteCount)",
      "mean of the finite": summary.finiteMean.map { "\($0)" } ?? "none",
    ]
  }
}
