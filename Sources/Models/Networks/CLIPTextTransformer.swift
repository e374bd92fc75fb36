import Graphs
import Kernels

/// CLIP's text tower.
///
/// Input `[77]`: token numbers as CLIP's tokenizer makes them, zeros behind the end of the text. Output
/// `[E]`, not normalized to unit length: the end-of-text token's, which has the largest number; of a tower without
/// projection, ``tokens``. Taps: `resblocks.0` …, and ``tokens``, `[D, 77, 1]` each.
///
/// Source: Radford et al., arXiv 2103.00020; openai/CLIP, `clip/model.py`.
package struct CLIPTextTransformer: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// Beginnings of names that checkpoints hold beside this network.
  package let ignorableCheckpointPrefixes = CLIPNames.shared + CLIPNames.image

  /// Name of the result that holds all tokens, normalized, `[D, 77, 1]`.
  package static let tokens = "ln_final"

  private let width: Int
  private let layers: Int
  private let embedding: Int?
  private let vocabulary: Int

  /// Describes a tower.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - width: channels `D` of a token, a multiple of 64.
  ///   - layers: number of blocks.
  ///   - embedding: `E`; nil if tokens are all that is wanted, as by Stable Diffusion.
  ///   - context: number of tokens.
  ///   - vocabulary: number of different tokens.
  package init(
    name: String, summary: String, width: Int, layers: Int = 12, embedding: Int?,
    context: Int = 77, vocabulary: Int = 49_408
  ) {
    self.name = name
    self.summary = summary
    inputShape = [context]
    self.width = width
    self.layers = layers
    self.embedding = embedding
    self.vocabulary = vocabulary
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope["token_embedding"].embedding(input, vocabulary: vocabulary, to: width)
    x = scope.adding("positional_embedding", rows: inputShape[0], to: x)
    x = scope["transformer"].clipTransformer(x, layers: layers, isCausal: true)
    let tokens = scope["ln_final"].layerNorm(x).tapped(Self.tokens)
    guard let embedding else { return tokens }
    let features = tokens.row(ofLargestIn: input)
    return scope.projected(features, by: "text_projection", to: embedding)
  }
}
