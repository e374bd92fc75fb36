import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms
import Verdicts

/// A row of a stored run as one side of a comparison.
struct StoredMethod: ComparisonSide {
  let run: StoredRun
  let method: String
  let store: Store
  /// Sorted by id.
  let pairs: [PairRecord]
  let clustering: Clustering
  let workers: Workers
  /// Content of every scored image by id.
  let contents: [String: String]
  /// Ids of the images that the run has, scored and failed.
  let images: Set<String>

  /// Reads what a row's comparison needs.
  ///
  /// - Throws: errors of the store.
  init(
    _ run: StoredRun, method: String, in store: Store, clustering: Clustering = .automatic,
    workers: Workers = Workers()
  ) throws {
    self.run = run
    self.method = method
    self.store = store
    self.clustering = clustering
    self.workers = workers
    pairs = try store.pairs(ofRun: run.record.id)
    let images = try store.images(ofRun: run.record.id, method: method)
    self.images = Set(images.map(\.imageID))
    contents = Dictionary(
      images.compactMap { image in
        image.outcome == .scored ? image.contentHash.map { (image.imageID, $0) } : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  var name: String { "\(method) of run \(run.record.id)" }
  var scoredImages: Set<String> { Set(contents.keys) }
  var stored: StoredMethod? { self }

  func score(_ metric: Metric) -> MethodScore? {
    run.scores[method]?[metric.name].map { score in
      MethodScore(
        value: score.value.double, reason: score.value.reason, count: score.generatedCount,
        standardError: score.standardError,
        fingerprint: Fingerprint(text: run.fingerprints[score.fingerprint] ?? ""))
    }
  }

  func values(_ metric: Metric) throws -> [String: Double] {
    let scores = try store.scores(
      ofRun: run.record.id, method: method, metric: metric.name)
    return Dictionary(
      scores.compactMap { image in
        image.score.value.double.flatMap { $0.isNaN ? nil : (image.imageID, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  func replicates(
    _ statistic: Metric, from metric: Metric, among images: Set<String>
  ) throws -> SetReplicates {
    let results = try CachedResults(self, of: metric, among: images)
    var reduction = try results.reduction
    if statistic != metric, let second = reduction.second, second.metric == statistic {
      reduction = second.reduction
    }
    let groups = ImageGroups(clusters: pairs.map { clustering.cluster(of: $0) })
    let compute = try reduction.statistic(of: results)
    let values = try workers.map(groups.groups.count + 1) { part, _ in
      try compute(part == 0 ? groups.all : groups.without(part - 1))
    }
    return SetReplicates(value: values[0], leftOut: Array(values.dropFirst()))
  }

  /// How a metric of the set comes about.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where the row has no such metric.
  func reduction(of metric: Metric) throws -> any SetReduction {
    if let stored = run.settings.reductions?[metric.name] { return stored.value }
    // Runs of an older evalkit did not store it; their metrics had the usual choices.
    guard let usual = MetricRegistry.usualReduction(of: metric) else {
      throw HarnessError(
        .notComparable, "this version does not know how \(metric.name) comes about")
    }
    return usual
  }

  /// The clusters of images that share one, by id.
  var clustersByID: [String: String] { clustering.clusters(of: pairs) }

  /// How many images of a folder are missing beside the other folder's, where the two have ids in common; a
  /// table has a failure for each of them.
  var missingImages: Int {
    let (missing, real) = unpaired
    return missing < real ? missing : 0
  }

  /// Real images without one of the row's, and real images, of a score without a paper.
  var unpaired: (missing: Int, real: Int) {
    guard run.isScore else { return (0, 0) }
    let real = pairs.filter { $0.referenceHash != nil }
    return (real.count { !images.contains($0.imageID) }, real.count)
  }
}
