import Graphs
import Kernels
import Models
import Networks
import Tensors
import Texts

/// The tokens of a text as a latent U-Net's `context`.
package struct TextContext: Sendable {
  /// What a text becomes, with the tower's weights.
  package let fingerprint: String
  private let read: @Sendable (_ texts: [String], Workers) throws -> [Tensor]
  private let count: @Sendable (_ text: String) -> Int
  /// How many tokens the network reads.
  private let limit: Int

  /// The tokens of a compact CLIP's text tower, cut to those that the network reads.
  ///
  /// - Parameters:
  ///   - tower: a ``Networks/CLIPTextTransformer`` with weights.
  ///   - vocabulary: the tokens that it knows.
  ///   - count: how many tokens the network reads.
  /// - Throws: `TextDataError` if the program's own merges are damaged.
  package init(
    _ tower: LoadedNetwork, vocabulary: CompactVocabulary?, count: Int
  ) throws {
    let reader = try TokenReader(vocabulary: vocabulary)
    fingerprint = "texts=\(tower.weights.identity) tokens=\(count)"
    limit = count
    self.count = { reader.count(of: $0) }
    read = { texts, workers in
      try tower.map(texts.count, outputs: [CLIPTextTransformer.tokens], workers: workers) {
        try reader.input(of: texts[$0], truncating: true)
      } read: { _, result in
        let tokens = result(CLIPTextTransformer.tokens)
        let all = tokens.planar(shape: [tokens.channels, tokens.pixels]).values
        return Tensor(
          shape: [tokens.channels, count, 1],
          values: (0..<tokens.channels).flatMap { channel in
            all[channel * tokens.pixels..<channel * tokens.pixels + count]
          })
      }
    }
  }

  /// The tokens of Collaborative Diffusion's text encoder.
  ///
  /// - Parameter encoder: a ``Networks/BERTEmbedder`` with weights.
  /// - Throws: `TextDataError` if the program's own vocabulary is damaged.
  package init(_ encoder: LoadedNetwork) throws {
    let tokenizer = try WordPieceTokenizer()
    fingerprint = "texts=\(encoder.weights.identity)"
    limit = WordPieceTokenizer.contextLength
    count = { tokenizer.tokens(of: $0).count }
    read = { texts, workers in
      try encoder.map(texts.count, workers: workers) {
        let numbers = tokenizer.sequence(of: texts[$0]).tokens
        return Tensor(shape: [numbers.count], values: numbers.map(Float.init))
      } read: { _, result in
        let tokens = result(Graph.mainOutput)
        return tokens.planar(shape: [tokens.channels, tokens.pixels, 1])
      }
    }
  }

  /// The tokens of texts, `[D, N, 1]` each.
  ///
  /// - Throws: `GraphError` for tokens that are not finite.
  package func callAsFunction(_ texts: [String], workers: Workers) throws -> [Tensor] {
    try read(texts, workers)
  }

  /// Which tokens stand for a text's words: those behind the start, as far as the network reads.
  package func words(of text: String) -> Range<Int> { 1..<min(1 + count(text), limit) }
}
