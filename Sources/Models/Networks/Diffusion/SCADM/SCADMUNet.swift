import Graphs
import Kernels

/// SCA-DM's denoiser: a latent U-Net that a label map and a style code of each class condition.
///
/// Inputs: `latent [3, S, S]`, noisy; `timestep [1]`, 0…999; `map [19, M, M]`, a label map of ones and zeros; `codes [D, 19,
/// 1]`, the style codes. Output `[3, S, S]`: the noise. Guidance's other side has zeros as map and codes.
///
/// Most of a step depends on `map` and `codes` alone, which ``SplitGraph`` computes once.
///
/// Sources: as ``SCADMStyleEncoder``; `ldm/modules/diffusionmodules/openaimodel.py` (`UNetModel`).
package struct SCADMUNet: PublishedNetwork {
  /// What tells one model from another.
  package struct Configuration: Hashable, Sendable {
    /// `S`.
    package var latentSize = 64
    /// Channels of the latents.
    package var latentChannels = 3
    /// `M`.
    package var mapSize = 256
    /// Classes of the label map.
    package var classes = 19
    /// `D`.
    package var codeWidth = 1280
    /// Channels of the first level.
    package var channels = 224
    /// Factors on ``channels``, one a level, the finest first.
    package var multipliers = [1, 2, 3, 4]
    /// Residual blocks of a level on the way down; there is one more on the way up.
    package var residualBlocks = 2
    /// Levels whose pixels attend to each other and to the codes, the finest being 0.
    package var attentionLevels: Set<Int> = [1, 2, 3]
    /// Levels whose pixels attend to the codes alone; none in the published model.
    package var crossAttentionLevels: Set<Int> = []
    /// Channels of an attention head.
    package var headChannels = 32
    /// Channels between the label map and a norm's scale and shift.
    package var hiddenChannels = 128
    /// Whether a pixel attends to its own class's code alone; otherwise to all, as in the ablation.
    package var isMasked = true

    /// The published model of 256-pixel faces.
    package init() {}

    /// Small enough to be trained on two cores, in the latents of 128-pixel faces.
    package static let compact: Configuration = {
      var configuration = Configuration()
      configuration.latentSize = 32
      configuration.latentChannels = 4
      configuration.mapSize = 128
      configuration.codeWidth = SCADMStyleEncoder.compact.configuration.codeWidth
      configuration.channels = 32
      configuration.multipliers = [1, 2, 3]
      configuration.residualBlocks = 1
      configuration.attentionLevels = [1, 2]
      configuration.crossAttentionLevels = [0]
      configuration.headChannels = 16
      configuration.hiddenChannels = 16
      return configuration
    }()
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

  /// That of 256-pixel faces.
  package static let published = SCADMUNet(
    name: "sca-dm-unet",
    summary: "SCA-DM's latent U-Net of 256-pixel faces, label map and style codes",
    Configuration())

  /// The table of class embeddings, which the published code never reads.
  package var ignorableCheckpointPrefixes: [String] { ["label_emb."] }

  /// The inputs that change from step to step; the others stay for all steps of a sampling.
  package static let varyingInputs: Set = ["latent", "timestep"]

  /// What it reads.
  package var inputs: [NetworkInput] {
    let (size, mapSize) = (configuration.latentSize, configuration.mapSize)
    return [
      .map("latent", channels: configuration.latentChannels, rows: size, columns: size),
      .scalar("timestep"),
      .map("map", channels: configuration.classes, rows: mapSize, columns: mapSize),
      .tokens("codes", count: configuration.classes, width: configuration.codeWidth),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let labels = LabelPyramid(inputs["map"])
    let trunk = UNetTrunk(
      widths: configuration.multipliers.map { $0 * configuration.channels },
      residualBlocks: configuration.residualBlocks,
      blocks: SCADMBlocks(
        plain: LatentBlocks(
          condition: scope["time_embed"].timeCondition(
            inputs["timestep"], width: configuration.channels),
          attentionLevels: configuration.attentionLevels.union(configuration.crossAttentionLevels),
          transformer: SpatialTransformer(
            heads: .width(configuration.headChannels),
            cross: StyleAttention(
              codes: inputs["codes"], labels: configuration.isMasked ? labels : nil))),
        labels: labels, hiddenChannels: configuration.hiddenChannels,
        crossAttentionSizes: Set(
          configuration.crossAttentionLevels.map { configuration.latentSize >> $0 })))
    let x = trunk.describe(scope, inputs["latent"])
    return scope["out"][2].convolution(
      scope["out"][0].groupNorm(x).silu(), to: configuration.latentChannels, kernel: 3, padding: 1)
  }
}
