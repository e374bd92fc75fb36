import Graphs
import Kernels

/// How the channels of a level are dealt to attention heads.
package enum AttentionHeads: Hashable, Sendable {
  /// So many heads, whatever the channels.
  case count(Int)
  /// Heads of so many channels.
  case width(Int)

  /// Heads of a level with some channels.
  func count(for channels: Int) -> Int {
    switch self {
    case .count(let count): count
    case .width(let width): max(channels / max(width, 1), 1)
    }
  }
}

/// How the pixels of a ``SpatialTransformer`` look at what stands outside the map: its layer `attn2`.
///
/// ``TokenAttention`` is latent diffusion's own. A system whose pixels read their conditions otherwise, for example each
/// those of its own class, conforms another value and passes it to the transformer.
protocol CrossAttention {
  /// Describes the layer with its projections.
  ///
  /// - Parameters:
  ///   - scope: of `attn2`.
  ///   - x: normalized pixels, `[C, H·W, 1]`.
  ///   - heads: number of heads.
  ///   - map: what the pixels are of, `[C, H, W]`; only its rows and columns matter.
  /// - Returns: what is added to the pixels, `[C, H·W, 1]`.
  func describe(_ scope: Scope, _ x: Value, heads: Int, in map: Value) -> Value
}

/// Every pixel sees all tokens.
struct TokenAttention: CrossAttention {
  /// `[D, N, 1]`.
  let context: Value

  func describe(_ scope: Scope, _ x: Value, heads: Int, in map: Value) -> Value {
    let mixed = scope.projectedAttention(of: x, to: context, heads: heads, width: x.channels)
    return scope["to_out"][0].linear(mixed, to: x.channels)
  }
}

/// Self-attention, cross-attention and a gated layer over the pixels of a map.
///
/// Taps, under the names of their modules: `norm`; of each block `attn1`, `attn2`, `ff`.
///
/// Source: `CompVis/latent-diffusion`, `ldm/modules/attention.py` (`SpatialTransformer`).
struct SpatialTransformer<Cross: CrossAttention> {
  let heads: AttentionHeads
  /// Groups of the norm.
  var groups = 32
  /// Blocks one behind the other.
  var depth = 1
  /// Whether pixels see each other; otherwise blocks begin with `attn2`.
  var attendsToItself = true
  /// Width of the gated layer, in widths of the map.
  var gatedWidth = 4
  let cross: Cross

  func describe(_ scope: Scope, _ x: Value) -> Value {
    let normal = scope["norm"].groupNorm(x, groups: groups, epsilon: 1e-6).tapped(
      scope["norm"].prefix)
    var tokens = scope["proj_in"].convolution(normal, to: x.channels, kernel: 1).asTokens()
    for index in 0..<depth { tokens = block(scope["transformer_blocks"][index], tokens, in: x) }
    let map = tokens.asMap(rows: x.rows, columns: x.columns)
    return x + scope["proj_out"].convolution(map, to: x.channels, kernel: 1)
  }

  private func block(_ scope: Scope, _ input: Value, in map: Value) -> Value {
    let (width, heads) = (input.channels, heads.count(for: input.channels))
    let (own, other, gated) = (scope["attn1"], scope["attn2"], scope["ff"])
    var x = input
    if attendsToItself {
      let normal = scope["norm1"].layerNorm(x)
      let mixed = own.projectedAttention(of: normal, to: normal, heads: heads, width: width)
      x = x + own["to_out"][0].linear(mixed, to: width).tapped(own.prefix)
    }
    let normal = scope["norm2"].layerNorm(x)
    x = x + cross.describe(other, normal, heads: heads, in: map).tapped(other.prefix)
    let hidden = gated["net"][0]["proj"].linear(
      scope["norm3"].layerNorm(x), to: 2 * gatedWidth * width
    ).geglu()
    return x + gated["net"][2].linear(hidden, to: width).tapped(gated.prefix)
  }
}

extension Scope {
  /// Attention behind projections without bias, parameters `to_q`, `to_k` and `to_v`.
  ///
  /// - Parameters:
  ///   - x: `[C, T, 1]`.
  ///   - tokens: `[D, N, 1]`.
  ///   - heads: divides `width`.
  ///   - width: channels of queries, keys and values.
  /// - Returns: `[width, T, 1]`.
  func projectedAttention(of x: Value, to tokens: Value, heads: Int, width: Int) -> Value {
    .attention(
      queries: self["to_q"].linear(x, to: width, bias: false),
      keys: self["to_k"].linear(tokens, to: width, bias: false),
      values: self["to_v"].linear(tokens, to: width, bias: false), Attention(heads: heads))
  }
}
