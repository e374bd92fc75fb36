import Graphs

/// The text encoder that latent diffusion trains together with its U-Net: BERT's form, and its tokens.
///
/// Input `[T]`: token numbers of `bert-base-uncased`, zeros behind the end of the text, which are seen like all others;
/// there is no mask. Output `[D, T, 1]`, the `context` of a ``LatentUNet``. Taps: `layers.L`.
///
/// Source: `CompVis/latent-diffusion`, `ldm/modules/encoders/modules.py` (`BERTEmbedder`),
/// `ldm/modules/x_transformer.py`.
package struct BERTEmbedder: PublishedNetwork, SingleInputNetwork {
  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Per-sample shape of the published input.
  package let inputShape: [Int]
  /// The head that guesses tokens, which nothing trained.
  package let ignorableCheckpointPrefixes = ["transformer.to_logits."]

  private let width: Int
  private let layers: Int
  private let vocabulary: Int
  private static let heads = 8
  /// Channels of all heads, whatever the width of a token.
  private static let attentionWidth = 512

  /// Describes an encoder.
  ///
  /// - Parameters:
  ///   - name: on the command line.
  ///   - summary: one line for people.
  ///   - width: `D`.
  ///   - layers: pairs of attention and perceptron.
  ///   - context: `T`.
  ///   - vocabulary: number of different tokens.
  package init(
    name: String, summary: String, width: Int, layers: Int, context: Int = 77,
    vocabulary: Int = 30_522
  ) {
    self.name = name
    self.summary = summary
    inputShape = [context]
    self.width = width
    self.layers = layers
    self.vocabulary = vocabulary
  }

  /// Collaborative Diffusion's.
  package static let collaborative = BERTEmbedder(
    name: "bert-text",
    summary: "BERT's form of 32 layers, 640-d tokens of 77 word pieces; Collaborative Diffusion",
    width: 640, layers: 32)

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let transformer = scope["transformer"]
    let words = transformer["token_emb"].embedding(input, vocabulary: vocabulary, to: width)
    var x = transformer["pos_emb"]["emb"].adding("weight", rows: inputShape[0], to: words)
    let places = transformer["attn_layers"]["layers"]
    for layer in 0..<layers {
      x = attention(places[2 * layer], x)
      x = perceptron(places[2 * layer + 1], x).tapped("layers.\(layer)")
    }
    return transformer["norm"].layerNorm(x)
  }

  private func attention(_ scope: Scope, _ x: Value) -> Value {
    let normal = scope[0].layerNorm(x)
    let mixed = scope[1].projectedAttention(
      of: normal, to: normal, heads: Self.heads, width: Self.attentionWidth)
    return x + scope[1]["to_out"].linear(mixed, to: width)
  }

  private func perceptron(_ scope: Scope, _ x: Value) -> Value {
    let net = scope[1]["net"]
    let hidden = net[0][0].linear(scope[0].layerNorm(x), to: 4 * width).gelu()
    return x + net[2].linear(hidden, to: width)
  }
}
