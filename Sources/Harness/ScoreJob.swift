import Checkpoints
import Datasets
import Foundation
import Images
import Metrics
import Store
import Tensors

/// What the command line says about scoring one folder against another.
package struct ScoreOptions: Sendable {
  /// Folder of the real images, or a `.npz` with their statistics.
  package var reference = ""
  /// Folder of the images to score.
  package var generated = ""
  /// Folder of label maps.
  package var masks: String?
  /// Which metrics, by which choices.
  package var request = MeterRequest(metrics: [])
  /// The suite of weights.
  package var weights = "compact"
  /// Whether convolutions are plain sums, without Winograd's algorithm.
  package var isExact = false
  /// Folder of the database and the caches.
  package var results = "Results"
  /// Where to write the real images' statistics.
  package var statisticsOutput: String?
  /// Where to write per-image values.
  package var perImageOutput: String?
  /// Threads; nil takes all cores.
  package var jobs: Int?
  /// Score at most this many images of each side.
  package var limit: Int?
  /// Most images that may fail before the run counts as invalid.
  package var maximumFailures: Int?
  /// Whether results of earlier runs on the same content may be used.
  package var isRecalling = true
  /// The command as it was typed, for the record.
  package var commandLine = ""
  /// Asked often whether to stop.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Told what is going on.
  package var progress: @Sendable (JobProgress) -> Void = { _ in }

  /// The defaults.
  package init() {}
}

/// Scores one folder of images against another, without a paper.
///
/// Scores of pairs need the same id (file name without extension) on both sides; scores of sets, such as
/// FID, take every image of either side.
package struct ScoreJob {
  /// Stands in for a protocol in the database.
  static let protocolID = "score"
  private static let row = "generated"

  private let options: ScoreOptions

  /// Prepares to score.
  package init(_ options: ScoreOptions) { self.options = options }

  /// Scores everything asked for.
  ///
  /// - Throws: errors of folders, weights and the store, each one sentence; ``HarnessError`` of kind
  ///   `invalid` if nothing could be measured.
  package func run() throws -> ScoreResult {
    if options.statisticsOutput != nil,
      !options.request.metrics.contains(where: FeatureDistances.metrics.contains)
        || options.reference.hasSuffix(".npz")
    {
      throw HarnessError(
        .usage, "--save-stats needs the metric fid, kid or fid-infinity and a folder as --reference"
      )
    }
    for path in [options.statisticsOutput, options.perImageOutput].compactMap(\.self) {
      try OutputPlace.check(path)
    }
    let store = try Store(path: options.results + "/evalkit.sqlite")
    let plan = try MeterPlan(
      options.request,
      shop: InstrumentShop(
        WeightSuite(parsing: options.weights), isExact: options.isExact))
    // Unlike a table, a score that was asked for by name must not quietly stay away.
    if let missing = options.request.metrics.first(where: { plan.notRun[$0] != nil }) {
      throw HarnessError(.runtime, "\(missing.rawValue): \(plan.notRun[missing] ?? "")")
    }
    let sides = try Sides(options, isPairwise: plan.meters.contains(where: \.isPairwise))
    let session = try RunSession(
      store, try description(plan, sides),
      methods: [
        MethodRecord(name: Self.row, specification: "folder:\(options.generated)", kind: "folder"),
        RunSession.referenceMethod,
      ], fingerprints: plan.measured.compactMap { plan.fingerprint(of: $0) })
    return try session.perform {
      let items = try MeasurementJob(
        pairs: sides.pairs, candidates: [sides.candidate(named: Self.row)], plan: plan,
        requiresReference: false, store: store, run: session.id,
        workers: Workers(count: options.jobs), isRecalling: options.isRecalling,
        shouldStop: options.shouldStop, progress: options.progress
      ).measure()
      let result = try reduce(items, sides, plan, run: session.id)
      try store.replace(result.scores.map { $0.record(method: Self.row) }, inRun: session.id)
      if let path = options.statisticsOutput { try saveStatistics(of: items, to: path) }
      if let path = options.perImageOutput { try result.writePerImage(to: path) }
      try checkValidity(result)
      return result
    }
  }

  private func description(_ plan: MeterPlan, _ sides: Sides) throws -> RunDescription {
    var identity = ["protocol": Self.protocolID]
    for metric in plan.measured {
      identity["metric.\(metric.rawValue)"] = plan.fingerprint(of: metric)?.hash
    }
    identity["reference"] = options.reference
    identity["generated"] = options.generated
    let settings = RunSettings(
      plan: plan, dataset: options.reference, pairCount: sides.pairs.count, findings: [],
      weights: options.weights, seed: 0, identity: identity)
    return RunDescription(
      protocolID: Self.protocolID, commandLine: options.commandLine,
      fingerprint: Fingerprint(identity), settings: JSONText.encode(settings),
      pairsHash: try PairManifest(pairs: sides.pairs).contentHash)
  }

  private func reduce(_ items: [ItemResult], _ sides: Sides, _ plan: MeterPlan, run: String) throws
    -> ScoreResult
  {
    let references = items.compactMap { $0.reference?.value?.features }
    let reduction = SetReduction(
      plan: plan, references: references, statistics: sides.statistics,
      images: items.compactMap { $0.candidates[0]?.value },
      workers: Workers(count: options.jobs))
    return ScoreResult(
      run: run, plan: plan, ids: sides.pairs.map(\.id), items: items, scores: reduction.scores(),
      missing: sides.missing, surplus: sides.surplus, statisticsCount: sides.statistics?.count)
  }

  private func saveStatistics(of items: [ItemResult], to path: String) throws {
    let references = items.compactMap { $0.reference?.value?.features }
    let features: FeatureMatrix
    do { features = try FeatureMatrix(stacking: references) } catch {
      throw HarnessError(.invalid, "\(error)")
    }
    let statistics = FeatureStatistics(features)
    let width = statistics.dimensions
    try NPZFile.write(
      [
        ("mu", .doubles(statistics.mean, shape: [width])),
        ("sigma", .doubles(statistics.covariance, shape: [width, width])),
      ], to: path)
  }

  private func checkValidity(_ result: ScoreResult) throws {
    guard result.scores.contains(where: { $0.value != nil }) else {
      let reason =
        result.failures.first?.failure.reason ?? result.scores.first?.reason ?? "no image was found"
      throw HarnessError(.invalid, "nothing was measured; the first reason is: \(reason)")
    }
    if let limit = options.maximumFailures, result.failures.count > limit {
      throw HarnessError(
        .invalid, "\(result.failures.count) images failed, more than the \(limit) allowed")
    }
  }
}

