import Tensors

extension PairedDifferences {
  /// The percentile interval of the mean difference, from resamples of whole clusters.
  ///
  /// Source: Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7, 1979.
  /// - Parameters:
  ///   - confidence: such as 0.95.
  ///   - resamples: how many are drawn.
  ///   - seed: where they start.
  /// - Returns: nil for fewer than two clusters, and where a value is not finite.
  package func bootstrapInterval(
    confidence: Double, resamples: Int = 10_000, seed: UInt64 = 0
  ) -> ClosedRange<Double>? {
    guard clusters.count >= 2 else { return nil }
    let parts = clusters.map { (sum: $0.reduce(0, +), count: $0.count) }
    var random = SplitMix64(seed: seed)
    let means = (0..<resamples).map { _ in
      var (sum, count) = (0.0, 0)
      for _ in parts {
        let part = parts[random.nextIndex(below: parts.count)]
        sum += part.sum
        count += part.count
      }
      return sum / Double(count)
    }
    return ClusteredBootstrap.interval(of: means, confidence: confidence)
  }
}
