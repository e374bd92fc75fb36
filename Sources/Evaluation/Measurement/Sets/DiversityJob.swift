import Datasets
import Essentials
import Metrics
import Models
import Provenance
import Store
import Tensors
import Terms

/// The distances between one method's images, group by group.
package struct GroupDistances: Sendable {
  /// Of each group's pairs; groups sorted by name.
  package var groups: [[Double]] = []
  /// Images that took part.
  package var images = 0

  /// None yet.
  package init() {}
}

/// Measures the perceptual distances between images of one method that belong to one group.
///
/// Pairs of one group share its name; pairs without a name are one group.
struct DiversityJob: Sendable {
  let set: MethodImages
  let evaluator: DiversityEvaluator

  let digests = FileDigests()

  /// Comparisons that are decoded and stored together; it bounds the memory.
  private static let chunk = 64

  private var distance: PerceptualDistance { evaluator.distance }
  private var pairs: [Pair] { self.set.pairs }

  /// Measures all groups; images that have failed before take no part.
  ///
  /// - Throws: ``ImageFailure`` for the first comparison that fails; errors of the store;
  ///   ``HarnessError`` of kind `cancelled`.
  func measure() throws -> GroupDistances {
    var members: [String: [Int]] = [:]
    for (index, result) in set.results.enumerated() where result.images[set.row]?.value != nil {
      members[pairs[index].group ?? "", default: []].append(index)
    }
    let groups = members.keys.sortedByBytes().map { members[$0] ?? [] }
    let comparisons = groups.map { group in
      evaluator.family.selection.pairs(of: group.count).map { (group[$0.first], group[$0.second]) }
    }
    let all = comparisons.flatMap { $0 }
    let chunks = (all.count + Self.chunk - 1) / Self.chunk
    let memories = WorkerMemory.each(of: set.workers, sharing: chunks)
    var distances = try set.workers.map(chunks) { chunk, worker in
      if set.shouldStop() {
        throw HarnessError(.cancelled, "stopped on request; a second call resumes")
      }
      let range = chunk * Self.chunk..<min((chunk + 1) * Self.chunk, all.count)
      return try measure(Array(all[range]), in: memories[worker])
    }.flatMap { $0 }[...]
    var found = GroupDistances()
    for (group, comparisons) in zip(groups, comparisons) where !comparisons.isEmpty {
      found.groups.append(Array(distances.prefix(comparisons.count)))
      distances = distances.dropFirst(comparisons.count)
      found.images += group.count
    }
    return found
  }

  /// Measures as many at once as memory allows.
  private func measure(_ comparisons: [(Int, Int)], in memory: WorkerMemory) throws -> [Double] {
    let bytes = try bytes(of: comparisons)
    guard bytes > set.gate.share else { return try compare(comparisons, in: memory) }
    if comparisons.count > 1 {
      let half = comparisons.count / 2
      return try measure(Array(comparisons[..<half]), in: memory)
        + measure(Array(comparisons[half...]), in: memory)
    }
    return try set.gate.holding(bytes) { try compare(comparisons, in: WorkerMemory()) }
  }

  /// Bytes that comparing takes: all pixels, and what the largest two images need.
  private func bytes(of comparisons: [(Int, Int)]) throws -> Int {
    let costs = ImageCosts(
      evaluators: [evaluator], resolution: set.resolution, share: set.gate.share)
    let extents = try Set(comparisons.flatMap { [$0.0, $0.1] }).compactMap { index in
      try set.method.image(pairs[index]).flatMap { costs.extent(of: $0) }
    }
    let passing = extents.map { costs.need(of: $0, beside: $0).bytes - 2 * $0.keptBytes }
    return extents.reduce(0) { $0 + $1.keptBytes } + (passing.max() ?? 0)
  }

  private func compare(_ comparisons: [(Int, Int)], in memory: WorkerMemory) throws -> [Double] {
    let cache = ResultCache(set.store, isReading: set.usesCache)
    let wanted = Set(comparisons.flatMap { [$0.0, $0.1] }).sorted()
    let sources = try wanted.compactMap { index in
      try set.method.image(pairs[index]).map { (index, $0) }
    }
    let resolution = set.resolution
    let opened = try ImageLoading(cache: cache, digests: digests).images(
      sources.map(\.1), treatment: resolution.description, treat: { resolution.apply($0) })
    var images: [Int: EvaluationImage] = [:]
    for (source, image) in zip(sources, opened) { images[source.0] = try image.get() }
    var batch = Batch<ImagePair>()
    var keys: [String] = []
    for (first, second) in comparisons {
      guard let one = images[first], let other = images[second] else { continue }
      if !one.hasSize(of: other) {
        try ImagePairError.requireEqualDimensions(try one.image, try other.image)
      }
      let key = ContentHash.key(distance.fingerprint, one.content, other.content)
      keys.append(key)
      batch.add(ImagePair(real: one, other: other), key: key)
    }
    let values = try cache.numbers(batch) { distance.distances(of: $0, in: memory) }
    if let warning = ResultCache.warning(cache.damaged, in: set.store) { set.notice(warning) }
    if !cache.fresh.isEmpty { try set.store.insert(cache.fresh) }
    return try keys.map { try values[$0]?.get() ?? .nan }
  }
}
