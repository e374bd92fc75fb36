import Datasets
import Essentials
import Foundation
import Images
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms

/// Scores features that another program extracted against others, as ``ScoreJob`` scores images.
///
/// Rows are stored like images, so that runs are compared, judged and explained like any other. Their content is the
/// features themselves.
package struct FeatureScoreJob {
  private static let row = "generated"

  private let options: ScoreOptions
  private let maker: String?

  /// Prepares to score.
  ///
  /// - Parameters:
  ///   - options: `reference` and `generated` name files of features.
  ///   - maker: what made the features; runs of one name compare, those without one with no other.
  package init(_ options: ScoreOptions, madeBy maker: String?) {
    self.options = options
    self.maker = maker
  }

  /// Whether options name features and not images to score.
  package static func takes(_ options: ScoreOptions) -> Bool {
    FeatureFile.isOne(options.generated)
  }

  /// Scores every requested metric that features allow.
  ///
  /// - Returns: the scores.
  /// - Throws: `CheckpointError`; ``HarnessError`` of kind `usage` for a metric that needs images, of kind `invalid`
  ///   where nothing could be measured; errors of the store.
  package func run() throws -> ScoreResult {
    let metrics = try checkedMetrics()
    let store = try Store(path: ResultsDatabase.path(options.results))
    options.progress(JobProgress(activity: "reading features"))
    let generated = try FeatureFile(contentsOf: options.generated)
    let reference = try FeatureFile(contentsOf: options.reference)
    guard generated.dimensions == reference.dimensions else {
      throw HarnessError(
        .invalid,
        "\(reference.path) holds features of \(reference.dimensions) values, \(generated.path) of "
          + "\(generated.dimensions); both must be results of one network")
    }
    let evaluator = SuppliedFeatures(
      metrics, by: options.configuration, madeBy: maker, files: [reference, generated])
    var plan = MetricPlan(evaluators: [evaluator])
    plan.note(
      "Features were made elsewhere\(maker.map { ", by \($0)" } ?? ""): \(reference.provenance), "
        + "\(generated.provenance).", of: metrics)
    let sides = try Sides(reference, generated, by: evaluator, plan: plan)
    let session = try RunSession(
      store, try description(plan, sides),
      methods: [
        MethodRecord(
          name: Self.row, specification: "features:\(options.generated)",
          kind: MethodRecord.Kind(rawValue: "features")),
        MethodRecord.reference,
      ], fingerprints: plan.measured.compactMap { plan.fingerprint(of: $0) })
    return try session.perform(objection: \.objection) {
      try result(of: sides, plan, in: store, run: session.id)
    }
  }

  private func checkedMetrics() throws -> [Metric] {
    let supported = MetricRegistry.metricsOfVectors
    let names = supported.map(\.name).joined(separator: ", ")
    guard FeatureFile.isOne(options.reference) else {
      throw HarnessError(
        .usage,
        "features are compared with features: --reference must be a .npy or .npz as --generated is")
    }
    if options.statisticsOutput != nil || options.perImageOutput != nil {
      throw HarnessError(
        .usage, "--save-stats and --per-image are written of images, not of features")
    }
    let wanted =
      options.requiresEveryMetric ? options.configuration.metrics : [Metric.fid]
    if let other = wanted.first(where: { !supported.contains($0) }) {
      throw HarnessError(.usage, "\(other.name) needs images; features give \(names)")
    }
    return wanted
  }

  private func result(
    of sides: Sides, _ plan: MetricPlan, in store: Store, run: String
  ) throws -> ScoreResult {
    try sides.record(in: store, run: run)
    options.progress(JobProgress(activity: "scores of whole sets"))
    var set = MeasuredSet(metrics: plan.reductions, pairs: sides.results, row: 0)
    set.statistics = sides.reference.statistics
    set.madeStatistics = sides.generated.statistics
    set.workers = options.workers
    var result = ScoreResult(
      run: run, plan: plan, ids: sides.pairs.map(\.id), results: sides.results,
      scores: set.scores(), missing: sides.missing, surplus: sides.surplus, findings: [],
      statistics: sides.reference.statistics)
    try store.replace(result.scores.map { $0.record(method: Self.row) }, inRun: run)
    _ = try options.cacheLimit?.apply(to: store, notice: options.notice)
    let missing = result.unmeasured.byReason.map { "no value of \($0)" }
    if !missing.isEmpty {
      result.objection = HarnessError(.invalid, missing.joined(separator: "; "))
    }
    if let nothing = result.objection, !result.isMeasured { throw nothing }
    return result
  }

  private func description(_ plan: MetricPlan, _ sides: Sides) throws -> RunDescription {
    var identity = ["protocol": StoredRun.scoreProtocolID]
    for metric in plan.measured {
      identity["metric.\(metric.name)"] = plan.fingerprint(of: metric)?.hash
    }
    identity["reference"] = options.reference
    identity["generated"] = options.generated
    let settings = RunSettings(
      plan: plan, dataset: options.reference, pairCount: sides.pairs.count, findings: [],
      weights: "external: \(maker ?? "unnamed")", seed: 0, identity: identity)
    return RunDescription(
      protocolID: StoredRun.scoreProtocolID, commandLine: options.commandLine,
      fingerprint: Fingerprint(identity), settings: JSONText.encode(settings),
      pairsHash: try PairManifest(pairs: sides.pairs).contentHash)
  }
}

// MARK: Rows

