import Graphs
import Kernels

/// The U-Net of "Denoising Diffusion Probabilistic Models" in its PyTorch port: CelebA-HQ's and LSUN's models that
/// DDIM, SDEdit and DiffusionCLIP run.
///
/// Inputs: `image [3, S, S]`, noisy, in about −1…1; `timestep [1]`, 0…999. Output `[3, S, S]`, the noise.
///
/// Sources: Ho et al., arXiv 2006.11239; `ermongroup/ddim`, `models/diffusion.py`; `gwang-kim/DiffusionCLIP`,
/// `models/ddpm/diffusion.py`.
package struct DDPMUNet: PublishedNetwork {
  /// What tells one model from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var imageSize: Int
    /// Channels of the first level.
    package var channels: Int
    /// Factors on ``channels``, one a level, the finest first.
    package var multipliers: [Int]
    /// Residual blocks of a level on the way down; there is one more on the way up.
    package var residualBlocks: Int
    /// Sides of the maps that attention sees.
    package var attentionSizes: Set<Int>

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

    /// CelebA-HQ, LSUN bedrooms and churches at 256 pixels.
    package static let published = Configuration(
      imageSize: 256, channels: 128, multipliers: [1, 1, 2, 2, 4, 4], residualBlocks: 2,
      attentionSizes: [16])
  }

  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Which model it is.
  package let configuration: Configuration

  /// Names a model.
  package init(
    name: String = "ddpm-celebahq",
    summary: String = "Ho's U-Net of 256-pixel faces, bedrooms or churches; DiffusionCLIP",
    _ configuration: Configuration = .published
  ) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// What it reads.
  package var inputs: [NetworkInput] {
    [
      .map("image", channels: 3, rows: configuration.imageSize, columns: configuration.imageSize),
      .scalar("timestep"),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let width = configuration.channels
    let embedding = inputs["timestep"]
      .timestepEmbedding(TimestepEmbedding(width: width, form: .sinesFirst))
    let dense = scope["temb"]["dense"]
    // Every block begins with a SiLU of the embedding.
    let condition = dense[1].linear(
      dense[0].linear(embedding, to: 4 * width).silu(), to: 4 * width
    ).tapped("temb").silu()
    let blocks = ResnetBlocks(condition: condition)
    var body = DDPMBody(configuration: configuration, scope: scope, blocks: blocks)
    let x = body.run(inputs["image"])
    return scope["conv_out"].convolution(
      blocks.norm(scope["norm_out"], x).silu(), to: 3, kernel: 3, padding: 1)
  }
}

/// The way down, the middle and the way up.
private struct DDPMBody {
  let configuration: DDPMUNet.Configuration
  let scope: Scope
  let blocks: ResnetBlocks
  private var skips: [Value] = []

  init(configuration: DDPMUNet.Configuration, scope: Scope, blocks: ResnetBlocks) {
    self.configuration = configuration
    self.scope = scope
    self.blocks = blocks
  }

  private func width(_ level: Int) -> Int {
    configuration.channels * configuration.multipliers[level]
  }

  mutating func run(_ image: Value) -> Value {
    var x = descend(image)
    let middle = scope["mid"]
    x = blocks.residual(middle["block_1"], x, to: x.channels)
    x = blocks.attention(middle["attn_1"], x)
    x = blocks.residual(middle["block_2"], x, to: x.channels).tapped("mid.block_2")
    return ascend(x)
  }

  private mutating func descend(_ image: Value) -> Value {
    var x = scope["conv_in"].convolution(
      image, to: configuration.channels, kernel: 3, padding: 1
    ).tapped("conv_in")
    skips.append(x)
    for level in configuration.multipliers.indices {
      let place = scope["down"][level]
      for index in 0..<configuration.residualBlocks {
        x = blocks.residual(place["block"][index], x, to: width(level))
        if attends(x) { x = blocks.attention(place["attn"][index], x) }
        skips.append(x)
      }
      x = x.tapped("down.\(level)")
      guard level < configuration.multipliers.count - 1 else { continue }
      x = blocks.halved(place["downsample"], x)
      skips.append(x)
    }
    return x
  }

  private mutating func ascend(_ middle: Value) -> Value {
    var x = middle
    for level in configuration.multipliers.indices.reversed() {
      let place = scope["up"][level]
      for index in 0...configuration.residualBlocks {
        x = blocks.residual(
          place["block"][index], .concatenated([x, skips.removeLast()]), to: width(level))
        if attends(x) { x = blocks.attention(place["attn"][index], x) }
      }
      x = x.tapped("up.\(level)")
      guard level > 0 else { continue }
      x = blocks.doubled(place["upsample"], x)
    }
    return x
  }

  private func attends(_ x: Value) -> Bool { configuration.attentionSizes.contains(x.rows) }
}
