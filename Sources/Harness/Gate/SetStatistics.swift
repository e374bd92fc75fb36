import Foundation
import Metrics
import Store
import Tensors

/// Computes a set's metric anew from what is remembered of its images, for any part of the set.
struct SetStatistics {
  let arm: StoredArm
  let statistic: MetricIdentifier
  /// Of the score that the statistic stands behind.
  let fingerprint: Fingerprint
  /// Scored images that take part; real images always do.
  let images: Set<String>

  /// The metric over the pairs at some positions.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where features or counts are not remembered.
  func prepared() throws -> @Sendable ([Int]) throws -> Double {
    switch statistic {
    case .fid, .kid: return try distance(between: "extractor")
    case .cmmd: return try distance(between: "image")
    default: return try agreement()
    }
  }

  private var contents: [String?] {
    arm.pairs.map { images.contains($0.imageID) ? arm.contents[$0.imageID] : nil }
  }

  // MARK: Features

  private func distance(between part: String) throws -> @Sendable ([Int]) throws -> Double {
    let extractor = try self.part(part)
    func features(_ contents: [String?]) throws -> [[Float]?] {
      try remembered(
        contents.map { content in
          content.flatMap(ContentHash.init(text:)).map { ContentHash.key(extractor, $0) }
        }, as: Float.self)
    }
    let real = try features(arm.pairs.map(\.referenceHash))
    let made = try features(contents)
    let statistic = statistic
    let variant = fingerprint["variant"].flatMap(CMMD.Variant.init(rawValue:))
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
    let parser = try self.part("parser")
    let isConsistency = statistic == .segmentationConsistency
    let keys = zip(contents, arm.pairs).map { content, pair -> String? in
      guard let image = content.flatMap(ContentHash.init(text:)),
        let other = (isConsistency ? pair.referenceHash : pair.labelsHash)
          .flatMap(ContentHash.init(text:))
      else { return nil }
      return isConsistency
        ? ContentHash.key(parser, other, image) : ContentHash.key(parser, image, other)
    }
    let matrices = try remembered(keys, as: Int64.self).map { counts in
      try counts.map { try ConfusionMatrix(counts: $0) }
    }
    let averaging =
      fingerprint["miou"].flatMap(MeanIntersectionOverUnion.init(rawValue:)) ?? .agg19
    let mode =
      isConsistency
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

  // MARK: Memory

  private func part(_ name: String) throws -> Fingerprint {
    guard let part = fingerprint.part(name) else {
      throw HarnessError(
        .notComparable, "the fingerprint of \(statistic.rawValue) names no \(name)")
    }
    return part
  }

  /// Arrays under keys; nil for a nil key.
  private func remembered<Element: BitwiseCopyable>(
    _ keys: [String?], as type: Element.Type
  ) throws -> [[Element]?] {
    let found = try arm.store.artifacts(among: keys.compactMap(\.self))
    let arrays = keys.map { key in
      key.flatMap { found[$0] }.flatMap { Recall.elements($0) as [Element]? }
    }
    let missing = zip(keys, arrays).count { $0 != nil && $1 == nil }
    guard missing == 0 else {
      throw HarnessError(
        .notComparable,
        "features or counts of \(missing) images of \(arm.name) are no longer remembered in "
          + "\(arm.store.path); measure it again")
    }
    return arrays
  }
}
