import Foundation
import Measurement
import Metrics
import Provenance
import Store
import Tensors

/// What the database remembers of a row's images, pair by pair: features and confusion counts.
struct RememberedResults {
  let arm: StoredArm
  /// Whose features or counts are asked for.
  let metric: MetricIdentifier
  /// Of the metric's score.
  let fingerprint: Fingerprint
  /// Scored images that take part; real images always do.
  let images: Set<String>

  /// What a metric of the row's set rests on.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where the row has no such score, or an older
  ///   version stored it without its pairs.
  init(_ arm: StoredArm, of metric: MetricIdentifier, among images: Set<String>) throws {
    guard let fingerprint = arm.score(metric)?.fingerprint else {
      throw HarnessError(.notComparable, "\(arm.name) has no \(metric.rawValue)")
    }
    guard !arm.pairs.isEmpty else {
      throw HarnessError(
        .notComparable,
        "\(arm.name) was stored by an older evalkit without its pairs; measure it again")
    }
    self.arm = arm
    self.metric = metric
    self.fingerprint = fingerprint
    self.images = images
  }

  /// Metrics whose score rests on features of both sides' images, the best known ones first.
  static let ofFeatures: [MetricIdentifier] = [.fid, .kid, .cmmd]

  /// Features of the real images and of the row's, in the pairs' order; nil where an image has none.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where they are not remembered.
  func features() throws -> (real: [[Float]?], made: [[Float]?]) {
    let extractor = try part(metric == .cmmd ? "image" : "extractor")
    func features(_ contents: [String?]) throws -> [[Float]?] {
      try remembered(
        contents.map { content in
          content.flatMap(ContentHash.init(text:)).map { ContentHash.key(extractor, $0) }
        }, as: Float.self)
    }
    return (try features(arm.pairs.map(\.referenceHash)), try features(contents))
  }

  /// Counts of the row's label maps beside the real ones, in the pairs' order.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where they are not remembered.
  func counts() throws -> [ConfusionMatrix?] {
    let parser = try part("parser")
    let isConsistency = metric == .segmentationConsistency
    let keys = zip(contents, arm.pairs).map { content, pair -> String? in
      guard let image = content.flatMap(ContentHash.init(text:)),
        let other = (isConsistency ? pair.referenceHash : pair.labelsHash)
          .flatMap(ContentHash.init(text:))
      else { return nil }
      return isConsistency
        ? ContentHash.key(parser, other, image) : ContentHash.key(parser, image, other)
    }
    return try remembered(keys, as: Int64.self).map { counts in
      try counts.map { try ConfusionMatrix(counts: $0) }
    }
  }

  private var contents: [String?] {
    arm.pairs.map { images.contains($0.imageID) ? arm.contents[$0.imageID] : nil }
  }

  private func part(_ name: String) throws -> Fingerprint {
    guard let part = fingerprint.part(name) else {
      throw HarnessError(
        .notComparable, "the fingerprint of \(metric.rawValue) names no \(name)")
    }
    return part
  }

  /// Arrays under keys; nil for a nil key.
  private func remembered<Element: BitwiseCopyable>(
    _ keys: [String?], as type: Element.Type
  ) throws -> [[Element]?] {
    let found = try arm.store.artifacts(among: keys.compactMap(\.self))
    guard found.damaged.isEmpty else {
      throw HarnessError(
        .notComparable,
        "features or counts of \(found.damaged.count) images of \(arm.name) are damaged in "
          + "\(arm.store.path); measure it again")
    }
    let arrays = keys.map { key in
      key.flatMap { found.payloads[$0] }.flatMap { Recall.elements($0) as [Element]? }
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
