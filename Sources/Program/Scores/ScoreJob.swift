import Checkpoints
import Datasets
import Essentials
import Foundation
import Images
import Measurement
import Metrics
import Models
import Provenance
import Runs
import Store
import Tensors
import Terms

/// What the command line says about scoring one folder against another.
package struct ScoreOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Folder of the real images, or a `.npz` with their statistics.
  package var reference = ""
  /// Folder of the images to score.
  package var generated = ""
  /// Folder of label maps.
  package var masks: String?
  /// File of captions by id.
  package var captions: String?
  /// File of source and target texts by id.
  package var edits: String?
  /// Which images belong together when diversity is measured.
  package var grouping = ScoreGrouping.all
  /// Which metrics, by which choices.
  package var configuration = MetricConfiguration(metrics: [])
  /// Whether somebody named the metrics, so that one without a value makes the run invalid.
  package var requiresEveryMetric = false
  /// How ``configuration`` was typed, for the record.
  var metricOptions: MetricOptionValues?
  /// Evaluators made elsewhere, used instead of those that ``configuration`` and ``weights`` name.
  package var evaluators: [any MetricEvaluator]?
  /// Where to write the real images' statistics.
  package var statisticsOutput: String?
  /// Where to write per-image values.
  package var perImageOutput: String?
  /// Score at most this many images of each side, those with a counterpart first.
  package var limit: Int?
  /// Most images that may fail before the run counts as invalid.
  package var maximumFailures: Int?

  /// The defaults.
  package init() {}
}

