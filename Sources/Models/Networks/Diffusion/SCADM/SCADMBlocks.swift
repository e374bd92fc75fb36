import Graphs
import Kernels

/// A label map at every size that a network needs.
final class LabelPyramid {
  private let map: Value
  private var reduced: [Int: Value] = [:]

  /// Starts from a map `[K, M, M]`.
  init(_ map: Value) { self.map = map }

  /// The map at the size of another, rows and columns `⌊i · M / size⌋`.
  func map(like other: Value) -> Value {
    let found =
      reduced[other.rows] ?? map.resizedNearest(rows: other.rows, columns: other.columns)
    reduced[other.rows] = found
    return found
  }
}

/// Latent diffusion's blocks, with norms that read the label map in the middle and on the way up.
///
/// Sources: `ErgastiAlex/SCA-DM`, `ldm/modules/diffusionmodules/openaimodel.py` (`SDMResBlock`, `SPADEGroupNorm`); Wang
/// et al., "Semantic Image Synthesis via Diffusion Models", arXiv 2207.00050 (SDM); Park et al., arXiv 1903.07291 (SPADE).
struct SCADMBlocks: UNetBlocks {
  let plain: LatentBlocks<StyleAttention>
  let labels: LabelPyramid
  /// Channels between the label map and a norm's scale and shift.
  let hiddenChannels: Int
  /// Sides of maps whose pixels do not attend to each other.
  let crossAttentionSizes: Set<Int>

  func attends(_ x: Value, level: Int) -> Bool { plain.attends(x, level: level) }

  func attention(_ scope: Scope, _ x: Value) -> Value {
    var transformer = plain.transformer
    transformer.attendsToItself = !crossAttentionSizes.contains(x.rows)
    return transformer.describe(scope, x).tapped(scope.prefix)
  }

  /// `SDMResBlock`, on the way down `ResBlock`.
  func residual(_ scope: Scope, _ x: Value, to channels: Int, on path: UNetPath) -> Value {
    guard path != .down else { return plain.residual(scope, x, to: channels, on: path) }
    let first = scope["in_layers"][1].convolution(
      modulated(scope["in_norm"], x).silu(), to: channels, kernel: 3, padding: 1)
    let timed = first + scope["emb_layers"][1].linear(plain.condition, to: channels).asMap()
    let second = scope["out_layers"][2].convolution(
      modulated(scope["out_norm"], timed).silu(), to: channels, kernel: 3, padding: 1)
    let skip =
      x.channels == channels
      ? x : scope["skip_connection"].convolution(x, to: channels, kernel: 1)
    return (second + skip).tapped(scope.prefix)
  }

  func halved(_ scope: Scope, _ x: Value) -> Value { plain.halved(scope, x) }

  func doubled(_ scope: Scope, _ x: Value) -> Value { plain.doubled(scope, x) }

  /// `SPADEGroupNorm`: a scale and a shift for every value, from the label map.
  private func modulated(_ scope: Scope, _ x: Value) -> Value {
    let hidden = scope["mlp_shared"][0].convolution(
      labels.map(like: x), to: hiddenChannels, kernel: 3, padding: 1
    ).relu()
    let ones = [Float](repeating: 1, count: x.channels)
    let scale = scope["mlp_gamma"].convolution(hidden, to: x.channels, kernel: 3, padding: 1)
      .perChannelAffine(scale: ones, shift: ones)
    let shift = scope["mlp_beta"].convolution(hidden, to: x.channels, kernel: 3, padding: 1)
    return (scope["norm"].groupNorm(x, affine: false) * scale + shift).tapped(scope.prefix)
  }
}

/// Cross-attention of pixels to the codes of classes.
///
/// The published layer sets the products with all other classes to the smallest number, so that a pixel's shares are a one
/// and zeros: what it adds is its own class's row of a table, whatever queries and keys are. Where the map has zeros
/// alone all products are equal, and it adds the mean of all rows.
///
/// Source: `ErgastiAlex/SCA-DM`, `ldm/modules/attention.py` (`CrossAttention`).
struct StyleAttention: CrossAttention {
  /// `[D, K, 1]`.
  let codes: Value
  /// Nil where pixels see all codes.
  let labels: LabelPyramid?

  func describe(_ scope: Scope, _ x: Value, heads: Int, in map: Value) -> Value {
    guard let labels else {
      return TokenAttention(context: codes).describe(scope, x, heads: heads, in: map)
    }
    // Without effect, and bound all the same.
    _ = scope["to_q"].linear(x, to: x.channels, bias: false)
    _ = scope["to_k"].linear(codes, to: x.channels, bias: false)
    let values = scope["to_v"].linear(codes, to: x.channels, bias: false)
    return scope["to_out"][0].linear(values, to: x.channels)
      .rows(byClassIn: labels.map(like: map)).asTokens()
  }
}
