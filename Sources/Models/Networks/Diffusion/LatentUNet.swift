import Graphs
import Kernels

/// The U-Net of "High-Resolution Image Synthesis with Latent Diffusion Models": Collaborative Diffusion's branches and
/// dynamic diffusers, Stable Diffusion.
///
/// Inputs: `latent [C, S, S]`, noisy; `timestep [1]`, 0…999; `context [D, N, 1]`, tokens of a text or a label map, of
/// which any number may be traced. Output `[O, S, S]`: the noise, or what ``Configuration/outputChannels`` says.
///
/// Sources: Rombach et al., arXiv 2112.10752; `CompVis/latent-diffusion`,
/// `ldm/modules/diffusionmodules/openaimodel.py` (`UNetModel` with spatial transformers).
package struct LatentUNet: PublishedNetwork {
  /// What tells one model from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var latentSize: Int
    /// `C`.
    package var latentChannels: Int
    /// `O`.
    package var outputChannels: Int
    /// Channels of the first level.
    package var channels: Int
    /// Factors on ``channels``, one a level, the finest first.
    package var multipliers: [Int]
    /// Residual blocks of a level on the way down; there is one more on the way up.
    package var residualBlocks = 2
    /// Levels with transformers, the finest being 0; the middle always has one.
    package var attentionLevels: Set<Int>
    /// Heads of every attention.
    package var heads: AttentionHeads
    /// `N`.
    package var contextCount: Int
    /// `D`.
    package var contextWidth: Int
    /// Groups of every norm.
    package var groups = 32
    /// Block of pixels that the layers see as channels of one; 1 leaves them alone.
    package var fold = 1
    /// Most pixels of a map that look at each other; those of larger maps look at tokens alone.
    package var ownAttentionLimit = Int.max
    /// Width of the transformers' gated layers, in widths of the map.
    package var gatedWidth = 4
    /// Classes of a label map `[K, S, S]` that the first layer reads behind the latent; 0 for none, as published.
    package var mapClasses = 0

    /// Describes a model whose result has the channels of its latent.
    package init(
      latentSize: Int, latentChannels: Int, channels: Int, multipliers: [Int],
      attentionLevels: Set<Int>, heads: AttentionHeads, contextCount: Int, contextWidth: Int
    ) {
      self.latentSize = latentSize
      self.latentChannels = latentChannels
      outputChannels = latentChannels
      self.channels = channels
      self.multipliers = multipliers
      self.attentionLevels = attentionLevels
      self.heads = heads
      self.contextCount = contextCount
      self.contextWidth = contextWidth
    }

    /// One of Collaborative Diffusion's two models, driven by 77 tokens of a text or 19 of a label map.
    ///
    /// Source: `ziqihuangg/Collaborative-Diffusion`, `configs/256_{mask,text}.yaml`.
    package static let collaborativeBranch = Configuration(
      latentSize: 64, latentChannels: 3, channels: 192, multipliers: [1, 2, 3, 5],
      attentionLevels: [1, 2, 3], heads: .count(32), contextCount: 77, contextWidth: 640)

    /// One of Collaborative Diffusion's two dynamic diffusers: how much its branch matters, by pixel and timestep.
    ///
    /// Source: `ziqihuangg/Collaborative-Diffusion`, `configs/256_codiff_mask_text.yaml`.
    package static let collaborativeDiffuser: Configuration = {
      var configuration = collaborativeBranch
      configuration.channels = 32
      configuration.outputChannels = 1
      return configuration
    }()

    /// A branch that is small enough to be trained on two cores, in the latents of 128-pixel faces.
    ///
    /// - Parameters:
    ///   - contextCount: `N`.
    ///   - mapClasses: `K`; tokens alone say too late where things are for a network that sees few faces.
    /// - Returns: the model.
    package static func compactBranch(contextCount: Int, mapClasses: Int = 0) -> Configuration {
      var configuration = Configuration(
        latentSize: 32, latentChannels: 4, channels: 32, multipliers: [1, 2, 2],
        attentionLevels: [1, 2], heads: .count(4), contextCount: contextCount, contextWidth: 128)
      configuration.residualBlocks = 1
      configuration.mapClasses = mapClasses
      return configuration
    }

    /// The dynamic diffuser of a compact branch.
    package static func compactDiffuser(contextCount: Int) -> Configuration {
      var configuration = compactBranch(contextCount: contextCount)
      configuration.channels = 16
      configuration.multipliers = [1, 1, 1]
      configuration.attentionLevels = [2]
      configuration.heads = .count(2)
      configuration.groups = 16
      configuration.outputChannels = 1
      return configuration
    }

    /// Stable Diffusion 1 at 512 pixels, driven by CLIP's 77 tokens.
    ///
    /// Source: `CompVis/stable-diffusion`, `configs/stable-diffusion/v1-inference.yaml`.
    package static let stableDiffusion = Configuration(
      latentSize: 64, latentChannels: 4, channels: 320, multipliers: [1, 2, 4, 4],
      attentionLevels: [0, 1, 2], heads: .count(8), contextCount: 77, contextWidth: 768)
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

  /// Collaborative Diffusion's branch of either condition.
  package static let collaborativeBranch = LatentUNet(
    name: "ldm-collaborative",
    summary: "Latent diffusion's U-Net of faces by text or label map; Collaborative Diffusion",
    .collaborativeBranch)

  /// The branch of label maps, which reads 19 tokens.
  package static let collaborativeMapBranch = collaborativeBranch.reading(tokens: 19)

  /// Collaborative Diffusion's weight of either condition.
  package static let collaborativeDiffuser = LatentUNet(
    name: "dynamic-diffuser",
    summary: "Latent diffusion's U-Net that weighs text or label map; Collaborative Diffusion",
    .collaborativeDiffuser)

  /// Stable Diffusion 1.5's.
  package static let stableDiffusion = LatentUNet(
    name: "sd15-unet",
    summary: "Latent diffusion's U-Net of pictures by text; Stable Diffusion 1.5",
    .stableDiffusion)

  /// The weight of label maps, which reads 19 tokens.
  package static let collaborativeMapDiffuser = collaborativeDiffuser.reading(tokens: 19)

  /// The same network, parameter for parameter, for another number of tokens.
  private func reading(tokens count: Int) -> LatentUNet {
    var configuration = configuration
    configuration.contextCount = count
    return LatentUNet(name: name, summary: summary, configuration)
  }

  /// The inputs that change from step to step; the others stay for all steps of a sampling.
  package static let varyingInputs: Set = ["latent", "timestep"]

  /// What it reads.
  package var inputs: [NetworkInput] {
    let size = configuration.latentSize
    let map = NetworkInput.map(
      "map", channels: configuration.mapClasses, rows: size, columns: size)
    return [
      .map("latent", channels: configuration.latentChannels, rows: size, columns: size),
      .scalar("timestep"),
      .tokens("context", count: configuration.contextCount, width: configuration.contextWidth),
    ] + (configuration.mapClasses > 0 ? [map] : [])
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let trunk = UNetTrunk(
      widths: configuration.multipliers.map { $0 * configuration.channels },
      residualBlocks: configuration.residualBlocks,
      blocks: LatentBlocks(
        condition: scope["time_embed"].timeCondition(
          inputs["timestep"], width: configuration.channels),
        attentionLevels: configuration.attentionLevels,
        transformer: SpatialTransformer(
          heads: configuration.heads, groups: configuration.groups,
          gatedWidth: configuration.gatedWidth, cross: TokenAttention(context: inputs["context"])),
        groups: configuration.groups,
        ownAttentionLimit: configuration.ownAttentionLimit))
    let latent = configuration.folded(inputs["latent"])
    let x = trunk.describe(
      scope, configuration.mapClasses > 0 ? .concatenated([latent, inputs["map"]]) : latent)
    return configuration.result(scope["out"], of: x)
  }
}

