import Metrics
import Provenance
import Terms
import Verdicts

/// A row of a baseline as one side of a comparison.
struct BaselineMethod: ComparisonSide {
  let baseline: String
  let method: BaselineDocument.Method
  let fingerprints: [String: [String]]
  /// Values by image, then metric.
  let images: [String: [String: Double]]
  /// The row of the run that the baseline was made from, where the database still has it.
  let source: StoredMethod?

  init(_ files: BaselineFiles, method: BaselineDocument.Method, source: StoredMethod?) {
    baseline = files.document.name
    self.method = method
    fingerprints = files.document.fingerprints
    images = Dictionary(
      files.images.lines.filter { $0.method == method.name }.map { ($0.image, $0.values) },
      uniquingKeysWith: { $1 })
    self.source = source
  }

  var name: String { "\(method.name) of baseline \(baseline)" }
  var scoredImages: Set<String> { Set(images.keys) }
  var stored: StoredMethod? { source }

  func score(_ metric: Metric) -> MethodScore? {
    method.scores[metric.name].map { score in
      MethodScore(
        value: score.number, reason: score.reason, count: score.count,
        standardError: score.standardError,
        fingerprint: Fingerprint(
          text: (fingerprints[score.fingerprint] ?? []).joined(separator: "\n")))
    }
  }

  func values(_ metric: Metric) -> [String: Double] {
    // Older files left infinite values out.
    let infinity = method.scores[metric.name]?.number.flatMap { $0.isInfinite ? $0 : nil }
    return images.compactMapValues { $0[metric.name] ?? infinity }
  }

  func replicates(
    _ statistic: Metric, from metric: Metric, among images: Set<String>
  ) throws -> SetReplicates {
    let score = method.scores[metric.name]
    if images == scoredImages, let frozen = score?.replicates?[statistic.name] { return frozen }
    guard let source else {
      let reason =
        images == scoredImages
        ? score?.unpaired ?? "it was set without replicates"
        : "other images failed than in the baseline, and its run is not in this database"
      throw HarnessError(
        .notComparable, "\(metric.name) of \(name) cannot be paired: \(reason)")
    }
    return try source.replicates(statistic, from: metric, among: images)
  }
}
