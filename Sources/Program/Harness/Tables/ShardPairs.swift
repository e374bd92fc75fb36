import Datasets
import Measurement
import Metrics
import Provenance
import Runs

/// What one process measures of a table's pairs.
struct ShardPairs {
  /// Pairs and references, sorted by id.
  let pairs: [Pair]
  /// Ids that methods make images for; nil means all.
  let ids: Set<String>?
  /// The number of each id's shard, of all shards; empty if there is but one process.
  let shards: [String: Int]

  /// Takes a shard's share, or everything.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` if the pairs cannot be cut, or the share is empty.
  init(_ chosen: TablePairs, shard: Shard?, plan: MetricPlan) throws {
    let all = try chosen.all()
    guard let shard else {
      (pairs, ids, shards) = (all, nil, [:])
      return
    }
    if plan.measured.contains(.lpipsDiversity), chosen.pairs.contains(where: { $0.group == nil }) {
      throw HarnessError(
        .usage,
        "lpips-diversity compares all images without a group with each other, so they cannot be cut "
          + "into shards; leave out --shard or name groups in a manifest")
    }
    let shards = Shard.deal(chosen.pairs, references: chosen.references, among: shard.count)
    pairs = all.filter { shards[$0.id] == shard.number }
    guard !pairs.isEmpty else {
      throw HarnessError(
        .usage,
        "shard \(shard) has nothing to measure: \(all.count) pairs are too few for "
          + "\(shard.count) shards")
    }
    ids = Set(chosen.pairs.map(\.id).filter { shards[$0] == shard.number })
    self.shards = shards
  }
}
