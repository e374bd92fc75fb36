import Metrics
import Provenance
import Tensors

/// Computes a set's metric anew from what is remembered of its images, for any part of the set.
struct SetStatistics {
  let statistic: MetricIdentifier
  /// Of the score that the statistic stands behind.
  let results: RememberedResults

  /// The metric over the pairs at some positions.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where features or counts are not remembered.
  func prepared() throws -> @Sendable ([Int]) throws -> Double {
    RememberedResults.ofFeatures.contains(statistic) ? try distance() : try agreement()
  }

  // MARK: Features

  private func distance() throws -> @Sendable ([Int]) throws -> Double {
    let (real, made) = try results.features()
    let statistic = statistic
    let variant = results.fingerprint["variant"].flatMap(CMMD.Variant.init(rawValue:))
    return { kept in
      let one = try FeatureMatrix(stacking: kept.compactMap { real[$0] })
      let other = try FeatureMatrix(stacking: kept.compactMap { made[$0] })
      let single = Workers(count: 1)
      return switch statistic {
      case .kid:
        try KernelInceptionDistance.between(one, other, variant: .fullSet, workers: single).value
      case .cmmd:
        try variant.map { try CMMD.between(one, other, variant: $0, workers: single) }
          ?? CMMD.between(one, other, workers: single)
      default: try FrechetDistance.between(one, other, workers: single).value
      }
    }
  }

  // MARK: Counts

  private func agreement() throws -> @Sendable ([Int]) throws -> Double {
    let matrices = try results.counts()
    let fingerprint = results.fingerprint
    let averaging =
      fingerprint["miou"].flatMap(MeanIntersectionOverUnion.init(rawValue:)) ?? .agg19
    let mode =
      statistic == .segmentationConsistency
      ? fingerprint["mode"].flatMap(SegmentationConsistency.init(rawValue:)) ?? .pixelAccuracy
      : statistic == .miou ? .miou : .pixelAccuracy
    return { kept in
      let chosen = kept.compactMap { matrices[$0] }
      guard let score = try mode.score(ofImages: chosen, averaging: averaging) else {
        throw HarnessError(.invalid, "no label map is left to compare")
      }
      return score
    }
  }
}
