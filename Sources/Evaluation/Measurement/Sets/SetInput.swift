import Models
import Provenance
import Store
import Terms

/// A result of single images that a score of their set rests on, by name: features, an embedding, counts.
package struct Intermediate: Hashable, Sendable {
  /// What it is called.
  let name: String

  /// Names a result.
  package init(_ name: String) { self.name = name }
}

/// What a set's score needs of each image, and under which key it is cached.
package struct SetInput: Sendable {
  /// What is stored.
  package enum Payload: Sendable {
    /// Features or an embedding, Float32.
    case vector
    /// Confusion counts.
    case counts
  }

  /// Which result it is.
  package let intermediate: Intermediate
  /// What is stored.
  package let payload: Payload
  /// Whether real images have one of their own.
  package let isOfReferences: Bool
  /// Whether only an image that lies beside something of its own id has one, as ``MetricEvaluator/isPairwise`` says.
  package let isPairwise: Bool
  /// The key of an image's; nil where the pair lacks what it is made with.
  package let key: @Sendable (_ image: ContentHash, _ pair: PairRecord) -> String?

  /// What an image gives by itself, and a real one too.
  static func vector(
    _ intermediate: Intermediate, _ extractor: Fingerprint, isPairwise: Bool = false
  ) -> SetInput {
    SetInput(
      intermediate: intermediate, payload: .vector, isOfReferences: true, isPairwise: isPairwise
    ) { image, _ in ContentHash.key(extractor, image) }
  }
}

extension PairRecord {
  /// Content of the real image; nil where there is none.
  var reference: ContentHash? { referenceHash.flatMap { ContentHash(text: $0) } }

  /// Content of the label map; nil where there is none.
  var labels: ContentHash? { labelsHash.flatMap { ContentHash(text: $0) } }
}

extension Fingerprint {
  /// The fingerprint of a network that took part in a metric.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` if it is not named.
  func part(_ name: String, of metric: Metric) throws -> Fingerprint {
    guard let part = part(name) else {
      throw HarnessError(.notComparable, "the fingerprint of \(metric.name) names no \(name)")
    }
    return part
  }
}
