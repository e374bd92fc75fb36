import Diffusion
import Graphs
import Images
import Models
import Networks
import Pipelines
import Tensors

/// A diffusion model by text and hint, with everything that DDGI sees of it.
package struct ControlledModel: Sendable {
  /// Names of what is seen in a step.
  package struct Taps: Sendable {
    /// The middle with what the hint adds.
    let middle: String
    /// Each level's features before they are doubled and its looks at tokens, the coarsest level first.
    let levels: [(features: String, attention: [String])]

    /// The names in a controlled U-Net.
    ///
    /// - Parameter network: the U-Net; every level with attention counts.
    package init(of network: ControlledUNet) {
      let configuration = network.configuration
      middle = "controlled_middle"
      let places = configuration.residualBlocks + 1
      levels = configuration.multipliers.indices.reversed()
        .filter { configuration.attentionLevels.contains($0) }
        .map { level in
          let first = (configuration.multipliers.count - 1 - level) * places
          let last = first + places - 1
          // The last block of a level with a doubling behind it ends before that.
          let features =
            level > 0 ? "output_blocks.\(last).1" : "output_blocks.\(last)"
          return (
            features,
            (first...last).map { place in
              "\(ControlledUNet.locked).output_blocks.\(place).1.transformer_blocks.0.attn2.probabilities"
            }
          )
        }
    }

    /// All of them.
    var all: [String] { [middle] + levels.flatMap { [$0.features] + $0.attention } }
  }

  /// What steps of a group read of its conditions.
  package struct Preparation: Sendable {
    fileprivate let inputs: [[String: Tensor]]
    /// Tokens that stand for words, one range an image.
    package let words: [Range<Int>]
  }

  /// Texts to tokens.
  package let texts: TextContext
  /// The levels of noise that the network was trained on.
  package let schedule: NoiseSchedule
  /// What its result is.
  package let kind: Prediction.Kind
  /// `[C, S, S]` of a sample.
  package let sampleShape: [Int]
  private let network: SteppedNetwork
  private let taps: Taps

  /// Joins networks.
  ///
  /// - Parameters:
  ///   - network: a ``Networks/ControlledUNet`` with weights.
  ///   - description: the same network's description.
  ///   - texts: texts to tokens.
  ///   - kind: what the result is.
  ///   - schedule: the levels of noise.
  /// - Throws: `GraphError` for a network without what is to be seen.
  package init(
    _ network: LoadedNetwork, describedBy description: ControlledUNet, texts: TextContext,
    kind: Prediction.Kind, schedule: NoiseSchedule
  ) throws {
    taps = Taps(of: description)
    self.network = try SteppedNetwork(
      network, varying: ControlledUNet.varyingInputs, outputs: [Graph.mainOutput] + taps.all)
    self.texts = texts
    self.kind = kind
    self.schedule = schedule
    let configuration = description.configuration
    sampleShape = [
      configuration.latentChannels, configuration.latentSize, configuration.latentSize,
    ]
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    "controlnet=\(network.network.weights.identity) model=\(network.network.network.name) "
      + "output=\(kind.rawValue) arithmetic=\(network.network.arithmetic.name) \(texts.fingerprint)"
  }

  /// Texts and hints as steps read them.
  ///
  /// - Parameters:
  ///   - captions: one an image.
  ///   - hints: `[H, S, S]`, one an image.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: for ``step(_:at:_:workers:)``.
  /// - Throws: `GraphError` for tokens that are not finite.
  package func prepared(
    captions: [String], hints: [Tensor], workers: Workers
  ) throws -> Preparation {
    let contexts = try texts(captions, workers: workers)
    return Preparation(
      inputs: try network.prepared(
        zip(contexts, hints).map { ["context": $0, "hint": $1] }, workers: workers),
      words: captions.map { texts.words(of: $0) })
  }

  /// What the network says of samples at a step, and what is seen in it.
  ///
  /// - Parameters:
  ///   - samples: noisy, ``sampleShape`` each.
  ///   - timestep: of the 1000 of training.
  ///   - preparation: of the same images.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: a prediction and features for each sample.
  /// - Throws: `GraphError` for a result that is not finite.
  package func step(
    _ samples: [Tensor], at timestep: Int, _ preparation: Preparation, workers: Workers
  ) throws -> [(prediction: Prediction, features: DiffusionFeatures)] {
    try network.results(
      Self.inputs(samples, timestep), conditions: preparation.inputs,
      named: [Graph.mainOutput] + taps.all, workers: workers
    ).map { results in
      // Every name was asked for.
      func result(_ name: String) -> Tensor { results[name] ?? Tensor(shape: [0]) }
      let levels = taps.levels.map { level in
        DiffusionFeatures.Level(
          features: result(level.features), attention: level.attention.map(result))
      }
      return (
        Prediction(kind, result(Graph.mainOutput)),
        DiffusionFeatures(middle: result(taps.middle), levels: levels)
      )
    }
  }

  /// What the network says of samples at a step.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  package func predictions(
    of samples: [Tensor], at timestep: Int, _ preparation: Preparation, workers: Workers
  ) throws -> [Prediction] {
    try network.results(
      Self.inputs(samples, timestep), conditions: preparation.inputs, workers: workers
    ).map { Prediction(kind, $0) }
  }

  private static func inputs(_ samples: [Tensor], _ timestep: Int) -> [[String: Tensor]] {
    let moment = Tensor(shape: [1], values: [Float(timestep)])
    return samples.map { ["latent": $0, "timestep": moment] }
  }
}

extension ControlledModel {
  /// The compact model of a file.
  ///
  /// - Parameters:
  ///   - hint: which kind of hint it reads.
  ///   - path: the file.
  ///   - texts: texts to its 40 tokens.
  /// - Returns: the model.
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  package static func compact(
    _ hint: CompactNetworks.Hint, checkpoint path: String, texts: TextContext
  ) throws -> ControlledModel {
    let network = CompactNetworks.controlled(by: hint)
    return try ControlledModel(
      LoadedNetwork(network, checkpoint: path), describedBy: network, texts: texts,
      kind: .velocity, schedule: .cosine())
  }
}
