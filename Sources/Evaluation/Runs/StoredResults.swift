import Datasets
import Essentials
import Foundation
import Generators
import Measurement
import Metrics
import Provenance
import Store
import Tensors
import Terms

/// What a run measured of its images, read back from its rows and from what is cached, so
/// that its sets can be scored without an image or a network.
package struct StoredResults {
  /// The run that is read back.
  package let run: StoredRun
  let store: Store
  /// Sorted by id.
  let pairs: [PairRecord]
  let metrics: [ReducedMetric]
  private let inputs: [SetInput]
  private let references: [String: FailureRecord]
  private let unpaired: UnpairedImages

  /// Reads which intermediate results a run's scores depend on.
  ///
  /// - Throws: errors of the store; ``HarnessError`` of kind `notComparable` for a run of an older evalkit.
  package init(_ run: StoredRun, in store: Store) throws {
    guard let reductions = run.settings.reductions else {
      throw HarnessError(
        .notComparable,
        "run \(run.record.id) was stored by an older evalkit without how its sets are scored; "
          + "measure it again")
    }
    self.run = run
    self.store = store
    pairs = try store.pairs(ofRun: run.record.id)
    metrics = try MetricRegistry.metrics.compactMap { metric -> ReducedMetric? in
      guard let reduction = reductions[metric.name]?.value,
        let hash = run.settings.identity["metric.\(metric.name)"],
        let text = try store.text(ofFingerprint: hash)
      else { return nil }
      return ReducedMetric(
        metric: metric, reduction: reduction, fingerprint: Fingerprint(text: text))
    }
    // FID and related metrics share the same features.
    var intermediates: Set<Intermediate> = []
    inputs = try metrics.flatMap { try $0.reduction.inputs(of: $0.metric, $0.fingerprint) }
      .filter { intermediates.insert($0.intermediate).inserted }
    let failures = run.failures.filter { $0.method == MethodRecord.reference.name }
    references = Dictionary(
      failures.map { ($0.imageID, $0) }, uniquingKeysWith: { first, _ in first })
    unpaired = UnpairedImages(of: run, pairs: pairs)
  }

  /// The scores of a row's set.
  ///
  /// - Throws: errors of the store and of files with statistics; ``HarnessError`` of kind
  ///   `notComparable` if something is no longer cached.
  package func scores(of method: String, workers: Workers) throws -> [SetScore] {
    let results = try results(of: method)
    var set = MeasuredSet(metrics: metrics, pairs: results, row: 0)
    set.workers = workers
    set.owners = MeasuredSet.places(
      ofOwners: pairs.map(\.owner), ids: pairs.map(\.imageID))
    set.statistics = try statistics()
    set.measurements.distances = .success(try distances(results, of: method))
    set.measurements.times = try store.times(ofRun: run.record.id, method: method).map {
      GenerationTime(seconds: $0.seconds, steps: $0.steps)
    }
    return set.scores()
  }

  /// Keys of all cached results that the scores of a method's set depend on.
  func keys(of method: String) throws -> Set<String> {
    let images = try images(of: method)
    var keys = Set(pairs.flatMap { pair in referenceKeys(pair).compactMap(\.self) })
    for pair in pairs {
      keys.formUnion(imageKeys(images[pair.imageID], pair).compactMap(\.self))
    }
    let contents = pairs.map { images[$0.imageID]?.content }
    for group in distanceKeys(contents) { keys.formUnion(group.keys) }
    return keys
  }

  // MARK: Images

  private func results(of method: String) throws -> [PairResult] {
    let images = try images(of: method)
    let scores = Dictionary(
      grouping: try store.scores(ofRun: run.record.id, method: method), by: \.imageID)
    let ownKeys = pairs.map { imageKeys(images[$0.imageID], $0) }
    let realKeys = pairs.map(referenceKeys)
    let cached = try self.cached((ownKeys + realKeys).joined(), of: method)
    return try pairs.enumerated().map { place, pair in
      var result = PairResult(reference: reference(pair), images: [nil])
      if case .success(var real)? = result.reference {
        try fill(&real, realKeys[place], from: cached)
        result.reference = .success(real)
      }
      switch images[pair.imageID] {
      case nil: break
      case .failed(let failure): result.images = [.failure(failure)]
      case .scored(let content):
        var image = ImageResult(content: content)
        for entry in scores[pair.imageID] ?? [] {
          guard let metric = Metric(named: entry.score.metric) else { continue }
          image.scores[metric] = entry.score.value.double
        }
        try fill(&image, ownKeys[place], from: cached)
        result.images = [.success(image)]
      }
      return result
    }
  }

  private enum Image {
    case scored(ContentHash)
    case failed(ImageFailure)

    var content: ContentHash? { if case .scored(let content) = self { content } else { nil } }
  }

  private func images(of method: String) throws -> [String: Image] {
    let records = try store.images(ofRun: run.record.id, method: method)
    return try Dictionary(
      records.map { record in
        switch record.outcome {
        case .failed(let failure): return (record.imageID, .failed(failure))
        case .scored:
          guard let content = record.contentHash.flatMap({ ContentHash(text: $0) }) else {
            throw HarnessError(
              .runtime, "\(store.path) does not say what the image \(record.imageID) contained")
          }
          return (record.imageID, .scored(content))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  private func reference(_ pair: PairRecord) -> Result<ImageResult, ImageFailure>? {
    if let content = pair.referenceHash.flatMap({ ContentHash(text: $0) }) {
      return .success(ImageResult(content: content))
    }
    return references[pair.imageID].map { .failure($0.failure) }
  }

  // MARK: Cached results

  /// One key for each of ``inputs``; nil where an image has no such result.
  private func imageKeys(_ image: Image?, _ pair: PairRecord) -> [String?] {
    let isAlone = unpaired.contains(pair)
    return inputs.map { input in
      // What has no real counterpart takes part in scores of sets only.
      guard let content = image?.content, !isAlone || !input.isPairwise else { return nil }
      return input.key(content, pair)
    }
  }

  private func referenceKeys(_ pair: PairRecord) -> [String?] {
    let content = pair.referenceHash.flatMap { ContentHash(text: $0) }
    return inputs.map { input in
      input.isOfReferences ? content.flatMap { input.key($0, pair) } : nil
    }
  }

  private func cached(
    _ keys: some Sequence<String?>, of method: String
  ) throws -> [String: Data] {
    let wanted = Set(keys.compactMap(\.self))
    let found = try store.artifacts(among: Array(wanted))
    guard found.damaged.isEmpty else {
      throw HarnessError(
        .invalid,
        "\(found.damaged.count) results that the scores of \(method) of run \(run.record.id) rest on are "
          + "damaged in \(store.path); measure it again")
    }
    guard found.payloads.count == wanted.count else {
      throw HarnessError(
        .notComparable,
        "\(wanted.count - found.payloads.count) results that the scores of \(method) of run \(run.record.id) "
          + "rest on are no longer in the cache of \(store.path); measure it again")
    }
    return found.payloads
  }

  private func fill(
    _ image: inout ImageResult, _ keys: [String?], from cached: [String: Data]
  ) throws {
    for (input, key) in zip(inputs, keys) {
      guard let payload = key.flatMap({ cached[$0] }) else { continue }
      switch input.payload {
      case .vector: image.vectors[input.intermediate] = ResultCache.elements(payload)
      case .counts:
        image.counts[input.intermediate] = try ConfusionMatrix(
          counts: ResultCache.elements(payload) ?? [])
      }
    }
  }

  // MARK: Sets

  private func statistics() throws -> FeatureStatistics? {
    guard run.isScore,
      let path = run.settings.identity["reference"], path.hasSuffix(".npz")
    else { return nil }
    return try ReferenceStatistics(contentsOf: path).statistics
  }

  private func distances(_ results: [PairResult], of method: String) throws -> GroupDistances {
    let groups = distanceKeys(results.map { $0.images[0]?.value?.content })
    let cached = try self.cached(
      groups.flatMap { $0.keys }.map(Optional.some), of: method)
    var found = GroupDistances()
    for group in groups {
      found.groups.append(
        group.keys.map { key in
          cached[key].flatMap { ResultCache.elements($0) as [Double]? }?.first ?? .nan
        })
      found.images += group.images
    }
    return found
  }

  /// Keys of the distances within each group, groups sorted by name; none without diversity.
  private func distanceKeys(_ contents: [ContentHash?]) -> [(images: Int, keys: [String])] {
    guard let metric = metrics.first(where: { $0.metric == .lpipsDiversity }),
      let selection = (metric.reduction as? DiversityReduction)?.selection,
      let distance = metric.fingerprint.part("distance")
    else { return [] }
    var members: [String: [ContentHash]] = [:]
    for (pair, content) in zip(pairs, contents) {
      if let content { members[pair.group ?? "", default: []].append(content) }
    }
    return members.keys.sortedByBytes().compactMap { name in
      let group = members[name] ?? []
      let keys = selection.pairs(of: group.count).map {
        ContentHash.key(distance, group[$0.first], group[$0.second])
      }
      return keys.isEmpty ? nil : (group.count, keys)
    }
  }
}
