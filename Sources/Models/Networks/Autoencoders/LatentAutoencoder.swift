import Graphs

/// A first stage of latent diffusion: images to smaller maps and back.
///
/// Input `[3, S, S]` in −1…1, output its reconstruction without noise. ``encoder`` and ``decoder`` are the halves that
/// systems run, each bound to the same file.
///
/// Sources: Rombach et al., arXiv 2112.10752; `CompVis/latent-diffusion`, `ldm/models/autoencoder.py`
/// (`AutoencoderKL`, `VQModelInterface`), `ldm/modules/diffusionmodules/model.py`.
package struct LatentAutoencoder: PublishedNetwork, SingleInputNetwork {
  /// What tells one model from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var imageSize: Int
    /// Channels of the first level.
    package var channels = 128
    /// Factors on ``channels``, one a level, the finest first; each level but the last halves the map.
    package var multipliers: [Int]
    /// Residual blocks of a level of the encoder; the decoder has one more.
    package var residualBlocks = 2
    /// Groups of every norm.
    package var groups = 32
    /// Whether the pixels of the coarsest map see each other.
    package var attendsInMiddle = true
    /// Block of pixels that the layers see as channels of one; 1 leaves them alone.
    package var fold = 1
    /// `Z`, channels of a latent.
    package var latentChannels = 3
    /// Whether the encoder gives means and logarithms of variances, `[2 Z]`, in place of latents.
    package var isVariational = true
    /// Codes among which the decoder first looks for the nearest; nil if it takes latents as they are.
    package var codes: Int?

    /// Describes a model.
    package init(imageSize: Int, multipliers: [Int]) {
      self.imageSize = imageSize
      self.multipliers = multipliers
    }

    /// A quarter of the rows and columns: Collaborative Diffusion at 256 pixels.
    ///
    /// Source: `ziqihuangg/Collaborative-Diffusion`, `configs/256_vae.yaml`.
    package static let kl4 = Configuration(imageSize: 256, multipliers: [1, 2, 4])

    /// An eighth of the rows and columns: Collaborative Diffusion at 512 pixels.
    ///
    /// Source: `ziqihuangg/Collaborative-Diffusion`, `configs/512_vae.yaml`.
    package static let kl8 = Configuration(imageSize: 512, multipliers: [1, 2, 4, 4])

    /// ``kl8`` with latents of four channels: Stable Diffusion 1.
    package static let stableDiffusion: Configuration = {
      var configuration = kl8
      configuration.latentChannels = 4
      return configuration
    }()

    /// A quarter of the rows and columns and one of 8192 codes a pixel: SCA-DM.
    ///
    /// Source: `CompVis/latent-diffusion`, `models/first_stage_models/vq-f4/config.yaml`.
    package static let vq4: Configuration = {
      var configuration = kl4
      configuration.isVariational = false
      configuration.codes = 8192
      return configuration
    }()

    /// Small enough to be trained on two cores: a quarter of the rows and columns, half of it by folding.
    package static func compact(size: Int) -> Configuration {
      var configuration = Configuration(imageSize: size, multipliers: [1, 2])
      configuration.channels = 32
      configuration.residualBlocks = 1
      configuration.groups = 16
      configuration.attendsInMiddle = false
      configuration.fold = 2
      configuration.latentChannels = 4
      return configuration
    }

    /// Rows and columns of an image for one of a latent.
    package var reduction: Int { fold << (multipliers.count - 1) }
  }

  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// Which model it is.
  package let configuration: Configuration
  /// What trained it: LPIPS's trunk, the discriminator and the weight between both; and what a system reads by itself.
  package var ignorableCheckpointPrefixes: [String] {
    ["loss.", Self.scaleName] + (configuration.codes == nil ? ["quantize."] : [])
  }

  /// The tensor `[1]` of a file that says what its latents are multiplied by before they are diffused.
  package static let scaleName = "scale_factor"

  /// Names a model.
  package init(name: String, summary: String, _ configuration: Configuration) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
  }

  /// Collaborative Diffusion's at 256 pixels.
  package static let kl4 = LatentAutoencoder(
    name: "kl-f4",
    summary: "Variational autoencoder of 256-pixel faces, latents 3×64×64; Collaborative Diffusion",
    .kl4)

  /// Collaborative Diffusion's at 512 pixels.
  package static let kl8 = LatentAutoencoder(
    name: "kl-f8",
    summary: "Variational autoencoder of 512-pixel faces, latents 3×64×64; Collaborative Diffusion",
    .kl8)

  /// Stable Diffusion 1.5's.
  package static let stableDiffusion = LatentAutoencoder(
    name: "sd15-vae",
    summary: "Variational autoencoder of 512-pixel images, latents 4×64×64; Stable Diffusion 1.5",
    .stableDiffusion)

  /// Latent diffusion's with a codebook.
  package static let vq4 = LatentAutoencoder(
    name: "vq-f4",
    summary: "Vector-quantized autoencoder of 256-pixel images, latents 3×64×64; SCA-DM", .vq4)

  /// Per-sample shape of the published input.
  package var inputShape: [Int] { [3, configuration.imageSize, configuration.imageSize] }

  /// The half that makes latents.
  package var encoder: LatentEncoder { LatentEncoder(name: name, summary, configuration) }

  /// The half that makes images of latents.
  package var decoder: LatentDecoder { LatentDecoder(name: name, summary, configuration) }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    let encoded = encoder.describe(scope, input)
    return decoder.describe(
      scope, encoded.channels(from: 0, count: configuration.latentChannels))
  }
}

extension LatentAutoencoder.Configuration {
  var blocks: ResnetBlocks { ResnetBlocks(groups: groups) }

  /// Channels of a level.
  func width(_ level: Int) -> Int { channels * multipliers[level] }

  /// Two residual blocks and, between them, attention where there is any; taps under their modules' names.
  func middle(_ scope: Scope, _ x: Value) -> Value {
    func named(_ name: String, _ block: (Scope) -> Value) -> Value {
      block(scope[name]).tapped(scope[name].prefix)
    }
    var x = named("block_1") { [x] in blocks.residual($0, x, to: x.channels) }
    if attendsInMiddle { x = named("attn_1") { [x] in blocks.attention($0, x) } }
    return named("block_2") { [x] in blocks.residual($0, x, to: x.channels) }
  }
}
