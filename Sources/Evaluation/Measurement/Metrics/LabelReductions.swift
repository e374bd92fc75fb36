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

/// A score over the counts of all images' labels.
protocol LabelReduction: SetReduction {
  /// The score of images together; nil where there is nothing to count.
  ///
  /// - Throws: `SegmentationError.classMismatch`.
  func score(ofImages matrices: [ConfusionMatrix]) throws -> Double?

  /// Its standard error; nil for fewer than two images.
  ///
  /// - Throws: as ``score(ofImages:)``.
  func standardError(ofImages matrices: [ConfusionMatrix]) throws -> Double?
}

extension LabelReduction {
  var comparison: SetComparison { .sets }
  var attribution: SetAttribution { .scores }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.confusion(try fingerprint.part("parser", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    outcome(of: set.images.compactMap { $0.counts[.confusion] })
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    let matrices = try results.counts()
    return { kept in
      guard let score = try score(ofImages: kept.compactMap { matrices[$0] }) else {
        throw HarnessError(.invalid, "no label map is left to compare")
      }
      return score
    }
  }

  /// The score with its standard error, or why there is none.
  fileprivate func outcome(of matrices: [ConfusionMatrix]) -> SetOutcome {
    var outcome = SetOutcome(count: matrices.count)
    do {
      outcome.value = try score(ofImages: matrices)
      outcome.error = try standardError(ofImages: matrices)
    } catch { outcome.reason = "\(error)" }
    return outcome
  }
}

/// Pixel accuracy over the pixels of all label maps: pixels count, not images.
struct AccuracyReduction: LabelReduction {
  static let identifier = "accuracy"

  func score(ofImages matrices: [ConfusionMatrix]) throws -> Double? {
    try SegmentationConsistency.pixelAccuracy.score(ofImages: matrices)
  }

  func standardError(ofImages matrices: [ConfusionMatrix]) -> Double? {
    Summary(matrices.compactMap(\.accuracy))?.standardError
  }
}

/// Mean intersection over union of a set.
struct IntersectionReduction: LabelReduction {
  static let identifier = "meanIntersection"

  /// How intersections over unions are averaged.
  var averaging: MeanIntersectionOverUnion

  private enum CodingKeys: String, CodingKey { case averaging = "_0" }

  var comparison: SetComparison { averaging.isPerImage ? .images : .sets }

  func score(ofImages matrices: [ConfusionMatrix]) throws -> Double? {
    try averaging.score(ofImages: matrices)
  }

  func standardError(ofImages matrices: [ConfusionMatrix]) throws -> Double? {
    try averaging.standardError(ofImages: matrices)
  }
}

/// Segmentation consistency of a set.
struct ConsistencyReduction: LabelReduction {
  static let identifier = "consistency"

  /// Which of its two definitions.
  var mode: SegmentationConsistency
  /// How intersections over unions are averaged.
  var averaging: MeanIntersectionOverUnion

  private enum CodingKeys: String, CodingKey {
    case mode = "_0"
    case averaging
  }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    let parser = try fingerprint.part("parser", of: metric)
    return [
      .counts(.consistency) { image, pair in
        pair.reference.map { ContentHash.key(parser, $0, image) }
      }
    ]
  }

  func score(ofImages matrices: [ConfusionMatrix]) throws -> Double? {
    try mode.score(ofImages: matrices, averaging: averaging)
  }

  func standardError(ofImages matrices: [ConfusionMatrix]) -> Double? {
    Summary(matrices.compactMap { mode.score(of: $0) })?.standardError
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    let matrices = set.images.compactMap { $0.counts[.consistency] }
    var outcome = outcome(of: matrices)
    outcome.references = outcome.count
    outcome.details = ["mode": mode.rawValue]
    // Papers do not say which they mean, so the one stands beside the other.
    var other = self
    other.mode = mode == .miou ? .pixelAccuracy : .miou
    let value = try? other.score(ofImages: matrices)
    outcome.details[other.mode.rawValue] = value.map { "\($0)" }
    return outcome
  }
}
