import Checkpoints
import Diffusion
import Graphs
import Kernels
import Models
import Networks
import Pipelines
import Tensors

/// Collaborative Diffusion's networks: two latent diffusion models, one that a label map drives and one that a text
/// drives, and how much each matters where and when.
///
/// Source: Huang et al., "Collaborative Diffusion for Multi-Modal Face Generation and Editing", CVPR 2023, arXiv
/// 2304.10530.
package struct CollaborativeModel: Sendable {
  /// A kind of condition with its networks.
  package struct Branch: Sendable {
    /// Finds the noise of a latent: a ``Networks/LatentUNet`` with weights.
    package let denoiser: SteppedNetwork
    /// Says how much ``denoiser`` matters, a logit a pixel; nil where nothing was trained for it.
    package let diffuser: SteppedNetwork?

    /// Joins networks of one condition.
    ///
    /// - Throws: `GraphError` for networks without latent and timestep.
    package init(denoiser: LoadedNetwork, diffuser: LoadedNetwork?) throws {
      self.denoiser = try SteppedNetwork(denoiser, varying: LatentUNet.varyingInputs)
      self.diffuser = try diffuser.map {
        try SteppedNetwork($0, varying: LatentUNet.varyingInputs)
      }
    }

    /// Everything of a group that stays over its steps.
    fileprivate func prepared(
      _ conditions: [[String: Tensor]], workers: Workers
    ) throws -> (denoiser: [[String: Tensor]], diffuser: [[String: Tensor]]) {
      func prepared(_ network: SteppedNetwork) throws -> [[String: Tensor]] {
        let names = network.network.network.inputs.map(\.name)
        return try network.prepared(
          conditions.map { $0.filter { names.contains($0.key) } }, workers: workers)
      }
      return (try prepared(denoiser), try diffuser.map(prepared) ?? [])
    }
  }

  /// What the steps of a group read of its conditions.
  package struct Preparation: Sendable {
    fileprivate let map, text: (denoiser: [[String: Tensor]], diffuser: [[String: Tensor]])
  }

  /// A kind of condition.
  package enum Modality: Sendable {
    case map, text
  }

  /// What an image is made from, as networks read it.
  package struct Condition: Sendable {
    /// `context` and, where the branch reads it, `map`.
    package let map: [String: Tensor]
    /// `context`.
    package let text: [String: Tensor]

    /// Joins the inputs of both branches.
    package init(map: [String: Tensor], text: [String: Tensor]) {
      self.map = map
      self.text = text
    }
  }

  /// That of label maps.
  package let map: Branch
  /// That of texts.
  package let text: Branch
  /// Tokens of label maps: a ``Networks/MaskEncoder`` with weights.
  package let mapEncoder: LoadedNetwork
  /// Width and height of the label maps that ``mapEncoder`` reads, which latents need not have.
  package var mapSize: Int { Int(Double(mapEncoder.network.inputShape[0]).squareRoot()) }
  /// Tokens of texts.
  package let texts: TextContext
  /// The autoencoder.
  package let codec: LatentCodec
  /// What the branches' results are.
  package let kind: Prediction.Kind
  /// What the files that hold the networks say differently.
  package let conflicts: [MergeConflict]
  /// The levels of noise that the branches were trained on.
  package let schedule: NoiseSchedule

  /// Joins networks.
  ///
  /// - Throws: nothing for latent diffusion's schedule.
  package init(
    map: Branch, text: Branch, mapEncoder: LoadedNetwork, texts: TextContext, codec: LatentCodec,
    kind: Prediction.Kind, conflicts: [MergeConflict] = []
  ) throws {
    self.map = map
    self.text = text
    self.mapEncoder = mapEncoder
    self.texts = texts
    self.codec = codec
    self.kind = kind
    self.conflicts = conflicts
    schedule = try .latentDiffusion
  }

  /// The same with other denoisers, which were taught an image; what weighs them stays.
  ///
  /// - Throws: `GraphError`.
  func replacingDenoisers(map: LoadedNetwork, text: LoadedNetwork) throws -> CollaborativeModel {
    try CollaborativeModel(
      map: Branch(denoiser: map, diffuser: self.map.diffuser?.network),
      text: Branch(denoiser: text, diffuser: self.text.diffuser?.network),
      mapEncoder: mapEncoder, texts: texts, codec: codec, kind: kind, conflicts: conflicts)
  }

  /// Which files its networks were read from, how many tensors these have differently, and one of them.
  package var notes: [String] {
    let files = [
      WeightFile.summary(
        of: [map.denoiser.network, text.denoiser.network, mapEncoder].map(\.weights))
    ]
    guard let first = conflicts.first else { return files }
    return files + ["\(conflicts.count) tensors of the files differ, for example: \(first)"]
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    let networks = [map.denoiser.network, text.denoiser.network, mapEncoder].map(\.weights.identity)
    return "collaborative=\(networks.joined(separator: ",")) output=\(kind.rawValue) "
      + "arithmetic=\(mapEncoder.arithmetic.name) \(texts.fingerprint) \(codec.fingerprint)"
  }

  /// The inputs of label maps and texts.
  ///
  /// - Parameters:
  ///   - maps: what the map's branch reads, one an image.
  ///   - texts: one an image.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: one condition an image.
  /// - Throws: `GraphError` for tokens that are not finite.
  package func conditions(
    maps: [LabelMapCondition], texts: [String], workers: Workers
  ) throws -> [Condition] {
    let mapTokens = try mapEncoder.map(maps.count, workers: workers) {
      maps[$0].planes
    } read: { _, result in
      let tokens = result(Graph.mainOutput)
      return tokens.planar(shape: [tokens.channels, tokens.pixels, 1])
    }
    let textTokens = try self.texts(texts, workers: workers)
    return maps.indices.map { index in
      Condition(
        map: ["context": mapTokens[index], "map": maps[index].map],
        text: ["context": textTokens[index]])
    }
  }

  /// Computes what all steps of a group read of its conditions.
  ///
  /// - Throws: `GraphError` for values that are not finite.
  package func prepared(_ conditions: [Condition], workers: Workers) throws -> Preparation {
    Preparation(
      map: try map.prepared(conditions.map(\.map), workers: workers),
      text: try text.prepared(conditions.map(\.text), workers: workers))
  }

  /// What a branch says of latents.
  ///
  /// - Parameters:
  ///   - samples: `[Z, s, s]` each.
  ///   - timestep: of the 1000 of training.
  ///   - modality: whose branch.
  ///   - preparation: of the same images.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: a prediction for each latent.
  /// - Throws: `GraphError` for a result that is not finite.
  package func predictions(
    of samples: [Tensor], at timestep: Int, by modality: Modality, _ preparation: Preparation,
    workers: Workers
  ) throws -> [Prediction] {
    let (branch, own) =
      modality == .map ? (map, preparation.map.denoiser) : (text, preparation.text.denoiser)
    return try branch.denoiser.results(
      Self.inputs(samples, timestep), conditions: own, workers: workers
    ).map { Prediction(kind, $0) }
  }

  /// How much the label map matters in latents; nil without networks that weigh.
  ///
  /// - Throws: `GraphError` for a result that is not finite.
  package func influences(
    on samples: [Tensor], at timestep: Int, _ preparation: Preparation, workers: Workers
  ) throws -> [Influence]? {
    guard let mapDiffuser = map.diffuser, let textDiffuser = text.diffuser else { return nil }
    let inputs = Self.inputs(samples, timestep)
    let maps = try mapDiffuser.results(
      inputs, conditions: preparation.map.diffuser, workers: workers)
    let texts = try textDiffuser.results(
      inputs, conditions: preparation.text.diffuser, workers: workers)
    return zip(maps, texts).map { Influence(logits: $0, $1) }
  }

  private static func inputs(_ samples: [Tensor], _ timestep: Int) -> [[String: Tensor]] {
    let moment = Tensor(shape: [1], values: [Float(timestep)])
    return samples.map { ["latent": $0, "timestep": moment] }
  }
}

