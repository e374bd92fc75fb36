import Datasets
import Foundation
import Generators
import Measurement
import Metrics
import Models
import Provenance
import Runs
import Scores
import Store
import Tables
import Tensors
import Terms

/// What the command line says about measuring a table.
package struct TableOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Where the pairs come from.
  package var dataset = DatasetSpecification.synthetic
  /// How many pairs; nil takes the protocol's number.
  package var pairCount: Int?
  /// Rows to measure.
  package var methods: [MethodSpecification] = []
  /// The systems that methods may be.
  package var systems = SystemRegistry.standard
  /// Metrics to measure; nil takes the protocol's columns.
  package var metrics: [Metric]?
  /// Switches of the protocol that are set otherwise for this run.
  package var switches: [(name: String, value: String)] = []
  /// FID's input pipeline; nil takes the protocol's.
  package var fidMode: FrechetMode?
  /// Which of several processes this is; nil measures everything.
  package var shard: Shard?
  /// Whether a pair manifest may name files outside its folder without their SHA-256.
  package var allowsOutside = false
  /// Most images that may fail before the run counts as invalid; nil allows any number but all.
  package var maximumFailures: Int?
  /// How external commands are run.
  package var command = CommandOptions()

  /// The defaults.
  package init() {}

  /// Where the images of an external command or a system are kept.
  static func outputFolder(of method: String, in results: String) -> String {
    "\(results)/generated/\(method)"
  }

  /// The database's path: a shard has its own.
  var databasePath: String {
    shard?.databasePath(in: self.results) ?? ResultsDatabase.path(self.results)
  }
}

