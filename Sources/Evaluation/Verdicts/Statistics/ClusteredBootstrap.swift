import Tensors

/// Resamples of images with replacement, drawn by cluster and shared by all arms.
///
/// For metrics that are cheap to compute and that a repeated image does not distort, such as means and
/// sums of counts. FID is none of them; see ``SetReplicates``.
package struct ClusteredBootstrap: Sendable {
  private let clusters: [[Int]]
  private let seed: UInt64
  private let count: Int

  /// - Parameters:
  ///   - groups: every cluster as a group of its own.
  ///   - count: how many resamples.
  ///   - seed: where they start.
  package init(_ groups: ImageGroups, count: Int = 2000, seed: UInt64 = 0) {
    clusters = groups.groups
    self.count = count
    self.seed = seed
  }

  /// A metric's difference between two arms on every resample.
  ///
  /// - Parameter difference: candidate minus baseline over images at some positions, repetitions
  ///   included.
  /// - Returns: one difference a resample.
  package func differences(_ difference: ([Int]) throws -> Double) rethrows -> [Double] {
    var random = SplitMix64(seed: seed)
    return try (0..<count).map { _ in
      var drawn: [Int] = []
      for _ in clusters { drawn += clusters[random.nextIndex(below: clusters.count)] }
      return try difference(drawn)
    }
  }

  /// The percentile interval of resampled differences; `nil` for fewer than two, and where one is not finite.
  ///
  /// Source: Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7, 1979.
  package static func interval(
    of differences: [Double], confidence: Double
  ) -> ClosedRange<Double>? {
    guard differences.count >= 2, differences.allSatisfy(\.isFinite) else { return nil }
    let sorted = differences.sorted()
    func quantile(_ p: Double) -> Double {
      let place = p * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    return quantile((1 - confidence) / 2)...quantile((1 + confidence) / 2)
  }
}
