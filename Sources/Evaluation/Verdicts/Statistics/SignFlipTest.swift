import Tensors

/// The permutation test of paired differences: without a change, each one's sign is a coin's.
///
/// Clusters flip as a whole. With few clusters all signs are tried, else a seeded sample of them to
/// which the observed signs are added, so that the test keeps its level exactly.
///
/// Source: Phipson and Smyth, "Permutation P-values Should Never Be Zero", SAGMB 9, 2010.
package enum SignFlipTest {
  /// Signs drawn where not all are tried; p-values are multiples of `1/10000`.
  package static let usualFlips = 9999
  /// With more clusters than this, signs are drawn.
  package static let mostExactClusters = 13

  /// Two-sided p-value.
  ///
  /// - Parameters:
  ///   - sums: one sum of differences a cluster.
  ///   - seed: of the signs that are drawn.
  ///   - flips: how many are drawn, at least 1.
  /// - Returns: `(0, 1]`; 1 for no clusters.
  package static func pValue(of sums: [Double], seed: UInt64, flips: Int = usualFlips) -> Double {
    // A cluster without any difference has no sign.
    let sums = sums.filter { $0 != 0 }
    guard !sums.isEmpty else { return 1 }
    // Equal sums in another order differ by rounding; they count as reached.
    let size = sums.reduce(0) { $0 + abs($1) }
    let observed = abs(sums.reduce(0, +)) - 1e-12 * size
    return sums.count <= mostExactClusters
      ? exact(sums, observed) : drawn(sums, observed, seed: seed, flips: flips)
  }

  private static func exact(_ sums: [Double], _ observed: Double) -> Double {
    // The first sign may stay: flipping all leaves the statistic as it is.
    let patterns = 1 << (sums.count - 1)
    let reached = (0..<patterns).count { pattern in
      abs(signed(sums, UInt64(pattern) << 1)) >= observed
    }
    return Double(reached) / Double(patterns)
  }

  private static func drawn(
    _ sums: [Double], _ observed: Double, seed: UInt64, flips: Int
  ) -> Double {
    var random = SplitMix64(seed: seed)
    var reached = 1
    for _ in 0..<flips {
      var total = 0.0
      for start in stride(from: 0, to: sums.count, by: 64) {
        let end = min(start + 64, sums.count)
        total += signed(sums[start..<end], random.next())
      }
      if abs(total) >= observed { reached += 1 }
    }
    return Double(reached) / Double(flips + 1)
  }

  /// The sum with a minus wherever a bit is set.
  private static func signed(_ sums: some Sequence<Double>, _ pattern: UInt64) -> Double {
    var bits = pattern
    var total = 0.0
    for value in sums {
      // The sign is the top bit of a Float64.
      total += Double(bitPattern: value.bitPattern ^ (bits & 1) << 63)
      bits >>= 1
    }
    return total
  }
}