/// How much a label map and a text matter, by pixel.
///
/// Source: `ziqihuangg/Collaborative-Diffusion`, `ldm/models/diffusion/ddim_compose.py`.
package struct Influence: Sendable {
  /// The label map's share of each pixel, `[s, s]`, 0…1; the text has the rest.
  package var map: Tensor

  /// The shares by two logits.
  ///
  /// - Parameters:
  ///   - map: the label map's, `[1, s, s]`.
  ///   - text: the text's, `[1, s, s]`.
  package init(logits map: Tensor, _ text: Tensor) {
    var shares = Tensor(shape: Array(map.shape.suffix(2)))
    for index in shares.values.indices {
      let difference = Double(text.values[index]) - Double(map.values[index])
      shares.values[index] = Float(1 / (1 + Elementary.exponential(difference)))
    }
    self.map = shares
  }

  /// The same share everywhere.
  package init(share: Float, rows: Int, columns: Int) {
    map = Tensor(shape: [rows, columns], repeating: share)
  }

  /// The text's shares.
  package var text: Tensor {
    Tensor(shape: map.shape, values: map.values.map { 1 - $0 })
  }

  /// The mean share of the label map.
  package var mean: Double {
    map.values.reduce(0) { $0 + Double($1) } / Double(map.count)
  }

  /// The mean everywhere.
  package var leveled: Influence {
    Influence(share: Float(mean), rows: map.shape[0], columns: map.shape[1])
  }

  /// The released code's second weighting, which the paper does not have: the label map matters more the noisier the
  /// image is.
  ///
  ///     m ← m·k,  τ ← 1 − m,  m ← 2m,  both divided by their sum;   k = (cos((1 − t/1000)·π) + 1) / 2
  ///
  /// - Parameter timestep: of the 1000 of training.
  /// - Returns: the shares that are used.
  package func reweighted(at timestep: Int) -> Influence {
    let factor = Self.factor(at: timestep)
    var result = self
    for index in result.map.values.indices {
      let share = Double(map.values[index]) * factor
      result.map.values[index] = Float(2 * share / (1 + share))
    }
    return result
  }

  /// k of a timestep.
  package static func factor(at timestep: Int) -> Double {
    (Elementary.cosine((1 - Double(timestep) / 1000) * .pi) + 1) / 2
  }
}
