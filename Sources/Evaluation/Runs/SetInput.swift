import Essentials
import Measurement
import Metrics
import Models
import Provenance
import Store

/// A remembered result of single images that a metric of their set rests on.
struct SetInput {
  /// Which part of a result it is.
  enum Kind: Hashable {
    case features, confusion, consistency, guidance
    case embedding(MetricIdentifier)
  }

  let kind: Kind
  /// Whether real images have one of their own.
  let isOfReferences: Bool
  /// The key of an image's; nil where the pair lacks what it is made with.
  let key: @Sendable (_ image: ContentHash, _ pair: PairRecord) -> String?

  /// What a metric rests on, beside the scores of its images.
  ///
  /// - Throws: ``HarnessError`` if the fingerprint does not name a network that must be in it.
  static func inputs(of reduced: ReducedMetric) throws -> [SetInput] {
    func part(_ name: String) throws -> Fingerprint {
      guard let part = reduced.fingerprint.part(name) else {
        throw HarnessError(
          .notComparable, "the fingerprint of \(reduced.metric.rawValue) names no \(name)")
      }
      return part
    }
    switch reduced.reduction {
    case .mean, .captions, .diversity, .time: return []
    case .frechet, .extrapolation, .kernel:
      return [single(.features, try part("extractor"))]
    case .discrepancy: return [single(.embedding(.cmmd), try part("image"))]
    case .accuracy, .meanIntersection:
      let parser = try part("parser")
      return [
        SetInput(kind: .confusion, isOfReferences: false) { image, pair in
          hash(pair.labelsHash).map { ContentHash.key(parser, image, $0) }
        }
      ]
    case .consistency:
      let parser = try part("parser")
      return [
        SetInput(kind: .consistency, isOfReferences: false) { image, pair in
          hash(pair.referenceHash).map { ContentHash.key(parser, $0, image) }
        }
      ]
    case .retrieval(_, let guidance):
      let image = try part("image")
      let text = guidance == .text ? try part("text") : nil
      let query = SetInput(kind: .guidance, isOfReferences: false) { _, pair in
        guard let text else {
          return hash(pair.referenceHash).map { ContentHash.key(image, $0) }
        }
        return pair.caption.map { TextExtractor.key(text, $0) }
      }
      return [single(.embedding(.retrieval), image), query]
    }
  }

  /// What an image gives by itself.
  private static func single(_ kind: Kind, _ extractor: Fingerprint) -> SetInput {
    SetInput(kind: kind, isOfReferences: true) { image, _ in ContentHash.key(extractor, image) }
  }

  private static func hash(_ text: String?) -> ContentHash? {
    text.flatMap { ContentHash(text: $0) }
  }
}
