import Graphs
import Kernels
import Tensors

/// ControlNet: a latent U-Net that stays as it was, and a copy of its way down that reads a picture and adds to it.
///
/// Inputs: those of ``LatentUNet``, and `hint [H, F·S, F·S]`, a picture in 0…1 (not −1…1) as many times larger than the latent
/// as the hint's layers halve it. Output `[C, S, S]`: the noise. Taps: of the U-Net as in ``LatentUNet``; `controlled_middle`, the
/// middle with what is added; `control.K`, what is added, the middle last; the copy's own under `control_model.`; and
/// `….attn2.probabilities [N, heads · H·W, 1]`, how much each pixel looks at each token.
///
/// Sources: Zhang et al., "Adding Conditional Control to Text-to-Image Diffusion Models", ICCV 2023;
/// `lllyasviel/ControlNet`, `cldm/cldm.py`.
package struct ControlledUNet: PublishedNetwork {
  /// Sizes of the layers that bring a hint to the latent's size.
  package struct Hint: Hashable, Sendable {
    /// Channels of the picture.
    package let channels: Int
    /// Channels of each layer but the last.
    package let widths: [Int]
    /// Positions of the layers that halve rows and columns.
    package let halving: Set<Int>

    /// Sizes.
    package init(channels: Int, widths: [Int], halving: Set<Int>) {
      self.channels = channels
      self.widths = widths
      self.halving = halving
    }

    /// A picture in colors, eight times the latent's size.
    package static let published = Hint(
      channels: 3, widths: [16, 16, 32, 32, 96, 96, 256], halving: [2, 4, 6])
  }

  /// Name on the command line.
  package let name: String
  /// One line for people.
  package let summary: String
  /// The U-Net.
  package let configuration: LatentUNet.Configuration
  /// The picture.
  package let hint: Hint
  /// What the names of the copy's parameters begin with.
  package let control: String
  /// What the file holds for the text tower, the autoencoder and other copies.
  package let ignorableCheckpointPrefixes: [String]

  /// Names a model.
  package init(
    name: String, summary: String, _ configuration: LatentUNet.Configuration, hint: Hint,
    control: String = "control_model", besides others: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.configuration = configuration
    self.hint = hint
    self.control = control
    ignorableCheckpointPrefixes =
      [
        "first_stage_model.", "cond_stage_model.", "betas", "alphas_", "sqrt_", "log_one_minus_",
        "posterior_", "logvar", "model_ema.", "lvlb_weights",
      ] + others.map { "\($0)." }
  }

  /// Where the parameters of the U-Net that stays are.
  package static let locked = "model.diffusion_model"

  /// ControlNet on Stable Diffusion 1.5.
  package static let stableDiffusion = ControlledUNet(
    name: "sd15-controlnet", summary: "ControlNet on Stable Diffusion 1.5, by text and picture",
    .stableDiffusion, hint: .published)

  /// The inputs that change from step to step; the others stay for all steps of a sampling.
  package static let varyingInputs = LatentUNet.varyingInputs

  /// What it reads.
  package var inputs: [NetworkInput] {
    let size = (configuration.latentSize / configuration.fold) << hint.halving.count
    return [
      .map(
        "latent", channels: configuration.latentChannels, rows: configuration.latentSize,
        columns: configuration.latentSize),
      .scalar("timestep"),
      .tokens("context", count: configuration.contextCount, width: configuration.contextWidth),
      .map("hint", channels: hint.channels, rows: size, columns: size),
    ]
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let (locked, copy) = (scope["model"]["diffusion_model"], scope[control])
    let additions = additions(copy, inputs)
    let trunk = trunk(locked, inputs, tapPrefix: "")
    var encoding = trunk.encoded(locked, configuration.folded(inputs["latent"]))
    encoding.skips = zip(encoding.skips, additions.skips).map { $0 + $1 }
    encoding.middle = (encoding.middle + additions.middle).tapped("controlled_middle")
    return configuration.result(locked["out"], of: trunk.decoded(locked, encoding))
  }

  private func trunk(
    _ scope: Scope, _ inputs: TracedInputs, tapPrefix: String
  ) -> UNetTrunk<LatentBlocks<MappedTokenAttention>> {
    let condition = scope["time_embed"].timeCondition(
      inputs["timestep"], width: configuration.channels, tapPrefix: tapPrefix)
    return UNetTrunk(
      widths: configuration.multipliers.map { $0 * configuration.channels },
      residualBlocks: configuration.residualBlocks,
      blocks: LatentBlocks(
        condition: condition, attentionLevels: configuration.attentionLevels,
        transformer: SpatialTransformer(
          heads: configuration.heads, groups: configuration.groups,
          gatedWidth: configuration.gatedWidth,
          cross: MappedTokenAttention(context: inputs["context"])),
        groups: configuration.groups, ownAttentionLimit: configuration.ownAttentionLimit),
      tapPrefix: tapPrefix)
  }

  /// What the copy adds to the way down and the middle.
  private func additions(
    _ scope: Scope, _ inputs: TracedInputs
  ) -> UNetTrunk<LatentBlocks<MappedTokenAttention>>.Encoding {
    let trunk = trunk(scope, inputs, tapPrefix: "\(control).")
    var encoding = trunk.encoded(
      scope, configuration.folded(inputs["latent"]),
      adding: hinted(scope["input_hint_block"], inputs["hint"]))
    func added(_ scope: Scope, _ x: Value, _ place: Int) -> Value {
      scope[0].convolution(x, to: x.channels, kernel: 1).tapped("control.\(place)")
    }
    encoding.skips = encoding.skips.enumerated().map { place, x in
      added(scope["zero_convs"][place], x, place)
    }
    encoding.middle = added(scope["middle_block_out"], encoding.middle, encoding.skips.count)
    return encoding
  }

  private func hinted(_ scope: Scope, _ picture: Value) -> Value {
    var x = picture
    for (index, width) in hint.widths.enumerated() {
      x = scope[2 * index].convolution(
        x, to: width, kernel: 3, stride: hint.halving.contains(index) ? 2 : 1, padding: 1
      ).silu()
    }
    return scope[2 * hint.widths.count].convolution(
      x, to: configuration.channels, kernel: 3, padding: 1)
  }
}

