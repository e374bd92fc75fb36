import Datasets
import Essentials
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

/// A stored run's images and evaluators, opened once more.
struct Remeasurement {
  let plan: MetricPlan
  let pairs: [Pair]
  let methods: [EvaluatedMethod]
  /// Whether every evaluator measures every image.
  let requiresCounterpart: Bool

  /// Opens what a run was measured from.
  ///
  /// - Parameters:
  ///   - run: the run.
  ///   - results: folder of the caches.
  ///   - systems: those that methods may be.
  ///   - workers: threads.
  /// - Throws: errors of datasets, methods and weights; ``HarnessError`` of kind `notComparable` for pairs
  ///   that have changed and for a run of an older evalkit.
  init(_ run: StoredRun, results: String, systems: SystemRegistry, workers: Workers) throws {
    let hash: String
    switch run.settings.recipe {
    case nil:
      throw HarnessError(
        .notComparable,
        "run \(run.record.id) was stored without what it was asked for; measure it again")
    case .table(let recipe):
      var options = try TableOptions(recipe, run.settings)
      options.results = results
      options.systems = systems
      let table = try ProtocolLibrary.files().table(run.record.protocolID).setting(
        options.switches, fidMode: options.fidMode)
      let configuration = try MetricConfiguration(table, options: options)
      let loader = try ModelLoader(options)
      plan = try MetricPlan(configuration, loader: loader)
      let chosen = try TablePairs(
        table, size: loader.suite.drawnSize(for: configuration), options: options, workers: workers)
      let opened = try Self.methods(
        of: run, chosen.pairs, plan: plan, loader: loader, options: options, workers: workers)
      methods = opened.map { EvaluatedMethod($0, references: chosen.referenceIDs) }
      pairs = try chosen.all()
      requiresCounterpart = true
      hash = try PairManifest(pairs: chosen.pairs).contentHash
    case .score(let recipe):
      let options = try ScoreOptions(recipe, run.settings)
      let sides = try ScoreSides(options)
      let possible = try sides.plan(options.metricPlan())
      plan = possible
      methods = run.methods.map { sides.method(named: $0.name, possible) }
      pairs = sides.pairs
      requiresCounterpart = !sides.hasReference
      hash = try PairManifest(pairs: pairs).contentHash
    }
    guard hash == run.record.pairsHash else {
      throw HarnessError(
        .notComparable,
        "\(run.settings.dataset) holds other pairs than when run \(run.record.id) measured them")
    }
  }

  /// The rows' images as they are now; commands and systems are not asked again for what they have made.
  private static func methods(
    of run: StoredRun, _ pairs: [Pair], plan: MetricPlan, loader: ModelLoader,
    options: TableOptions,
    workers: Workers
  ) throws -> [any Method] {
    let (results, systems) = (options.results, options.systems)
    var context = MethodContext(pairs: pairs, outputDirectory: results)
    context.size = plan.generatedSide
    context.seed = run.settings.seed
    context.workers = workers
    context.cache = TableOptions.cache(in: results)
    context.loader = loader
    return try run.methods.map { method in
      let kept = MethodSpecification(
        name: method.name,
        source: .folder(directory: TableOptions.outputFolder(of: method.name, in: results)))
      if method.kind == .command { return try kept.open(in: context) }
      let named = try MethodSpecification(
        parsing: "\(method.name)=\(method.specification)", systems: systems)
      if case .system = named.source { return try kept.open(in: context) }
      return try named.open(in: context)
    }
  }

  /// Measures some images of each method again, without the cache.
  ///
  /// - Parameters:
  ///   - images: ids by row.
  ///   - run: the run that they belong to.
  ///   - workers: threads.
  ///   - memory: what images may take of it.
  ///   - shouldStop: asked often whether to stop.
  ///   - progress: called with what is being done.
  /// - Returns: results by method and id, and what would be cached of them by key.
  /// - Throws: as ``MeasurementJob/measure()``.
  func measure(
    _ images: [String: Set<String>], of run: StoredRun, workers: Workers, memory: MemoryLimit,
    shouldStop: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (JobProgress) -> Void
  ) throws -> (
    results: [String: [String: Result<ImageResult, ImageFailure>]], memory: [String: Data]
  ) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("evalkit-verify-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try Store(path: ResultsDatabase.path(folder))
    try store.begin(
      run.record, methods: run.methods + [MethodRecord.reference],
      fingerprints: (plan.reductions.map(\.fingerprint)).map {
        FingerprintRecord(hash: $0.hash, text: $0.text)
      } + [FingerprintRecord(hash: run.record.fingerprint, text: "")])
    let wanted = images.values.reduce(into: Set<String>()) { $0.formUnion($1) }
    let chosen = pairs.filter { wanted.contains($0.id) }
    let rows = methods.map { method in
      EvaluatedMethod(name: method.name) { pair in
        images[method.name]?.contains(pair.id) == true ? try method.image(pair) : nil
      }
    }
    var job = MeasurementJob(
      pairs: chosen, methods: rows, plan: plan, requiresCounterpart: requiresCounterpart,
      store: store, run: run.record.id, workers: workers, usesCache: false,
      memory: memory, shouldStop: shouldStop, progress: progress)
    job.needed = rows.map { row in
      Set(plan.measured.filter { run.scores[row.name]?[$0.name]?.isEmpty != true })
    }
    let measured = try job.measure()
    var results: [String: [String: Result<ImageResult, ImageFailure>]] = [:]
    for (pair, result) in zip(chosen, measured) {
      for (row, image) in zip(rows, result.images) {
        results[row.name, default: [:]][pair.id] = image
      }
    }
    return (results, try store.artifacts(among: store.artifactKeys()).payloads)
  }
}