/// The two folders, matched by id.
private struct Sides {
  /// Every id of either side, sorted by bytes.
  var pairs: [Pair] = []
  /// Ids with a real image but none to score.
  var missing: [String] = []
  /// Ids with an image to score but no real one.
  var surplus: [String] = []
  /// Statistics of real images from a file.
  var statistics: FeatureStatistics?
  private var generatedPaths: [String: String]
  private let generatedFolder: String
  private let isPairwise: Bool

  init(_ options: ScoreOptions, isPairwise: Bool) throws {
    self.isPairwise = isPairwise
    let generated = try ImageFolder(directory: options.generated)
    generatedPaths = Self.limited(generated.paths, options.limit)
    generatedFolder = options.generated
    if generated.paths.isEmpty {
      throw HarnessError(.invalid, "\(options.generated) has no images to score")
    }
    if options.reference.hasSuffix(".npz") {
      let others = options.request.metrics.filter { $0 != .fid && $0 != .fidInfinity }
      if let other = others.first {
        throw HarnessError(
          .usage,
          "statistics (\(options.reference)) have no images for \(other.rawValue); only fid and "
            + "fid-infinity can use them")
      }
      statistics = try Self.statistics(options.reference)
      pairs = generatedPaths.keys.sortedByBytes().map { Pair(id: $0) }
      return
    }
    let reference = try ImageFolder(directory: options.reference)
    let referencePaths = Self.limited(reference.paths, options.limit)
    if reference.paths.isEmpty {
      throw HarnessError(.invalid, "\(options.reference) has no images to compare with")
    }
    let match = IDMatch(wanted: referencePaths.keys, found: generatedPaths.keys)
    (missing, surplus) = (match.missing, match.surplus)
    if isPairwise && match.paired.isEmpty {
      throw HarnessError(
        .invalid,
        "no id occurs in both folders: \(options.reference) has "
          + "'\(missing.first ?? "")', \(options.generated) has '\(surplus.first ?? "")'")
    }
    let masks = try options.masks.map { try ImageFolder(directory: $0).paths }
    pairs = Set(referencePaths.keys).union(generatedPaths.keys).sortedByBytes().map {
      var pair = Pair(id: $0)
      pair.imagePath = referencePaths[$0]
      pair.maskPath = masks?[$0]
      return pair
    }
  }

  private static func limited(_ paths: [String: String], _ limit: Int?) -> [String: String] {
    guard let limit else { return paths }
    let ids = paths.keys.sortedByBytes().prefix(limit)
    return paths.filter { ids.contains($0.key) }
  }

  private static func statistics(_ path: String) throws -> FeatureStatistics {
    let file = try NPZFile.read(path)
    let mean = try file.tensor(named: "mu").doubles()
    let covariance = try file.tensor(named: "sigma").doubles()
    return try FeatureStatistics(count: nil, mean: mean, covariance: covariance)
  }

  /// The images to score; without one, a pairwise run has a failure and a set has one image less.
  func candidate(named name: String) -> Candidate {
    let (paths, folder, isPairwise) = (generatedPaths, generatedFolder, isPairwise)
    return Candidate(name: name) { pair in
      guard let path = paths[pair.id] else {
        guard isPairwise else { return nil }
        throw ImageFailure(state: "missing", reason: "\(folder) has no image of '\(pair.id)'")
      }
      return ImageSource(file: path)
    }
  }
}