/// Rows of both files, matched by id.
private struct Sides {
  let reference: FeatureFile
  let generated: FeatureFile
  /// Every id of either side, sorted by bytes.
  let pairs: [Pair]
  /// What is known of each.
  let results: [PairResult]
  /// Ids with a real row but none to score.
  let missing: [String]
  /// Ids with a row to score but no real one.
  let surplus: [String]
  private let plan: MetricPlan

  init(
    _ reference: FeatureFile, _ generated: FeatureFile, by evaluator: SuppliedFeatures,
    plan: MetricPlan
  ) throws {
    self.reference = reference
    self.generated = generated
    self.plan = plan
    let isEnough =
      generated.rows == nil
      ? [Metric.fid] : reference.rows == nil ? FrechetDistances.ofStatistics : evaluator.metrics
    if let other = evaluator.metrics.first(where: { !isEnough.contains($0) }) {
      let names = isEnough.map(\.name).joined(separator: " and ")
      throw HarnessError(
        .usage,
        "\(other.name) compares rows, and \((generated.rows == nil ? generated : reference).path) holds their "
          + "statistics alone, which give \(names)")
    }
    let arePaired = reference.rows?.hasIDs == true && generated.rows?.hasIDs == true
    if evaluator.metrics.contains(.id), !arePaired {
      throw HarnessError(
        .usage,
        "id compares rows of one id: both files must be .npz with an array 'ids' beside 'features'")
    }
    func images(_ file: FeatureFile) throws -> [String: ImageResult] {
      guard let rows = file.rows else { return [:] }
      return Dictionary(
        uniqueKeysWithValues: try zip(rows.ids, rows.features).map { id, features in
          (id, try Self.image(features, evaluator, plan))
        })
    }
    let (real, made) = (try images(reference), try images(generated))
    let match = IDMatch(wanted: real.keys, found: made.keys)
    (missing, surplus) = arePaired ? (match.missing, match.surplus) : ([], [])
    let ids = Set(real.keys).union(made.keys).sortedByBytes()
    pairs = ids.map { id in
      var pair = Pair(id: id)
      pair.checksums[.image] = real[id]?.content.text
      return pair
    }
    results = try ids.map { id in
      var image = made[id]
      if evaluator.metrics.contains(.id), let real = real[id], let other = image {
        let name = Intermediate.supplied
        image?.scores[.id] = try Identity.cosine(
          real.vectors[name] ?? [], other.vectors[name] ?? [])
      }
      return PairResult(
        reference: real[id].map { .success($0) }, images: [image.map { .success($0) }])
    }
    let hasScores = results.contains { $0.images[0]?.value?.scores.isEmpty == false }
    if evaluator.metrics.contains(.id), !hasScores {
      throw HarnessError(
        .invalid,
        "no id occurs in both files: \(reference.path) has '\(missing.first ?? "")', "
          + "\(generated.path) has '\(surplus.first ?? "")'")
    }
  }

  /// A row, under the names by which the metrics ask for it.
  private static func image(
    _ features: [Float], _ evaluator: SuppliedFeatures, _ plan: MetricPlan
  ) throws -> ImageResult {
    let digest = FileDigest.sha256(of: bytes(of: features))
    guard let content = ContentHash(text: digest) else {
      throw HarnessError(.runtime, "\(digest) is no SHA-256")
    }
    var image = ImageResult(content: content)
    image.measured = Set(evaluator.metrics)
    image.vectors[.supplied] = features
    for reduced in plan.reductions {
      for input in try reduced.reduction.inputs(of: reduced.metric, reduced.fingerprint) {
        image.vectors[input.intermediate] = features
      }
    }
    return image
  }

  /// Float32, little-endian, as results are remembered.
  private static func bytes(of features: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * features.count)
    for feature in features {
      let bits = feature.bitPattern
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return bytes
  }

  /// Stores pairs, rows and, so that runs can be compared, the features under the keys by which they are asked for.
  func record(in store: Store, run: String) throws {
    let inputs = try plan.reductions.flatMap {
      try $0.reduction.inputs(of: $0.metric, $0.fingerprint)
    }
    for start in stride(from: 0, to: pairs.count, by: 1000) {
      let range = start..<min(start + 1000, pairs.count)
      var artifacts: [String: Data] = [:]
      let records = zip(pairs[range], results[range]).map { pair, result in
        PairRecord(
          run: run, imageID: pair.id, identity: nil, prompt: nil,
          referenceHash: result.reference?.value?.content.text, labelsHash: nil)
      }
      var images: [(image: ImageRecord, scores: [ScoreRecord])] = []
      for (record, result) in zip(records, results[range]) {
        for image in [result.reference?.value, result.images[0]?.value].compactMap(\.self) {
          for input in inputs {
            guard let key = input.key(image.content, record) else { continue }
            artifacts[key] = image.vectors[.supplied].map { Data(Self.bytes(of: $0)) }
          }
        }
        guard let image = result.images[0]?.value else { continue }
        let scores = image.scores.compactMap { metric, value in
          plan.fingerprint(of: metric).map {
            ScoreRecord(metric: metric.name, value: value, fingerprint: $0.hash)
          }
        }
        images.append(
          (
            ImageRecord(
              run: run, method: "generated", imageID: record.imageID,
              contentHash: image.content.text, outcome: .scored), scores
          ))
      }
      try store.record(
        images, artifacts: artifacts.map { ArtifactRecord(key: $0.key, payload: $0.value) },
        pairs: records)
    }
  }
}

extension Intermediate {
  /// The row as it was supplied.
  fileprivate static let supplied = Intermediate("supplied")
}
