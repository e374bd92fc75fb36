import Tensors

/// The order in which samples are seen: every epoch shuffles all of them again, from the seed and the
/// epoch's number alone, so a training that goes on somewhere needs no memory of it.
package struct SampleOrder: Sendable {
  /// Samples in an epoch.
  package let count: Int
  /// Seed of all epochs.
  package let seed: UInt64

  /// Orders `0 ..< count`.
  package init(count: Int, seed: UInt64) {
    precondition(count > 0, "there are no samples")
    self.count = count
    self.seed = seed
  }

  /// The samples of one step; a batch may reach into the next epoch.
  package func samples(ofStep step: Int, batchSize: Int) -> [Int] {
    var samples: [Int] = []
    var position = step * batchSize
    while samples.count < batchSize {
      let (epoch, offset) = position.quotientAndRemainder(dividingBy: count)
      let order = permutation(of: epoch)
      let taken = min(batchSize - samples.count, count - offset)
      samples.append(contentsOf: order[offset..<offset + taken])
      position += taken
    }
    return samples
  }

  /// The order of one epoch.
  package func permutation(of epoch: Int) -> [Int] {
    var order = Array(0..<count)
    order.shuffle(seed: Self.mixed(seed, UInt64(epoch)))
    return order
  }

  /// What a step may seed its own random numbers with.
  package func stepSeed(_ step: Int) -> UInt64 { Self.mixed(~seed, UInt64(step)) }

  private static func mixed(_ seed: UInt64, _ index: UInt64) -> UInt64 {
    var generator = SplitMix64(seed: seed)
    var mixed = SplitMix64(seed: generator.next() &+ index)
    return mixed.next()
  }
}
