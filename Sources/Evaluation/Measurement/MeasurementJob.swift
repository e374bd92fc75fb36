import CMemory
import Datasets
import Essentials
import Foundation
import Generators
import Metrics
import Models
import Provenance
import Store
import Synchronization
import Tensors
import Terms

/// A method with its images, one for each pair.
package struct EvaluatedMethod: Sendable {
  /// The method's name, which its row has.
  package let name: String
  /// The image for a pair; nil where there is none and need not be one.
  package let image: @Sendable (Pair) throws -> ImageSource?

  /// A method that has an image for every pair but the references, of which only the real image counts.
  package init(_ method: any Method, references: Set<String> = []) {
    name = method.name
    image = { pair in
      if references.contains(pair.id) { return nil }
      return ImageSource(
        name: "\(method.name) of \(pair.id)", origin: method.origin(of: pair),
        decode: { try method.image(for: pair) })
    }
  }

  /// A method by name.
  package init(name: String, image: @escaping @Sendable (Pair) throws -> ImageSource?) {
    self.name = name
    self.image = image
  }
}

/// Measures every pair with every evaluator for every method, storing each result as it is made.
package struct MeasurementJob {
  let pairs: [Pair]
  let methods: [EvaluatedMethod]
  let plan: MetricPlan
  /// For ids whose real image is another pair's already, and counts once in a set, that pair's id.
  var owners: [String: String] = [:]
  /// Whether every evaluator measures every image; else one without a real image takes part in sets only.
  let requiresCounterpart: Bool
  /// The metrics that every image of each method must have; nil means those that any image of the method has.
  package var needed: [Set<Metric>]?
  let store: Store
  let run: String
  let workers: Workers
  /// Whether results of earlier runs on the same content may be used.
  let usesCache: Bool
  /// What images may take of the memory.
  var memory = MemoryLimit.ofMachine
  let shouldStop: @Sendable () -> Bool
  let progress: @Sendable (JobProgress) -> Void
  /// Told what a person should know at once.
  var notice: @Sendable (String) -> Void = { _ in }

  /// Joins the parts.
  package init(
    pairs: [Pair],
    methods: [EvaluatedMethod],
    plan: MetricPlan,
    owners: [String: String] = [:],
    requiresCounterpart: Bool,
    needed: [Set<Metric>]? = nil,
    store: Store,
    run: String,
    workers: Workers,
    usesCache: Bool,
    memory: MemoryLimit = MemoryLimit.ofMachine,
    shouldStop: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (JobProgress) -> Void,
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.pairs = pairs
    self.methods = methods
    self.plan = plan
    self.owners = owners
    self.requiresCounterpart = requiresCounterpart
    self.needed = needed
    self.store = store
    self.run = run
    self.workers = workers
    self.usesCache = usesCache
    self.memory = memory
    self.shouldStop = shouldStop
    self.progress = progress
    self.notice = notice
  }

  /// Measures all pairs.
  ///
  /// - Returns: every result, by pair.
  /// - Throws: ``HarnessError`` of kind `cancelled` if asked to stop; errors of the store. What is
  ///   finished then is stored.
  package func measure() throws -> [PairResult] {
    let results = try completed(try measureGroups())
    // Statistics of whole sets need as much memory as the networks do.
    for network in plan.evaluators.flatMap(\.loadedNetworks) { network.release() }
    give_back_freed_memory()
    return results
  }

  /// Who lets images into memory.
  private var admission: ImageAdmission {
    let gate = MemoryGate(memory, workers: workers.count)
    let costs = ImageCosts(
      evaluators: plan.evaluators, resolution: plan.resolution, share: gate.share)
    return ImageAdmission(costs: costs, gate: gate)
  }

  /// Places of the pairs that are measured and stored together.
  private var groups: [Range<Int>] {
    GroupSchedule(
      count: pairs.count, workers: workers.count,
      limit: max(Self.imagesPerGroup / (methods.count + 1), 1)
    ).groups
  }

  private func measureGroups() throws -> [PairResult] {
    let (admission, groups) = (admission, groups)
    let memories = WorkerMemory.each(of: workers, sharing: groups.count)
    let digests = FileDigests()
    // What all images of a method lack is known only at the end; until then each image lacks it.
    let needed = needed ?? strictlyNeeded
    let tally = Mutex((finished: 0, failures: 0, remembered: 0, damaged: 0))
    progress(JobProgress(finished: 0, total: pairs.count))
    defer {
      if let warning = ResultCache.warning(tally.withLock(\.damaged), in: store) { notice(warning) }
    }
    return try workers.map(groups.count) { index, worker in
      if shouldStop() {
        throw HarnessError(.cancelled, "stopped on request; a second call resumes")
      }
      let cache = ResultCache(store, isReading: usesCache)
      let loading = ImageLoading(cache: cache, digests: digests)
      let members = Array(pairs[groups[index]])
      let sources = members.map { PairSources($0, images: images(of: $0)) }
      let results = try admission.measure(sources, in: memories[worker]) { sources, memory in
        try measure(sources, loading, in: memory)
      }
      let strict = results.map { $0.complete(for: needed) }
      try record(members, results, strict, cache)
      tally.withLock { tally in
        tally.finished += results.count
        tally.damaged += cache.damaged
        tally.failures += strict.reduce(0) { $0 + $1.images.count { $0?.failure != nil } }
        if cache.fresh.isEmpty { tally.remembered += results.count }
        progress(
          JobProgress(
            finished: tally.finished, total: pairs.count, failures: tally.failures,
            remembered: tally.remembered))
      }
      return results
    }.flatMap { $0 }
  }

  /// Lets every evaluator measure a few pairs.
  private func measure(
    _ sources: [PairSources], _ loading: ImageLoading, in memory: WorkerMemory
  ) throws -> [PairResult] {
    var group = MeasurementGroup(
      try LoadedPair.open(sources, resolution: plan.resolution, loading: loading),
      fingerprints: plan.fingerprints, requiresCounterpart: requiresCounterpart, memory: memory,
      cache: loading.cache, loading: loading)
    for evaluator in plan.evaluators { try evaluator.measure(&group) }
    return group.results
  }

  /// Stores a group's scores and new results together.
  private func record(
    _ pairs: [Pair], _ results: [PairResult], _ strict: [PairResult], _ cache: ResultCache
  ) throws {
    try store.record(
      try zip(pairs, strict).flatMap { try records($0, $1) },
      absent: zip(pairs, strict).flatMap { absent($0, $1) }, artifacts: cache.fresh,
      used: cache.used, pairs: zip(pairs, results).map { record($0, $1) })
  }

  /// Bounds what a worker holds in memory and what a kill can cost.
  private static let imagesPerGroup = 8

  /// The methods' images of a pair.
  private func images(of pair: Pair) -> [Result<ImageSource, ImageFailure>?] {
    methods.map { method in
      do { return try method.image(pair).map { .success($0) } } catch {
        return .failure(ImageFailure(error))
      }
    }
  }

  /// What became of every image of a pair.
  func records(_ pair: Pair, _ found: PairResult) throws -> [(
    image: ImageRecord, scores: [ScoreRecord]
  )] {
    try rows(found).compactMap { row, result in
      switch result {
      case nil: nil
      case .success(let image)?:
        (
          imageRecord(pair, row, image.content.text, .scored),
          try wanted(image.scores).map { try score($0.key, $0.value) }
        )
      case .failure(let failure)?:
        (
          imageRecord(pair, row, nil, .failed(failure)), []
        )
      }
    }
  }

  /// The images that a pair does not have, of which a resumed run may still have rows.
  private func absent(_ pair: Pair, _ found: PairResult) -> [AbsentImage] {
    rows(found).filter { $0.result == nil }.map {
      AbsentImage(run: run, method: $0.name, imageID: pair.id)
    }
  }

  /// A pair's result under every method; of the real image only a failure is stored.
  private func rows(
    _ found: PairResult
  ) -> [(name: String, result: Result<ImageResult, ImageFailure>?)] {
    let reference = found.reference?.failure.map { Result<ImageResult, ImageFailure>.failure($0) }
    let names = methods.map(\.name) + [MethodRecord.reference.name]
    return zip(names, found.images + [reference]).map { ($0, $1) }
  }

  /// What later comparisons must know of a pair.
  private func record(_ pair: Pair, _ found: PairResult) -> PairRecord {
    PairRecord(
      run: run, imageID: pair.id, identity: pair.identity,
      prompt: pair.text.map { FileDigest.sha256(of: $0.utf8) },
      referenceHash: found.reference?.value?.content.text, labelsHash: found.labels?.text,
      caption: pair.text, group: pair.group, owner: owners[pair.id])
  }

  private func imageRecord(
    _ pair: Pair, _ row: String, _ hash: String?, _ outcome: ImageRecord.Outcome
  ) -> ImageRecord {
    ImageRecord(
      run: run, method: row, imageID: pair.id, contentHash: hash, outcome: outcome)
  }

  /// An evaluator may serve more metrics than were asked for.
  private func wanted(_ scores: [Metric: Double]) -> [Metric: Double] {
    scores.filter { plan.measured.contains($0.key) }
  }

  private func score(_ metric: Metric, _ value: Double) throws -> ScoreRecord {
    guard let fingerprint = plan.fingerprint(of: metric) else {
      throw HarnessError(.runtime, "\(metric.name) was measured without an evaluator")
    }
    return ScoreRecord(metric: metric.name, value: value, fingerprint: fingerprint.hash)
  }
}
