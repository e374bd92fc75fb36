import Essentials
import Graphs
import Provenance
import Tensors
import Terms
import Texts

/// CLIP's text tower behind its tokenizer.
package struct TextExtractor: Sendable {
  /// The tower.
  package let network: LoadedNetwork
  /// Whether a text that is too long is cut, or else an error.
  package let isTruncating: Bool
  /// Everything that can move an embedding.
  package let fingerprint: Fingerprint
  private let reader: TokenReader

  /// The tokens that the tower knows; nil if it knows all of CLIP's.
  package var vocabulary: CompactVocabulary? { reader.vocabulary }

  /// Joins a tower and the tokenizer.
  ///
  /// - Parameters:
  ///   - network: the tower.
  ///   - vocabulary: the tokens that it knows; nil if it knows all of CLIP's.
  ///   - isTruncating: whether a text that is too long is cut.
  /// - Throws: `TextDataError` if the program's own merges are damaged.
  package init(
    network: LoadedNetwork, vocabulary: CompactVocabulary? = nil, isTruncating: Bool
  ) throws {
    self.network = network
    self.isTruncating = isTruncating
    reader = try TokenReader(vocabulary: vocabulary)
    fingerprint = Fingerprint([
      "arithmetic": network.arithmetic.name,
      "long-texts": isTruncating ? "cut" : "refused",
      "network": network.network.name,
      "tokenizer": "clip-bpe",
      "weights": network.weights.identity,
    ])
  }

  /// The embeddings of several texts, `[E]` each; what one lacks is its own failure.
  package func embeddings(of texts: [String], in memory: WorkerMemory) -> [Result<
    [Float], ImageFailure
  >] {
    network.map(
      texts.count, outputs: [Graph.mainOutput], in: memory.main,
      input: { index in
        do {
          return try reader.input(of: texts[index], truncating: isTruncating)
        } catch {
          throw ImageFailure(state: .captionTooLong, reason: "\(error)")
        }
      },
      read: { $0.result(Graph.mainOutput, image: $1, in: memory.main).values })
  }

  /// Key under which a text's embedding is cached.
  package static func key(_ fingerprint: Fingerprint, _ text: String) -> String {
    FileDigest.sha256(of: (fingerprint.hash + text).utf8)
  }
}
