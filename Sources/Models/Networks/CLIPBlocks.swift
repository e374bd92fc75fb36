import Graphs
import Kernels

/// What CLIP's image and text transformers share.
extension Scope {
  /// A transformer of pre-normalized residual blocks with heads of 64 channels; taps `resblocks.N`.
  ///
  /// - Parameters:
  ///   - x: tokens `[D, T, 1]`.
  ///   - layers: number of blocks.
  ///   - isCausal: whether tokens see only those before them.
  /// - Returns: tokens `[D, T, 1]`.
  func clipTransformer(_ x: Value, layers: Int, isCausal: Bool = false) -> Value {
    let attention = Attention(heads: x.shape[0] / 64, isCausal: isCausal)
    return (0..<layers).reduce(x) { x, index in
      self["resblocks"][index].residualAttentionBlock(x, attention).tapped("resblocks.\(index)")
    }
  }

  private func residualAttentionBlock(_ x: Value, _ attention: Attention) -> Value {
    let x = x + self["attn"].selfAttention(self["ln_1"].layerNorm(x), attention)
    let width = x.shape[0]
    let hidden = self["mlp"]["c_fc"].linear(self["ln_2"].layerNorm(x), to: 4 * width).quickGELU()
    return x + self["mlp"]["c_proj"].linear(hidden, to: width)
  }

  /// PyTorch's `MultiheadAttention`, whose `in_proj` holds queries, keys and values in that order.
  private func selfAttention(_ x: Value, _ attention: Attention) -> Value {
    let width = x.shape[0]
    let packed = linear(
      x,
      weight: ParameterSpecification(
        name: self["in_proj_weight"].prefix, shape: [3 * width, width]),
      bias: ParameterSpecification(name: self["in_proj_bias"].prefix, shape: [3 * width]))
    let mixed = Value.attention(
      queries: packed.channels(from: 0, count: width),
      keys: packed.channels(from: width, count: width),
      values: packed.channels(from: 2 * width, count: width), attention)
    return self["out_proj"].linear(mixed, to: width)
  }
}

/// Names in OpenAI's files that one tower passes over because they belong to neither or to the other.
enum CLIPNames {
  /// The temperature, three integers that the TorchScript archives carry, and the compact suite's
  /// vocabulary.
  static let shared = [
    "logit_scale", "input_resolution", "context_length", "vocab_size", "vocabulary",
  ]
  static let text = [
    "transformer.", "token_embedding.", "positional_embedding", "ln_final.", "text_projection",
  ]
  static let image = ["visual."]
}
