import Essentials
import Generators
import Metrics
import Tensors
import Terms

/// Reduces the results of one row to the scores of the set.
package struct SetReduction {
  let metrics: [ReducedMetric]
  /// What was measured of every pair, sorted by id.
  let items: [ItemResult]
  /// Which candidate of the items is the row's.
  let row: Int
  /// Statistics of the real images from a file, in place of their features.
  package var statistics: FeatureStatistics?
  /// What belongs to the set alone.
  package var measurements = SetMeasurements()
  /// Threads for work on whole sets.
  package var workers = Workers(count: 1)
  /// For each item, the place of the item whose real image stands for both; empty where each has its own.
  package var owners: [Int] = []

  /// Joins the parts.
  package init(
    metrics: [ReducedMetric],
    items: [ItemResult],
    row: Int,
    statistics: FeatureStatistics? = nil,
    measurements: SetMeasurements = SetMeasurements(),
    workers: Workers = Workers(count: 1),
    owners: [Int] = []
  ) {
    self.metrics = metrics
    self.items = items
    self.row = row
    self.statistics = statistics
    self.measurements = measurements
    self.workers = workers
    self.owners = owners
  }

  /// The scores of all metrics.
  package func scores() -> [SetScore] {
    metrics.map { reduced in
      let found = outcome(reduced.metric, reduced.reduction)
      return SetScore(
        // A sum with 0 leaves every value as it is but −0, which nobody should read.
        metric: reduced.metric, value: found.value.map { $0 + 0 },
        reason: found.value == nil
          ? images.shortfall(of: reduced.metric) ?? found.reason ?? "nothing was measured" : nil,
        referenceCount: found.references, count: found.count, standardError: found.error,
        fingerprint: reduced.fingerprint, details: found.details)
    }
  }

  /// A score without its name.
  private struct Outcome {
    var value: Double?
    var count = 0
    var references: Int?
    var error: Double?
    var reason: String?
    var details: [String: String] = [:]
  }

  /// The row's images; failures are left out.
  private var images: [ImageResult] { items.compactMap { $0.candidates[row]?.value } }

  /// For each id the place of the one whose real image stands for both, itself where none is named.
  package static func places(ofOwners owners: [String?], ids: [String]) -> [Int] {
    let places = Dictionary(
      zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
    return owners.enumerated().map { place, owner in owner.flatMap { places[$0] } ?? place }
  }

  private func owner(of place: Int) -> Int { owners.isEmpty ? place : owners[place] }

  /// The real images, each once; nil at the places of those that repeat another's or failed.
  private var realImages: [ImageResult?] {
    items.enumerated().map { owner(of: $0.offset) == $0.offset ? $0.element.reference?.value : nil }
  }

  private func outcome(_ metric: MetricIdentifier, _ reduction: Reduction) -> Outcome {
    switch reduction {
    case .mean: mean(of: images.compactMap { $0.scores[metric] })
    case .frechet, .extrapolation, .kernel: distance(reduction)
    case .accuracy: accuracy()
    case .meanIntersection(let miou): meanIntersection(miou)
    case .consistency(let mode, let averaging): consistency(mode, averaging)
    case .captions(let score): captions(score)
    case .discrepancy(let variant): discrepancy(variant)
    case .retrieval(let retrieval, _): self.retrieval(retrieval)
    case .diversity(let selection, let weighting): diversity(selection, weighting)
    case .time: time()
    }
  }

  private func mean(of scores: [Double], _ value: ([Double]) -> Double? = { Summary($0)?.mean })
    -> Outcome
  {
    let summary = Summary(scores)
    return Outcome(
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

  // MARK: Two sets

  private func distance(_ reduction: Reduction) -> Outcome {
    let real = realImages.compactMap { $0?.features }
    let generated = images.compactMap(\.features)
    return between(statistics == nil ? real.count : statistics?.count, generated.count) {
      let reference: SetDistance.Reference =
        if let statistics { .statistics(statistics) } else {
          .features(try FeatureMatrix(stacking: real))
        }
      let made = try FeatureMatrix(stacking: generated)
      return switch reduction {
      case .kernel(let variant, let draw):
        try SetDistance.kernel(reference, made, variant, draw, workers: workers)
      case .extrapolation(let seed):
        try SetDistance.extrapolated(reference, made, seed: seed, workers: workers)
      default: try SetDistance.frechet(reference, made)
      }
    }
  }

  private func between(
    _ references: Int?, _ count: Int, _ distance: () throws -> SetDistance
  ) -> Outcome {
    var outcome = Outcome(count: count, references: references)
    do {
      let found = try distance()
      outcome.value = found.value
      outcome.error = found.standardError
      outcome.details = found.details
    } catch { outcome.reason = "\(error)" }
    return outcome
  }

  // MARK: Labels

  private func meanIntersection(_ miou: MeanIntersectionOverUnion) -> Outcome {
    agreement { matrices, outcome in
      outcome.value = try miou.score(ofImages: matrices)
      outcome.error = try miou.standardError(ofImages: matrices)
    }
  }

  /// Over images of any size: pixels count, not images.
  private func accuracy() -> Outcome {
    agreement { matrices, outcome in
      outcome.value = try SegmentationConsistency.pixelAccuracy.score(ofImages: matrices)
      outcome.error = Summary(matrices.compactMap(\.accuracy))?.standardError
    }
  }

  private func agreement(
    _ score: (_ matrices: [ConfusionMatrix], _ outcome: inout Outcome) throws -> Void
  ) -> Outcome {
    let matrices = images.compactMap(\.confusion)
    var outcome = Outcome(count: matrices.count)
    do { try score(matrices, &outcome) } catch { outcome.reason = "\(error)" }
    return outcome
  }

  private func consistency(
    _ mode: SegmentationConsistency, _ averaging: MeanIntersectionOverUnion
  ) -> Outcome {
    let matrices = images.compactMap(\.consistency)
    var outcome = Outcome(count: matrices.count, references: matrices.count)
    outcome.error = Summary(matrices.compactMap { mode.score(of: $0) })?.standardError
    outcome.details = ["mode": mode.rawValue]
    do {
      outcome.value = try mode.score(ofImages: matrices, averaging: averaging)
      let other: SegmentationConsistency = mode == .miou ? .pixelAccuracy : .miou
      // Papers do not say which they mean, so the one stands beside the other.
      outcome.details[other.rawValue] = try other.score(ofImages: matrices, averaging: averaging)
        .map { "\($0)" }
    } catch { outcome.reason = "\(error)" }
    return outcome
  }

  // MARK: CLIP

  private func captions(_ score: CLIPScore) -> Outcome {
    var outcome = mean(of: images.compactMap { $0.scores[.clip] }, score.mean)
    outcome.references = nil
    outcome.details = ["variant": score.rawValue]
    return outcome
  }

  private func discrepancy(_ variant: CMMD.Variant) -> Outcome {
    let real = realImages.compactMap { $0?.embeddings[.cmmd] }
    let generated = images.compactMap { $0.embeddings[.cmmd] }
    return between(real.count, generated.count) {
      let value = try CMMD.between(
        FeatureMatrix(stacking: real), FeatureMatrix(stacking: generated), variant: variant,
        workers: workers)
      return SetDistance(value: value, details: ["variant": variant.rawValue])
    }
  }

  private func retrieval(_ retrieval: RetrievalAccuracy) -> Outcome {
    let pool = realImages.map { $0?.embeddings[.retrieval] }
    var ranks: [Int] = []
    var outcome = Outcome()
    do {
      for (number, item) in items.enumerated() {
        guard let image = item.candidates[row]?.value, let query = image.guidance,
          let generated = image.embeddings[.retrieval]
        else { continue }
        // The real image of the same id may be what the image was made for.
        let own = owner(of: number)
        let others = pool.enumerated().compactMap { $0.offset == own ? nil : $0.element }
        ranks.append(
          try retrieval.rank(of: generated, for: query, number: number, among: others))
      }
    } catch {
      outcome.reason = "\(error)"
      return outcome
    }
    outcome.count = ranks.count
    outcome.references = pool.count { $0 != nil }
    for cutoff in RetrievalAccuracy.usualCutoffs {
      guard let found = RetrievalAccuracy.accuracy(ofRanks: ranks, at: cutoff) else { continue }
      outcome.details["top-\(cutoff)"] = "\(found.share)"
      outcome.details["top-\(cutoff) standard error"] = "\(found.standardError)"
    }
    let first = RetrievalAccuracy.accuracy(ofRanks: ranks, at: 1)
    outcome.value = first?.share
    outcome.error = first?.standardError
    return outcome
  }

  // MARK: One set

  private func diversity(_ selection: PairSelection, _ weighting: Diversity.Weighting) -> Outcome {
    let distances = measurements.distances
    guard case .success(let found) = distances else {
      return Outcome(reason: distances.failure?.reason)
    }
    guard let diversity = Diversity(of: found.groups, weighting: weighting) else {
      return Outcome(reason: "no group has two images to compare")
    }
    var details = [
      "pairs": "\(diversity.pairs)", "groups": "\(diversity.groups)",
      "selection": selection.rawValue,
    ]
    details["standard error over pairs"] = "\(diversity.pairStandardError)"
    details["standard error over groups"] = diversity.groupStandardError.map { "\($0)" }
    return Outcome(
      value: diversity.mean, count: found.images,
      error: diversity.groupStandardError ?? diversity.pairStandardError, details: details)
  }

  private func time() -> Outcome {
    let times = measurements.times
    let steps = Set(times.map(\.steps))
    let common = steps.count == 1 ? steps.first ?? nil : nil
    guard let time = InferenceTime(seconds: times.map(\.seconds), steps: common) else {
      return Outcome(reason: "no receipt says how long an image took")
    }
    var details = ["median": "\(time.median)"]
    details["steps"] = common.map { "\($0)" } ?? (steps == [nil] ? nil : "several")
    details["seconds per step"] = time.secondsPerStep.map { "\($0)" }
    return Outcome(
      value: time.mean, count: time.count, error: time.standardError, details: details)
  }
}
