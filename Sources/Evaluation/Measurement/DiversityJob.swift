import Datasets
import Essentials
import Foundation
import Metrics
import Models
import Provenance
import Store
import Tensors

/// How the diversity of a row's images is measured.
package struct DiversityChoice: Equatable, Sendable {
  /// LPIPS on which trunk.
  package var role = WeightRole.lpipsAlex
  /// Which images of a group are compared.
  package var selection = PairSelection.allPairs
  /// What counts once in the mean.
  package var weighting = Diversity.Weighting.pairs

  /// The defaults.
  package init() {}
}

/// The distances between one row's images, group by group.
package struct GroupDistances: Sendable {
  /// Of each group's pairs; groups sorted by name.
  package var groups: [[Double]] = []
  /// Images that took part.
  package var images = 0

  /// Joins the parts.
  package init(groups: [[Double]] = [], images: Int = 0) {
    self.groups = groups
    self.images = images
  }
}

/// Measures the perceptual distances between images of one row that belong to one group.
///
/// Pairs of one group share its name; pairs without a name are one group.
struct DiversityJob {
  let pairs: [Pair]
  let items: [ItemResult]
  let row: Int
  let candidate: Candidate
  let meter: PerceptualMeter
  let choice: DiversityChoice
  let working: WorkingSize
  let store: Store
  let workers: Workers
  let isRecalling: Bool
  let gate: MemoryGate
  let shouldStop: @Sendable () -> Bool
  /// Told what a person should know at once.
  let notice: @Sendable (String) -> Void

  let digests = FileDigests()

  /// Comparisons that are decoded and stored together; it bounds the memory.
  private static let chunk = 64

  /// Measures all groups; images that have failed before take no part.
  ///
  /// - Throws: ``ImageFailure`` for the first comparison that fails; errors of the store;
  ///   ``HarnessError`` of kind `cancelled`.
  func measure() throws -> GroupDistances {
    var members: [String: [Int]] = [:]
    for (index, item) in items.enumerated() where item.candidates[row]?.value != nil {
      members[pairs[index].group ?? "", default: []].append(index)
    }
    let groups = members.keys.sortedByBytes().map { members[$0] ?? [] }
    let comparisons = groups.map { group in
      choice.selection.pairs(of: group.count).map { (group[$0.first], group[$0.second]) }
    }
    let all = comparisons.flatMap { $0 }
    let memories = (0..<workers.count).map { _ in WorkerMemory() }
    let chunks = (all.count + Self.chunk - 1) / Self.chunk
    var distances = try workers.map(chunks) { chunk, worker in
      if shouldStop() {
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
    guard bytes > gate.share else { return try compare(comparisons, in: memory) }
    if comparisons.count > 1 {
      let half = comparisons.count / 2
      return try measure(Array(comparisons[..<half]), in: memory)
        + measure(Array(comparisons[half...]), in: memory)
    }
    return try gate.holding(bytes) { try compare(comparisons, in: WorkerMemory()) }
  }

  /// Bytes that comparing takes: all pixels, and what the largest two images need.
  private func bytes(of comparisons: [(Int, Int)]) throws -> Int {
    let costs = ImageCosts(
      meters: [.diversity(meter, choice)], working: working, share: gate.share)
    let extents = try Set(comparisons.flatMap { [$0.0, $0.1] }).compactMap { index in
      try candidate.image(pairs[index]).flatMap { costs.extent(of: $0) }
    }
    let passing = extents.map { costs.need(of: $0, beside: $0).bytes - 2 * $0.keptBytes }
    return extents.reduce(0) { $0 + $1.keptBytes } + (passing.max() ?? 0)
  }

  private func compare(_ comparisons: [(Int, Int)], in memory: WorkerMemory) throws -> [Double] {
    let recall = Recall(store, isReading: isRecalling)
    let wanted = Set(comparisons.flatMap { [$0.0, $0.1] }).sorted()
    let sources = try wanted.compactMap { index in
      try candidate.image(pairs[index]).map { (index, $0) }
    }
    let working = working
    let opened = try SubjectLoading(recall: recall, digests: digests).subjects(
      sources.map(\.1), treatment: working.description, treat: { working.apply($0) })
    var subjects: [Int: Subject] = [:]
    for (source, subject) in zip(sources, opened) { subjects[source.0] = try subject.get() }
    var batch = Batch<SubjectPair>()
    var keys: [String] = []
    for (first, second) in comparisons {
      guard let one = subjects[first], let other = subjects[second] else { continue }
      if !one.hasSize(of: other) {
        try ImagePairError.requireEqualExtents(try one.image, try other.image)
      }
      let key = ContentHash.key(meter.fingerprint, one.content, other.content)
      keys.append(key)
      batch.add(SubjectPair(real: one, other: other), key: key)
    }
    let values = try recall.values(batch) { missing in
      meter.distances(of: missing, in: memory).map { $0.map { [$0] } }
    }
    if let warning = Recall.warning(recall.damaged, in: store) { notice(warning) }
    if !recall.fresh.isEmpty { try store.insert(recall.fresh) }
    return try keys.map { try values[$0]?.get().first ?? .nan }
  }
}
