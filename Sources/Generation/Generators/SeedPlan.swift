import Tensors

/// Gives every id its own seed, so that results depend neither on order nor on batches or shards.
package struct SeedPlan: Equatable, Sendable {
  /// The seed of the whole run.
  package let runSeed: UInt64

  /// The plan of a run.
  package init(runSeed: UInt64) { self.runSeed = runSeed }

  /// First value of SplitMix64 from `FNV-1a(id) XOR runSeed`.
  package func seed(for id: String) -> UInt64 {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(id) ^ runSeed)
    return random.next()
  }

  /// The seed's upper 31 bits: a positive 32-bit integer, which every framework takes as a seed and
  /// every JSON reader reads exactly.
  package func portableSeed(for id: String) -> UInt32 { UInt32(seed(for: id) >> 33) }
}