extension LatentUNet.Configuration {
  /// A latent as the layers see it.
  func folded(_ latent: Value) -> Value { fold > 1 ? latent.pixelUnshuffled(by: fold) : latent }

  /// The last norm and convolution, `out.0` and `out.2`, in the latent's size.
  func result(_ scope: Scope, of x: Value) -> Value {
    let result = scope[2].convolution(
      scope[0].groupNorm(x, groups: groups).silu(), to: outputChannels * fold * fold, kernel: 3,
      padding: 1)
    return fold > 1 ? result.pixelShuffled(by: fold) : result
  }
}

/// Residual blocks to which the time is added, and spatial transformers.
///
/// A model that differs in a few places conforms its own ``UNetBlocks``, which hands the other places on to these: it
/// can tell the way up from the way down, and give the transformer another ``CrossAttention``.
struct LatentBlocks<Cross: CrossAttention>: UNetBlocks {
  /// SiLU of the time's embedding.
  let condition: Value
  let attentionLevels: Set<Int>
  let transformer: SpatialTransformer<Cross>
  /// Groups of every norm.
  var groups = 32
  /// Most pixels of a map that look at each other.
  var ownAttentionLimit = Int.max

  func attends(_ x: Value, level: Int) -> Bool { attentionLevels.contains(level) }

  func attention(_ scope: Scope, _ x: Value) -> Value {
    var transformer = transformer
    if x.rows * x.columns > ownAttentionLimit { transformer.attendsToItself = false }
    return transformer.describe(scope, x)
  }

  /// `ResBlock`: norm, SiLU, convolution, the time added; norm, SiLU, convolution.
  func residual(_ scope: Scope, _ x: Value, to channels: Int, on path: UNetPath) -> Value {
    let first = scope["in_layers"][2].convolution(
      scope["in_layers"][0].groupNorm(x, groups: groups).silu(), to: channels, kernel: 3, padding: 1
    )
    let timed = first + scope["emb_layers"][1].linear(condition, to: channels).asMap()
    let second = scope["out_layers"][3].convolution(
      scope["out_layers"][0].groupNorm(timed, groups: groups).silu(), to: channels, kernel: 3,
      padding: 1)
    return second
      + (x.channels == channels
        ? x : scope["skip_connection"].convolution(x, to: channels, kernel: 1))
  }

  func halved(_ scope: Scope, _ x: Value) -> Value {
    scope["op"].convolution(x, to: x.channels, kernel: 3, stride: 2, padding: 1)
  }

  func doubled(_ scope: Scope, _ x: Value) -> Value {
    scope["conv"].convolution(
      x.resizedNearest(rows: 2 * x.rows, columns: 2 * x.columns), to: x.channels, kernel: 3,
      padding: 1)
  }
}
