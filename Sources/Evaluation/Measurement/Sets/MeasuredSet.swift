import Essentials
import Generators
import Metrics
import Tensors
import Terms

/// What was measured of one method's images, ready to be reduced to the scores of their set.
package struct MeasuredSet {
  let metrics: [ReducedMetric]
  /// What was measured of every pair, sorted by id.
  let pairs: [PairResult]
  /// Which of each pair's images is the method's.
  let row: Int
  /// Statistics of the real images from a file, in place of their features.
  package var statistics: FeatureStatistics?
  /// Statistics of the method's images from a file, in place of their features.
  package var madeStatistics: FeatureStatistics?
  /// What belongs to the set alone.
  package var measurements = SetMeasurements()
  /// Threads for work on whole sets.
  package var workers = Workers(count: 1)
  /// For each pair, the place of the pair whose real image stands for both; empty where each has its own.
  package var owners: [Int] = []

  /// Takes one method's results.
  package init(metrics: [ReducedMetric], pairs: [PairResult], row: Int) {
    self.metrics = metrics
    self.pairs = pairs
    self.row = row
  }

  /// The scores of all metrics.
  package func scores() -> [SetScore] {
    zip(metrics, outcomes()).map { reduced, found in
      SetScore(
        // A sum with 0 leaves every value as it is but −0, which nobody should read.
        metric: reduced.metric, value: found.value.map { $0 + 0 },
        reason: found.value == nil
          ? images.shortfall(of: reduced.metric) ?? found.reason ?? "nothing was measured" : nil,
        referenceCount: found.references, count: found.count, standardError: found.error,
        fingerprint: reduced.fingerprint, details: found.details)
    }
  }

  /// What each metric's reduction says; metrics of equal ones are reduced together.
  private func outcomes() -> [SetOutcome] {
    var outcomes = [SetOutcome?](repeating: nil, count: metrics.count)
    for (index, reduced) in metrics.enumerated() where outcomes[index] == nil {
      let alike = metrics.indices.filter { metrics[$0].reduction.isEqual(to: reduced.reduction) }
      let found = reduced.reduction.scores(of: self, alike.map { metrics[$0].metric })
      for (place, outcome) in zip(alike, found) { outcomes[place] = outcome }
    }
    return outcomes.compactMap(\.self)
  }

  // MARK: Images

  /// The method's images; failures are left out.
  var images: [ImageResult] { pairs.compactMap { $0.images[row]?.value } }

  /// The real images, each once; nil at the places of those that repeat another's or failed.
  var realImages: [ImageResult?] {
    pairs.enumerated().map { owner(of: $0.offset) == $0.offset ? $0.element.reference?.value : nil }
  }

  /// The place of the pair whose real image stands for that of a pair.
  func owner(of place: Int) -> Int { owners.isEmpty ? place : owners[place] }

  /// For each id the place of the one whose real image stands for both, itself where none is named.
  package static func places(ofOwners owners: [String?], ids: [String]) -> [Int] {
    let places = Dictionary(
      zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
    return owners.enumerated().map { place, owner in owner.flatMap { places[$0] } ?? place }
  }

  /// Vectors of the real images, each once, and of the method's.
  func vectors(_ intermediate: Intermediate) -> (real: [[Float]], made: [[Float]]) {
    (
      realImages.compactMap { $0?.vectors[intermediate] },
      images.compactMap { $0.vectors[intermediate] }
    )
  }

  // MARK: Scores

  /// A mean with its standard error.
  func mean(of scores: [Double], _ value: ([Double]) -> Double? = { Summary($0)?.mean })
    -> SetOutcome
  {
    let summary = Summary(scores)
    return SetOutcome(
      value: value(scores), count: scores.count, references: summary?.count,
      error: summary?.standardError, details: Self.infinities(of: summary))
  }

  /// What an infinite mean hides: how many scores are infinite and what the others say.
  private static func infinities(of summary: Summary?) -> [String: String] {
    guard let summary, summary.infiniteCount > 0 else { return [:] }
    return [
      "infinite": "\(summary.infiniteCount)",
      "mean of the finite": summary.finiteMean.map { "\($0)" } ?? "none",
    ]
  }

  /// A distance between the vectors of both sides.
  func distance(
    _ intermediate: Intermediate,
    _ distance: (_ real: FeatureMatrix, _ made: FeatureMatrix) throws -> SetDistance
  ) -> SetOutcome {
    let (real, made) = vectors(intermediate)
    return SetOutcome(count: made.count, references: real.count) {
      try distance(FeatureMatrix(stacking: real), FeatureMatrix(stacking: made))
    }
  }
}

/// A set's score without its name.
package struct SetOutcome {
  /// Nil where there is none.
  var value: Double?
  /// Images that took part.
  var count = 0
  /// Real images that took part; nil where there is no such side.
  var references: Int?
  /// Standard error.
  var error: Double?
  /// Why there is no value.
  var reason: String?
  /// Further facts.
  var details: [String: String] = [:]
}

extension SetOutcome {
  /// The outcome of a distance, or why there is none.
  init(count: Int, references: Int?, _ distance: () throws -> SetDistance) {
    self.init(count: count, references: references)
    do {
      let found = try distance()
      value = found.value
      error = found.standardError
      details = found.details
    } catch { reason = "\(error)" }
  }
}

/// A distance of two sets with what belongs beside it.
struct SetDistance {
  let value: Double
  var standardError: Double?
  var details: [String: String]
}
