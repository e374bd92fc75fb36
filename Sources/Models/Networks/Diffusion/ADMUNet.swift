import Graphs
import Kernels

/// The U-Net of "Diffusion Models Beat GANs" (ADM): what FFHQ's and LSUN's pixel models run.
///
/// Inputs: `image [3, S, S]`, noisy, in about −1…1; `timestep [1]`, 0…999. Output `[6, S, S]`: the noise and, of a
/// model that learns its variance, where between both bounds it lies; ``Configuration/outputChannels``.
///
/// Sources: Dhariwal and Nichol, arXiv 2105.05233; `openai/guided-diffusion`, `guided_diffusion/unet.py`
/// (`UNetModel` with `use_scale_shift_norm`, and `resblock_updown` where the configuration says so).
package struct ADMUNet: PublishedNetwork {
  /// What tells one published model from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var imageSize: Int
    /// Channels of an image.
    package var imageChannels = 3
    /// Channels of the result.
    package var outputChannels = 6
    /// Channels of the first level.
    package var channels: Int
    /// Factors on ``channels``, one a level, the finest first.
    package var multipliers: [Int]
    /// Residual blocks of a level on the way down; there is one more on the way up.
    package var residualBlocks: Int
    /// Sides of the maps that attention sees.
    package var attentionSizes: Set<Int>
    /// Channels of an attention head.
    package var headChannels = 64
    /// Whether residual blocks change the size; otherwise convolutions do.
    package var resamplesInBlocks = true
    /// Block of pixels that the first layer sees as channels of one; 1 leaves them alone.
    package var fold = 1

    /// Describes a model.
    package init(
      imageSize: Int, channels: Int, multipliers: [Int], residualBlocks: Int,
      attentionSizes: Set<Int>
    ) {
      self.imageSize = imageSize
      self.channels = channels
      self.multipliers = multipliers
      self.residualBlocks = residualBlocks
      self.attentionSizes = attentionSizes
    }

    /// FFHQ at 256 pixels, `ffhq_10m.pt`.
    ///
    /// Source: `jychoi118/ilvr_adm`, README (flags of the FFHQ model).
    package static let ffhq = Configuration(
      imageSize: 256, channels: 128, multipliers: [1, 1, 2, 2, 4, 4], residualBlocks: 1,
      attentionSizes: [16])

    /// LSUN bedrooms, cats and horses at 256 pixels, `lsun_*.pt`.
    ///
    /// Source: `openai/guided-diffusion`, README (`LSUN` models).
    package static let lsun = Configuration(
      imageSize: 256, channels: 256, multipliers: [1, 1, 2, 2, 4, 4], residualBlocks: 2,
      attentionSizes: [32, 16, 8])

    /// Small enough to be trained on two cores: it sees blocks of 2 × 2 pixels, and convolutions change the size.
    package static func compact(size: Int) -> Configuration {
      var configuration = Configuration(
        imageSize: size, channels: 32, multipliers: [1, 2, 3, 4], residualBlocks: 1,
        attentionSizes: [size / 8])
      configuration.headChannels = 32
      configuration.resamplesInBlocks = false
      configuration.fold = 2
      return configuration
    }
  }

  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Which model it is.
  package let configuration: Configuration

  /// Names a model.
  package init(name: String, summary: String, _ configuration: Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// FFHQ's.
  package static let ffhq = ADMUNet(
    name: "adm-ffhq", summary: "ADM U-Net of 256-pixel faces (FFHQ); SDG, ILVR, DiffusionCLIP",
    .ffhq)

  /// LSUN's.
  package static let lsun = ADMUNet(
    name: "adm-lsun", summary: "ADM U-Net of 256-pixel bedrooms, cats or horses (LSUN); SDG", .lsun)

  /// What it reads.
  package var inputs: [NetworkInput] {
    [
      .map(
        "image", channels: configuration.imageChannels, rows: configuration.imageSize,
        columns: configuration.imageSize),
      .scalar("timestep"),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let trunk = UNetTrunk(
      widths: configuration.multipliers.map { $0 * configuration.channels },
      residualBlocks: configuration.residualBlocks,
      blocks: ADMBlocks(
        configuration: configuration,
        condition: scope["time_embed"].timeCondition(
          inputs["timestep"], width: configuration.channels)))
    let image = inputs["image"]
    let x = trunk.describe(
      scope, configuration.fold > 1 ? image.pixelUnshuffled(by: configuration.fold) : image)
    let area = configuration.fold * configuration.fold
    let result = scope["out"]["2"].convolution(
      scope["out"]["0"].groupNorm(x).silu(), to: configuration.outputChannels * area, kernel: 3,
      padding: 1)
    guard configuration.fold > 1 else { return result }
    return result.pixelShuffled(by: configuration.fold)
  }
}

/// Residual blocks that the time scales and shifts, and that may change the size.
private struct ADMBlocks: UNetBlocks {
  let configuration: ADMUNet.Configuration
  /// SiLU of the time's embedding, `[4 C]`.
  let condition: Value

  func attends(_ x: Value, level: Int) -> Bool { configuration.attentionSizes.contains(x.rows) }

  private enum Resampling {
    case none, half, double
  }

  private func upsampled(_ x: Value) -> Value {
    x.resizedNearest(rows: 2 * x.rows, columns: 2 * x.columns)
  }

  private func resampled(_ x: Value, _ resampling: Resampling) -> Value {
    switch resampling {
    case .none: x
    case .half: x.averagePool(2, stride: 2)
    case .double: upsampled(x)
    }
  }

  func halved(_ scope: Scope, _ x: Value) -> Value {
    configuration.resamplesInBlocks
      ? residual(scope, x, to: x.channels, resampling: .half)
      : scope["op"].convolution(x, to: x.channels, kernel: 3, stride: 2, padding: 1)
  }

  func doubled(_ scope: Scope, _ x: Value) -> Value {
    configuration.resamplesInBlocks
      ? residual(scope, x, to: x.channels, resampling: .double)
      : scope["conv"].convolution(upsampled(x), to: x.channels, kernel: 3, padding: 1)
  }

  func residual(_ scope: Scope, _ x: Value, to channels: Int, on path: UNetPath) -> Value {
    residual(scope, x, to: channels, resampling: .none)
  }

  /// `ResBlock`: norm, SiLU, change of size, convolution; norm with the time's scale and shift, SiLU, convolution.
  private func residual(
    _ scope: Scope, _ x: Value, to channels: Int, resampling: Resampling
  ) -> Value {
    let normal = scope["in_layers"]["0"].groupNorm(x).silu()
    let first = scope["in_layers"]["2"].convolution(
      resampled(normal, resampling), to: channels, kernel: 3, padding: 1)
    let time = scope["emb_layers"]["1"].linear(condition, to: 2 * channels)
    let modulated = scope["out_layers"]["0"].groupNorm(
      first,
      modulation: (
        time.channels(from: 0, count: channels), time.channels(from: channels, count: channels)
      )
    ).silu()
    let second = scope["out_layers"]["3"].convolution(
      modulated, to: channels, kernel: 3, padding: 1)
    let skip = resampled(x, resampling)
    return second
      + (x.channels == channels
        ? skip : scope["skip_connection"].convolution(skip, to: channels, kernel: 1))
  }

  /// `AttentionBlock` with `QKVAttentionLegacy`.
  func attention(_ scope: Scope, _ x: Value) -> Value {
    let tokens = scope["norm"].groupNorm(x).asTokens()
    let joined = scope["qkv"].convolution1d(tokens, to: 3 * x.channels)
    let heads = max(x.channels / configuration.headChannels, 1)
    let mixed = joined.attention(Attention(heads: heads, operands: .joinedByHead))
    let change = scope["proj_out"].convolution1d(mixed, to: x.channels)
    return x + change.asMap(rows: x.rows, columns: x.columns)
  }
}
