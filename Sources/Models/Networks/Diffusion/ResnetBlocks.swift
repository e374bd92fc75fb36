import Graphs
import Kernels

/// The blocks of Ho's U-Net in its PyTorch port, of which first stages of latent diffusion are built as well.
///
/// Sources: `ermongroup/ddim`, `models/diffusion.py`; `CompVis/latent-diffusion`,
/// `ldm/modules/diffusionmodules/model.py` (`ResnetBlock`, `AttnBlock`, `Downsample`, `Upsample`).
struct ResnetBlocks {
  /// Groups of every norm.
  var groups = 32
  /// SiLU of the time's embedding, added in every residual block; nil where there is no time.
  var condition: Value?

  /// Group norm as all blocks have it.
  func norm(_ scope: Scope, _ x: Value) -> Value {
    scope.groupNorm(x, groups: groups, epsilon: 1e-6)
  }

  /// Norm, SiLU, convolution, the time added; norm, SiLU, convolution.
  func residual(_ scope: Scope, _ x: Value, to channels: Int) -> Value {
    var first = scope["conv1"].convolution(
      norm(scope["norm1"], x).silu(), to: channels, kernel: 3, padding: 1)
    if let condition {
      first = first + scope["temb_proj"].linear(condition, to: channels).asMap()
    }
    let second = scope["conv2"].convolution(
      norm(scope["norm2"], first).silu(), to: channels, kernel: 3, padding: 1)
    return second
      + (x.channels == channels
        ? x : scope["nin_shortcut"].convolution(x, to: channels, kernel: 1))
  }

  /// One head over all pixels.
  func attention(_ scope: Scope, _ x: Value) -> Value {
    let normal = norm(scope["norm"], x)
    func projected(_ name: String) -> Value {
      scope[name].convolution(normal, to: x.channels, kernel: 1).asTokens()
    }
    let mixed = Value.attention(
      queries: projected("q"), keys: projected("k"), values: projected("v"), Attention(heads: 1))
    return x
      + scope["proj_out"].convolution(
        mixed.asMap(rows: x.rows, columns: x.columns), to: x.channels, kernel: 1)
  }

  /// Half the rows and columns; zeros stand below and to the right alone.
  func halved(_ scope: Scope, _ x: Value) -> Value {
    scope["conv"].convolution(
      x.zeroPadded(bottom: 1, right: 1), to: x.channels, kernel: 3, stride: 2)
  }

  /// Twice the rows and columns.
  func doubled(_ scope: Scope, _ x: Value) -> Value {
    scope["conv"].convolution(
      x.resizedNearest(rows: 2 * x.rows, columns: 2 * x.columns), to: x.channels, kernel: 3,
      padding: 1)
  }
}