/// Measures a table: opens pairs, methods and networks, measures, stores and reduces.
package struct TableJob {
  private let table: PaperTable
  let options: TableOptions

  /// Prepares to measure a table.
  package init(_ table: PaperTable, options: TableOptions) {
    self.table = table
    self.options = options
  }

  /// A run, ready to be reported.
  package struct Outcome {
    /// The stored run.
    package let session: RunSession
    /// What keeps it from counting, though it is stored; nil if nothing does.
    package let objection: HarnessError?
  }

  /// Measures everything that can be measured and stores it.
  ///
  /// - Throws: errors of datasets, methods, weights and the store, each one sentence;
  ///   ``HarnessError`` of kind `cancelled`, or `invalid` if nothing was measured.
  package func run() throws -> Outcome {
    let store = try Store(path: options.databasePath)
    let materials = try open()
    let methods = materials.methods
    let session = try RunSession(
      store, try description(materials.plan, materials.chosen, methods),
      methods: methods.map(\.record) + [MethodRecord.reference],
      fingerprints: materials.plan.measured.compactMap { materials.plan.fingerprint(of: $0) })
    options.notice(session.isResumed ? "resuming run \(session.id)" : "run \(session.id)")
    let objection = try session.perform(objection: { $0 }) {
      try measure(materials, for: session)
    }
    paintSheet(methods, materials.chosen.pairs, of: session)
    return Outcome(session: session, objection: objection)
  }

  /// What is measured by what, opened.
  private struct Materials {
    let plan: MetricPlan
    let chosen: TablePairs
    /// The shard's part of the pairs, or all of them.
    let part: ShardPairs
    let methods: [OpenMethod]
  }

  /// Opens weights, pairs and methods.
  private func open() throws -> Materials {
    options.progress(JobProgress(activity: "opening weights"))
    let loader = try ModelLoader(options)
    let configuration = try MetricConfiguration(table, options: options)
    let possible = try possiblePlan(MetricPlan(configuration, loader: loader))
    options.progress(JobProgress(activity: "opening \(options.dataset)"))
    let chosen = try TablePairs(
      table, size: loader.suite.drawnSize(for: configuration), options: options,
      workers: options.workers)
    let plan = try possiblePlan(possible.leavingOut { chosen.dataset.unavailability(of: $1) })
    for finding in chosen.dataset.findings { options.notice(finding.description) }
    let part = try ShardPairs(chosen, shard: options.shard, plan: plan)
    let methods = try openMethods(
      chosen.pairs, measuring: part.ids, size: plan.generatedSide, loader: loader,
      workers: options.workers)
    return Materials(plan: plan, chosen: chosen, part: part, methods: methods)
  }

  /// Measures and stores; of a shard only the images.
  ///
  /// - Returns: what keeps the run from counting; nil if nothing does.
  private func measure(
    _ materials: Materials, for session: RunSession
  ) throws -> HarnessError? {
    let (chosen, methods, store) = (materials.chosen, materials.methods, session.store)
    try store.setShards(materials.part.shards, ofRun: session.id)
    let references = chosen.referenceIDs
    var job = MeasurementJob(
      pairs: materials.part.pairs,
      methods: methods.map { EvaluatedMethod($0.method, references: references) },
      plan: materials.plan, owners: chosen.owners, requiresCounterpart: true, store: store,
      run: session.id, workers: options.workers, usesCache: options.usesCache,
      memory: options.memory, shouldStop: options.shouldStop, progress: options.progress,
      notice: options.notice)
    // What a row cannot have is known of the whole only.
    if options.shard != nil { job.needed = job.strictlyNeeded }
    let results = try job.measure()
    guard options.shard == nil else {
      // A part of a set has no scores; what belongs to whole groups is kept for the whole.
      for (row, method) in methods.enumerated() {
        try job.setMeasurements(of: results, row: row, times: { method.method.times })
      }
      return nil
    }
    let scores = try reduce(methods, results, job, to: session)
    _ = try options.cacheLimit?.apply(to: store, notice: options.notice)
    return try objection(methods, results, scores, materials.plan)
  }

  /// Paints some of the images; that it could not be done is no reason to lose the numbers.
  private func paintSheet(
    _ methods: [OpenMethod], _ pairs: [Pair], of session: RunSession
  ) {
    options.progress(JobProgress(activity: "painting the contact sheet"))
    do {
      let run = try StoredRun.find(session.id, in: session.store)
      try SheetFile(run, in: session.store, results: options.results)
        .write(pairs, methods.map(\.method), workers: options.workers)
    } catch {
      options.notice("the contact sheet is missing: \(error)")
    }
  }

  // MARK: Methods

  /// A row and how it was specified.
  struct OpenMethod {
    let specification: MethodSpecification
    let method: any Method

    var record: MethodRecord {
      let kind: MethodRecord.Kind =
        switch specification.source {
        case .folder: .folder
        case .command: .command
        case .builtin, .system: .builtin
        }
      return MethodRecord(
        name: specification.name, specification: specification.text, kind: kind)
    }
  }

  private func openMethods(
    _ pairs: [Pair], measuring ids: Set<String>?, size: Int, loader: ModelLoader,
    workers: Workers
  ) throws -> [OpenMethod] {
    var context = MethodContext(pairs, into: options.results, options, loader)
    context.ids = ids
    context.size = size
    context.command = options.command
    return try options.rows(of: table).compactMap { specification in
      // Two methods must not write over each other's images.
      context.outputDirectory = TableOptions.outputFolder(
        of: specification.name, in: options.results)
      let activity = "images of \(specification.name)"
      options.progress(JobProgress(activity: activity))
      let progress = options.progress
      context.progress = {
        progress(
          JobProgress(
            activity: activity, finished: $0.finished, total: $0.total, remembered: $0.reused))
      }
      let method: any Method
      do { method = try specification.open(in: context) } catch {
        guard options.canDoWithout(specification, for: error) else { throw error }
        options.notice("\(specification.name) is left out: \(error)")
        return nil
      }
      if !method.missing.isEmpty {
        options.notice("\(method.name): \(method.missing.count) images are missing")
      }
      for text in method.notices { options.notice(text) }
      return OpenMethod(specification: specification, method: method)
    }
  }

  // MARK: Identity of the run

  private func description(_ plan: MetricPlan, _ chosen: TablePairs, _ methods: [OpenMethod]) throws
    -> RunDescription
  {
    var identity = ["protocol": table.id, "seed": "\(options.seed)"]
    for metric in plan.measured {
      identity["metric.\(metric.name)"] = plan.fingerprint(of: metric)?.hash
    }
    for (index, method) in methods.enumerated() {
      identity["method.\(index)"] =
        "\(method.record.name)=\(method.record.specification);\(method.method.fingerprint)"
    }
    if !chosen.references.isEmpty {
      identity["references"] = try PairManifest(pairs: chosen.references).contentHash
    }
    var settings = RunSettings(
      plan: plan, dataset: chosen.dataset.name, pairCount: chosen.pairs.count,
      findings: chosen.dataset.findings.map(\.description)
        + methods.flatMap { method in
          method.method.findings.map { "\(method.specification.name): \($0)" }
        }, weights: options.weights,
      seed: options.seed, identity: identity)
    settings.shard = options.shard
    settings.recipe = options.recipe
    settings.departures =
      SwitchUse(
        table: table, plan: plan, pairCount: chosen.pairs.count, dataset: options.dataset,
        runsCommands: methods.contains { $0.record.kind == .command }
      ).departures
    return RunDescription(
      protocolID: table.id, commandLine: options.commandLine,
      fingerprint: Fingerprint(identity), settings: JSONText.encode(settings),
      pairsHash: try PairManifest(pairs: chosen.pairs).contentHash)
  }

  // MARK: Reduction

  /// Scores and stores every row's set.
  private func reduce(
    _ methods: [OpenMethod], _ results: [PairResult], _ job: MeasurementJob, to session: RunSession
  ) throws -> [[SetScore]] {
    try methods.enumerated().map { row, method in
      options.progress(
        JobProgress(activity: "scores of whole sets", finished: row, total: methods.count))
      let scores = try job.scores(of: results, row: row, times: { method.method.times })
      try session.store.replace(
        scores.map { $0.record(method: method.specification.name) }, inRun: session.id)
      return scores
    }
  }
}

extension MetricConfiguration {
  /// What a protocol chooses, overridden by the options of a run.
  ///
  /// - Throws: as ``init(_:)``.
  init(_ table: PaperTable, options: TableOptions) throws {
    try self.init(table, further: options.metrics ?? [])
    metrics = options.metrics ?? metrics
    self[FrechetDistances.self].mode = options.fidMode ?? self[FrechetDistances.self].mode
  }
}
