import Tensors

/// Permutations that leave nothing in its place.
package enum Derangement {
  /// A permutation of `0 ..< count` that is one cycle, uniform among all of them.
  ///
  /// Source: S. Sattolo, "An algorithm to generate a random cyclic permutation", Information
  /// Processing Letters 22 (1986).
  ///
  /// - Precondition: `count >= 2`; a single thing has no other place to go.
  package static func cyclic(count: Int, seed: UInt64) -> [Int] {
    precondition(count >= 2, "a cycle needs two things, not \(count)")
    var random = SplitMix64(seed: seed)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, random.nextIndex(below: last))
    }
    return order
  }
}
