import Metrics
import Provenance
import Store
import Terms

extension SetInput {
  /// Counts of labels, under a key that names the parser.
  fileprivate static func counts(
    _ intermediate: Intermediate,
    key: @escaping @Sendable (_ image: ContentHash, _ pair: PairRecord) -> String?
  ) -> SetInput {
    SetInput(
      intermediate: intermediate, payload: .counts, isOfReferences: false, isPairwise: true,
      key: key)
  }

  /// Counts of an image's labels beside its label map.
  fileprivate static func confusion(_ parser: Fingerprint) -> SetInput {
    .counts(.confusion) { image, pair in
      pair.labels.map { ContentHash.key(parser, image, $0) }
    }
  }
}

extension MeasuredSet {
  /// A score over the counts of all images.
  fileprivate func agreement(
    _ intermediate: Intermediate,
    _ score: (_ matrices: [ConfusionMatrix], _ outcome: inout SetOutcome) throws -> Void
  ) -> SetOutcome {
    let matrices = images.compactMap { $0.counts[intermediate] }
    var outcome = SetOutcome(count: matrices.count)
    do { try score(matrices, &outcome) } catch { outcome.reason = "\(error)" }
    return outcome
  }
}

/// Pixel accuracy over the pixels of all label maps: pixels count, not images.
struct AccuracyReduction: SetReduction, Equatable {
  static let identifier = "accuracy"

  var comparison: SetComparison { .sets }
  var attribution: SetAttribution { .scores }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.confusion(try fingerprint.part("parser", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.agreement(.confusion) { matrices, outcome in
      outcome.value = try SegmentationConsistency.pixelAccuracy.score(ofImages: matrices)
      outcome.error = Summary(matrices.compactMap(\.accuracy))?.standardError
    }
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try countStatistic(results) { try SegmentationConsistency.pixelAccuracy.score(ofImages: $0) }
  }
}

/// Mean intersection over union of a set.
struct IntersectionReduction: SetReduction, Equatable {
  static let identifier = "meanIntersection"

  /// How intersections over unions are averaged.
  var averaging: MeanIntersectionOverUnion

  private enum CodingKeys: String, CodingKey { case averaging = "_0" }

  var comparison: SetComparison { averaging.isPerImage ? .images : .sets }
  var attribution: SetAttribution { .scores }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.confusion(try fingerprint.part("parser", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.agreement(.confusion) { matrices, outcome in
      outcome.value = try averaging.score(ofImages: matrices)
      outcome.error = try averaging.standardError(ofImages: matrices)
    }
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try countStatistic(results) {
      try SegmentationConsistency.miou.score(ofImages: $0, averaging: averaging)
    }
  }
}

/// Segmentation consistency of a set.
struct ConsistencyReduction: SetReduction, Equatable {
  static let identifier = "consistency"

  /// Which of its two definitions.
  var mode: SegmentationConsistency
  /// How intersections over unions are averaged.
  var averaging: MeanIntersectionOverUnion

  private enum CodingKeys: String, CodingKey {
    case mode = "_0"
    case averaging
  }

  var comparison: SetComparison { .sets }
  var attribution: SetAttribution { .scores }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    let parser = try fingerprint.part("parser", of: metric)
    return [
      .counts(.consistency) { image, pair in
        pair.reference.map { ContentHash.key(parser, $0, image) }
      }
    ]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    var outcome = set.agreement(.consistency) { matrices, outcome in
      outcome.error = Summary(matrices.compactMap { mode.score(of: $0) })?.standardError
      outcome.details = ["mode": mode.rawValue]
      outcome.value = try mode.score(ofImages: matrices, averaging: averaging)
      let other: SegmentationConsistency = mode == .miou ? .pixelAccuracy : .miou
      // Papers do not say which they mean, so the one stands beside the other.
      outcome.details[other.rawValue] = try other.score(ofImages: matrices, averaging: averaging)
        .map { "\($0)" }
    }
    outcome.references = outcome.count
    return outcome
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try countStatistic(results) { try mode.score(ofImages: $0, averaging: averaging) }
  }
}
