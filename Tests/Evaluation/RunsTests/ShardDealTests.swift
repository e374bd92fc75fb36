import Datasets
import Runs
import Tensors
import Testing

/// How pairs are dealt to processes.
@Suite struct ShardDealTests {
  @Test func everyPairHasOneShardAndGroupsStayTogether() {
    let seed = UInt64.random(in: 0...9999)
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let count = 1 + random.nextIndex(below: 12)
      let pairs = (0..<random.nextIndex(below: 60)).map { number in
        Pair(id: "\(1000 + number)", group: number % 3 == 0 ? "g\(number / 9)" : nil)
      }
      let references = (0..<random.nextIndex(below: 60)).map { Pair(id: "r\(1000 + $0)") }
      let shards = Shard.deal(pairs, references: references, among: count)
      #expect(Set(shards.keys) == Set((pairs + references).map(\.id)), "seed \(seed)")
      #expect(shards.values.allSatisfy { (1...count).contains($0) }, "seed \(seed)")
      let groups = Dictionary(grouping: pairs.filter { $0.group != nil }) { $0.group }
      for members in groups.values {
        #expect(Set(members.map { shards[$0.id] }).count == 1, "seed \(seed)")
      }
      // References are dealt evenly whatever the pairs are.
      let shares = (1...count).map { number in references.count { shards[$0.id] == number } }
      #expect((shares.max() ?? 0) - (shares.min() ?? 0) <= 1, "seed \(seed)")
    }
  }
}