/// Scores one folder of images against another, without a paper.
///
/// Scores of pairs need the same id (file name without extension) on both sides; scores of sets, such as
/// FID, take every image of either side.
package struct ScoreJob {
  private static let row = "generated"

  private let options: ScoreOptions

  /// Prepares to score.
  package init(_ options: ScoreOptions) { self.options = options }

  /// Scores every requested metric that can be measured, and says why the others cannot.
  ///
  /// - Returns: the scores; ``ScoreResult/objection`` says what keeps them from counting.
  /// - Throws: errors of folders, weights and the store, each one sentence; ``HarnessError`` of kind
  ///   `usage` if the options allow for no metric, of kind `invalid` if nothing could be measured.
  package func run() throws -> ScoreResult {
    try checkOutputs()
    let store = try Store(path: ResultsDatabase.path(options.results))
    options.progress(JobProgress(activity: "opening images"))
    let sides = try ScoreSides(options)
    let findings = sides.findings.filter { !$0.isEmpty }.map(\.description)
    findings.forEach(options.notice)
    options.progress(JobProgress(activity: "opening weights"))
    var plan = try sides.plan(options.metricPlan())
    if let note = try sides.statisticsFile?.note(for: plan) {
      plan.note(note, of: FrechetDistances.metrics)
    }
    for reason in plan.unmeasured.byReason { options.notice("not measured: \(reason)") }
    let session = try RunSession(
      store, try description(plan, sides, findings),
      methods: [
        MethodRecord(name: Self.row, specification: "folder:\(options.generated)", kind: .folder),
        MethodRecord.reference,
      ], fingerprints: plan.measured.compactMap { plan.fingerprint(of: $0) })
    return try session.perform(objection: \.objection) {
      try result(of: sides, plan, findings, in: store, run: session.id)
    }
  }

  /// Measures everything, stores the scores and writes the requested files.
  private func result(
    of sides: ScoreSides, _ plan: MetricPlan, _ findings: [String], in store: Store, run: String
  ) throws -> ScoreResult {
    let job = MeasurementJob(
      pairs: sides.pairs, methods: [sides.method(named: Self.row, plan)], plan: plan,
      requiresCounterpart: !sides.hasReference, store: store, run: run, workers: options.workers,
      usesCache: options.usesCache, memory: options.memory, shouldStop: options.shouldStop,
      progress: options.progress, notice: options.notice)
    let results = try job.measure()
    options.progress(JobProgress(activity: "scores of whole sets"))
    let scores = try job.scores(
      of: results, row: 0, times: { sides.times }, statistics: sides.statistics)
    var result = ScoreResult(
      run: run, plan: plan, ids: sides.pairs.map(\.id), results: results, scores: scores,
      missing: sides.missing, surplus: sides.surplus, findings: findings,
      statistics: sides.statistics)
    try store.replace(result.scores.map { $0.record(method: Self.row) }, inRun: run)
    _ = try options.cacheLimit?.apply(to: store, notice: options.notice)
    if let path = options.perImageOutput { try result.writePerImage(to: path) }
    result.objection = objection(to: result, ledger: store.path)
    if let nothing = result.objection, !result.isMeasured { throw nothing }
    do {
      if let path = options.statisticsOutput { try saveStatistics(of: results, plan, to: path) }
    } catch let error as HarnessError { result.objection = result.objection ?? error }
    return result
  }

  private func checkOutputs() throws {
    if options.statisticsOutput != nil,
      !options.configuration.metrics.contains(where: FrechetDistances.metrics.contains)
        || options.reference.hasSuffix(".npz")
    {
      throw HarnessError(
        .usage, "--save-stats needs the metric fid, kid or fid-infinity and a folder as --reference"
      )
    }
    let place = OutputPlace(
      isReplacing: options.isReplacing,
      inputs: [
        options.reference, options.captions, options.edits, options.weights,
        ResultsDatabase.path(options.results),
      ])
    if let path = options.statisticsOutput { try place.check(path, as: .statistics) }
    if let path = options.perImageOutput { try place.check(path, as: .imageScores) }
  }

  private func description(
    _ plan: MetricPlan, _ sides: ScoreSides, _ findings: [String]
  ) throws -> RunDescription {
    var identity = ["protocol": StoredRun.scoreProtocolID]
    for metric in plan.measured {
      identity["metric.\(metric.name)"] = plan.fingerprint(of: metric)?.hash
    }
    identity["reference"] = options.reference
    identity["generated"] = options.generated
    var settings = RunSettings(
      plan: plan, dataset: options.reference, pairCount: sides.pairs.count,
      findings: findings, weights: options.weights, seed: 0, identity: identity)
    settings.recipe = options.recipe
    return RunDescription(
      protocolID: StoredRun.scoreProtocolID, commandLine: options.commandLine,
      fingerprint: Fingerprint(identity), settings: JSONText.encode(settings),
      pairsHash: try PairManifest(pairs: sides.pairs).contentHash)
  }

  private func saveStatistics(
    of results: [PairResult], _ plan: MetricPlan, to path: String
  ) throws {
    let references = results.compactMap { $0.reference?.value?.vectors[.features] }
    let features: FeatureMatrix
    do { features = try FeatureMatrix(stacking: references) } catch {
      throw HarnessError(.invalid, "\(error)")
    }
    guard let origin = plan.origin(count: features.rows) else {
      throw HarnessError(.invalid, "--save-stats \(path): no features were measured")
    }
    try ReferenceStatistics(FeatureStatistics(features), origin: origin, path: path).write()
  }

  private func objection(to result: ScoreResult, ledger: String) -> HarnessError? {
    var failures = result.failures.map(\.failure)
    if !result.isMeasured, failures.isEmpty, let reason = result.scores.first?.reason {
      failures = [ImageFailure(state: .notMeasurable, reason: reason)]
    }
    // Where no score is of pairs, an image that is not there has not failed.
    let real = result.results.filter { $0.reference?.value != nil }
    let missing = real.count { $0.images[0] == nil }
    if missing < real.count {
      let failure = ImageFailure(state: .missing, reason: "there is no image of that name")
      failures += Array(repeating: failure, count: missing)
    }
    var validity = RunValidity(isMeasured: result.isMeasured, failures: failures)
    if result.isMeasured, options.requiresEveryMetric {
      validity.missing = result.unmeasured.byReason.map { "no value of \($0)" }
    }
    return validity.objection(allowing: options.maximumFailures, ledger: ledger)
  }
}

extension ScoreOptions {
  /// What is measured with which weights.
  ///
  /// - Throws: errors of weights that exist but are unusable.
  package func metricPlan() throws -> MetricPlan {
    if let evaluators {
      return MetricPlan(evaluators: evaluators, resolution: configuration.resolution)
    }
    return try MetricPlan(configuration, loader: ModelLoader(self))
  }
}