/// ``TokenAttention`` that also tells how much each pixel looks at each token.
struct MappedTokenAttention: CrossAttention {
  /// `[D, N, 1]`.
  let context: Value

  func describe(_ scope: Scope, _ x: Value, heads: Int, in map: Value) -> Value {
    let width = x.channels
    let queries = scope["to_q"].linear(x, to: width, bias: false)
    let keys = scope["to_k"].linear(context, to: width, bias: false)
    _ = probabilities(queries, keys, heads: heads).tapped("\(scope.prefix).probabilities")
    let mixed = Value.attention(
      queries: queries, keys: keys,
      values: scope["to_v"].linear(context, to: width, bias: false), Attention(heads: heads))
    return scope["to_out"][0].linear(mixed, to: width)
  }

  /// `[N, heads · T, 1]`, one head behind the other; nobody computes it who does not ask for it.
  private func probabilities(_ queries: Value, _ keys: Value, heads: Int) -> Value {
    let (width, own, other) = (queries.channels, queries.rows, keys.rows)
    let depth = width / heads
    let rows = queries.scaled(by: 1 / Float(depth).squareRoot()).rearranged(
      by: StridedView(shape: [heads, own, depth], strides: [depth, width, 1]),
      to: [depth, heads * own, 1])
    let columns = keys.rearranged(
      by: StridedView(shape: [heads, depth, other], strides: [depth, 1, width]),
      to: [other, heads * depth, 1])
    return rows.multiplied(by: columns, batches: heads).softmax()
  }
}
