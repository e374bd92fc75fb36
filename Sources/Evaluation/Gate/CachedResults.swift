import Foundation
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms

/// What the cache holds of a row's images, pair by pair: features and confusion counts.
struct CachedResults: SetResults {
  let side: StoredMethod
  /// Whose features or counts are read.
  let metric: Metric
  /// Of the metric's score.
  let fingerprint: Fingerprint
  /// Scored images that take part; real images always do.
  let images: Set<String>

  /// What a metric of the method's set depends on.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where the row has no such score, or an older
  ///   version stored it without its pairs.
  init(_ side: StoredMethod, of metric: Metric, among images: Set<String>) throws {
    guard let fingerprint = side.score(metric)?.fingerprint else {
      throw HarnessError(.notComparable, "\(side.name) has no \(metric.name)")
    }
    guard !side.pairs.isEmpty else {
      throw HarnessError(
        .notComparable,
        "\(side.name) was stored by an older evalkit without its pairs; measure it again")
    }
    self.side = side
    self.metric = metric
    self.fingerprint = fingerprint
    self.images = images
  }

  /// How the metric comes about.
  var reduction: any SetReduction { get throws { try side.reduction(of: metric) } }

  func vectors() throws -> (real: [[Float]?], made: [[Float]?]) {
    let input = try input(.vector)
    func keys(_ contents: [String?]) -> [String?] {
      zip(contents, side.pairs).map { content, pair in
        content.flatMap(ContentHash.init(text:)).flatMap { input.key($0, pair) }
      }
    }
    let real = try cached(keys(side.pairs.map(\.referenceHash)), as: Float.self)
    return (real, try cached(keys(contents(with: input)), as: Float.self))
  }

  func counts() throws -> [ConfusionMatrix?] {
    let input = try input(.counts)
    let keys = zip(contents(with: input), side.pairs).map { content, pair in
      content.flatMap(ContentHash.init(text:)).flatMap { input.key($0, pair) }
    }
    return try cached(keys, as: Int64.self).map { counts in
      try counts.map { try ConfusionMatrix(counts: $0) }
    }
  }

  private func input(_ payload: SetInput.Payload) throws -> SetInput {
    let inputs = try reduction.inputs(of: metric, fingerprint)
    guard let input = inputs.first(where: { $0.payload == payload }) else {
      throw HarnessError(.notComparable, "\(metric.name) rests on no such results of images")
    }
    return input
  }

  /// Contents of the images that take part and of which this was measured.
  private func contents(with input: SetInput) -> [String?] {
    let unpaired = UnpairedImages(of: side.run, pairs: side.pairs)
    return side.pairs.map { pair in
      guard images.contains(pair.imageID), !input.isPairwise || !unpaired.contains(pair) else {
        return nil
      }
      return side.contents[pair.imageID]
    }
  }

  /// Arrays under keys; nil for a nil key.
  private func cached<Element: BitwiseCopyable>(
    _ keys: [String?], as type: Element.Type
  ) throws -> [[Element]?] {
    let found = try side.store.artifacts(among: keys.compactMap(\.self))
    guard found.damaged.isEmpty else {
      throw HarnessError(
        .notComparable,
        "features or counts of \(found.damaged.count) images of \(side.name) are damaged in "
          + "\(side.store.path); measure it again")
    }
    let arrays = keys.map { key in
      key.flatMap { found.payloads[$0] }.flatMap { ResultCache.elements($0) as [Element]? }
    }
    let missing = zip(keys, arrays).count { $0 != nil && $1 == nil }
    guard missing == 0 else {
      throw HarnessError(
        .notComparable,
        "features or counts of \(missing) images of \(side.name) are no longer in the cache of "
          + "\(side.store.path); measure it again")
    }
    return arrays
  }
}
