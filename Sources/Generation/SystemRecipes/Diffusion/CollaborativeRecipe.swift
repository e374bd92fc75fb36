import Checkpoints
import Diffusion
import Faces
import Foundation
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Pipelines
import Recipes
import Systems
import Tensors
import Texts
import Training

/// Collaborative Diffusion's compact networks: a latent diffusion by text, from which that of the label map goes on, and
/// the two small networks that weigh them.
///
/// Source: Huang et al., arXiv 2304.10530, sections 3.2 and 3.3; `ziqihuangg/Collaborative-Diffusion`, `configs/`.
///
/// - Deviation: the map's branch begins with what the text's has learned; both predict the velocity, which mixes as the
///   noise does; the map's branch also reads the map itself, since tokens say where things are only after far more faces; texts are read by
///   the compact CLIP; averages of the weights are kept.
package struct CollaborativeRecipe: Recipe {
  /// Name of the system's file.
  package let name = CompactNetworks.collaborativeName
  /// What it is for and what it learns.
  package let summary =
    "The compact system `collaborative`: two latent diffusions of 128-pixel faces, by label map and by text of "
    + "beard and age, and the networks that weigh them by pixel and timestep."
  /// The faces that it is trained on.
  package var data: String {
    faces.text + ", half of them mirrored, with captions of beard and age"
  }
  /// Steps and hyperparameters of the text's branch at first.
  package var plan: TrainingPlan { plans.start }
  private let plans: Plans
  private let faces: SyntheticTrainingSet.Plan

  private struct Plans {
    let start, text, map, textDetails, mapDetails, diffusers: TrainingPlan
  }

  /// Chooses the lengths of the parts, the batches and the faces; each branch learns details for as long.
  package init(
    startSteps: Int = 5000, textSteps: Int = 4000, mapSteps: Int = 3600, detailSteps: Int = 7000,
    diffuserSteps: Int = 1600, batchSize: Int = 16, faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    func plan(
      _ steps: Int, peak: Float, minimum: Float, seed: UInt64, decay: Float
    ) -> TrainingPlan {
      .diffusion(
        steps: steps, batchSize: batchSize, seed: seed, peak: peak, minimum: minimum,
        emaDecay: decay)
    }
    plans = Plans(
      start: plan(startSteps, peak: 1e-3, minimum: 5e-4, seed: 151, decay: 0.999),
      text: plan(textSteps, peak: 6e-4, minimum: 2e-5, seed: 157, decay: 0.999),
      map: plan(mapSteps, peak: 1e-3, minimum: 2e-5, seed: 173, decay: 0.999),
      textDetails: plan(detailSteps, peak: 6e-4, minimum: 1e-5, seed: 179, decay: 0.999),
      mapDetails: plan(detailSteps, peak: 6e-4, minimum: 1e-5, seed: 181, decay: 0.999),
      diffusers: plan(diffuserSteps, peak: 2e-3, minimum: 2e-5, seed: 163, decay: 0.99))
  }

  /// The branches, what makes tokens of label maps, and the networks that weigh.
  package var networks: [any PublishedNetwork] {
    [
      CompactNetworks.mapBranch, CompactNetworks.textBranch, CompactNetworks.mapDiffuser,
      CompactNetworks.textDiffuser, CompactNetworks.mapEncoder,
    ]
  }

  /// All plans in words.
  package var hyperparameters: String {
    "text: \(plans.start.description), then \(plans.text.description); map: "
      + "\(plans.map.description); each then with pixels near eyes, glasses, brows and mouths weighed higher and timesteps in the middle drawn more often: "
      + "\(plans.textDetails.description), \(plans.mapDetails.description); weights: "
      + "\(plans.diffusers.description)"
  }

  /// Names of the parts that wait for the others; the last ones of both branches favor ``FaceDetails``.
  private enum Part: String, CaseIterable {
    case start, text, map
    case textDetails = "text-details"
    case mapDetails = "map-details"
    case diffusers

    var isMap: Bool { self == .map || self == .mapDetails }
    var favorsDetails: Bool { self == .textDetails || self == .mapDetails }
    /// The part whose result a branch goes on from.
    var before: Part? {
      switch self {
      case .start, .diffusers: nil
      case .text: .start
      case .map, .textDetails: .text
      case .mapDetails: .map
      }
    }
  }

  private func file(_ part: Part) -> String { "\(name)-\(part.rawValue).part" }

  /// Trains the text's branch, then the map's, then what weighs them, and writes all of them as one file.
  ///
  /// A sample is a noisy latent of `[4, 32, 32]`, its timestep, the face's label map at 32 pixels and the tokens
  /// `[128, 32, 1]` of a caption.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let material = try Material(faces, in: environment)
    var curves: [LossCurve] = []
    for (part, plan) in [
      (Part.start, plans.start), (.text, plans.text), (.map, plans.map),
      (.textDetails, plans.textDetails), (.mapDetails, plans.mapDetails),
    ] {
      curves.append(
        try self.part(part, plan, in: environment) {
          try trainBranch(part, plan, on: material, in: environment)
        })
    }
    curves.append(
      try part(.diffusers, plans.diffusers, in: environment) {
        try trainDiffusers(on: material, in: environment)
      })
    try join(in: environment)
    for part in Part.allCases { unlink(environment.path(file(part))) }
    return curves
  }

  private func part(
    _ part: Part, _ plan: TrainingPlan, in environment: TrainingEnvironment,
    train: () throws -> LossCurve
  ) throws -> LossCurve {
    try environment.finished("\(name)-\(part.rawValue)", plan, in: file(part)) ?? train()
  }

  // MARK: Branches

  /// A label map's branch and what makes tokens of the map, which learn together.
  private struct MapDrivenBranch: Network {
    static let encoder = "encoder"
    let branch = CompactNetworks.mapBranch
    var name: String { branch.name }
    var inputs: [NetworkInput] {
      let encoder = CompactNetworks.mapEncoder
      return branch.inputs.filter { $0.name != "context" }
        + [NetworkInput("planes", shape: encoder.inputShape)]
    }

    func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
      let context = CompactNetworks.mapEncoder.describe(scope[Self.encoder], inputs["planes"])
      return branch.describe(
        scope,
        inputs.forPart([
          "latent": inputs["latent"], "timestep": inputs["timestep"], "map": inputs["map"],
          "context": context,
        ]))
    }
  }

  /// What makes tokens of label maps, where the part's file has it.
  private struct MapTokens: SingleInputNetwork {
    var name: String { CompactNetworks.mapEncoder.name }
    var inputShape: [Int] { CompactNetworks.mapEncoder.inputShape }

    func describe(_ scope: Scope, _ input: Value) -> Value {
      CompactNetworks.mapEncoder.describe(scope[MapDrivenBranch.encoder], input)
    }
  }

  /// Trains a branch's part, which goes on from what the part before it has learned.
  private func trainBranch(
    _ part: Part, _ plan: TrainingPlan, on material: Material, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let isMap = part.isMap
    let network: any Network = isMap ? MapDrivenBranch() : CompactNetworks.textBranch
    let begun = try part.before.map { try Checkpoint.open(path: environment.path(file($0))) }
    let graph = try Graph(tracing: network)
    let training = try TrainingSession(
      "\(name)-\(part.rawValue)", graphs: [graph],
      initialValues: try Self.initialValues(of: graph, from: begun), plan: plan,
      environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let source = try material.source(favoringDetails: part.favorsDetails)
    let curve = try training.run(on: source) { samples, state in
      let contexts = isMap ? [] : try material.texts(of: samples)
      let inputs = try samples.enumerated().map { index, sample in
        let own =
          isMap ? try material.map(of: sample).inputs : ["context": contexts[index]]
        return own.merging(["latent": sample.latent, "timestep": sample.timestep]) { $1 }
      }
      try program.fill(named: inputs)
      program.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      // Towards the end every timestep counts alike, so that little noise does not stay as grain.
      let loss = DenoisingLoss(limitsSignal: part == .start || state.step < plan.steps / 2)
        .measure(samples, by: program)
      program.backward(into: state.gradients)
      return loss
    }
    try environment.write(
      training.tensors(of: graph), metadata: environment.metadata(plan, curve), to: file(part))
    training.removeCheckpoint()
    return curve
  }

  /// What a part begins with: residual blocks that pass their input through, and what the part before has learned.
  ///
  /// Channels of the first layer that the part before does not have begin at 0, so that the map changes nothing yet.
  private static func initialValues(
    of graph: Graph, from begun: Checkpoint?
  ) throws -> [String: Tensor] {
    var values = graph.zeros(of: ["out_layers.3.weight", "proj_out.weight", "out.2.weight"])
    guard let begun else { return values }
    for parameter in graph.parameters {
      guard let learned = try begun[parameter.name]?.tensor() else { continue }
      values[parameter.name] =
        learned.shape == parameter.shape ? learned : learned.widened(to: parameter.shape)
    }
    return values
  }

  // MARK: Weights

  /// Trains both diffusers on mixtures of what the branches say, which stay as they are.
  private func trainDiffusers(
    on material: Material, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let plan = plans.diffusers
    let graphs = try [
      Graph(tracing: PrefixedNetwork(part: CompactNetworks.mapDiffuser, prefix: Part.map.rawValue)),
      Graph(
        tracing: PrefixedNetwork(part: CompactNetworks.textDiffuser, prefix: Part.text.rawValue)),
    ]
    var initial: [String: Tensor] = [:]
    for graph in graphs {
      initial.merge(try Self.initialValues(of: graph, from: nil)) { $1 }
    }
    let training = try TrainingSession(
      "\(name)-diffusers", graphs: graphs, initialValues: initial, plan: plan,
      environment: environment)
    let programs = try graphs.map { try training.program($0, outputs: [Graph.mainOutput]) }
    let branches = try Branches(self, environment)
    let curve = try training.run(on: material.source(favoringDetails: false)) { samples, state in
      let count = samples.count
      let maps = try samples.map { try material.map(of: $0) }
      let conditions = try branches.conditions(
        maps, texts: try material.texts(of: samples), workers: environment.workers)
      let found = try branches.velocities(samples, conditions, workers: environment.workers)
      for (program, own) in zip(programs, [conditions.map(\.map), conditions.map(\.text)]) {
        try program.fill(
          named: samples.enumerated().map { index, sample in
            own[index].filter { $0.key == "context" }
              .merging(["latent": sample.latent, "timestep": sample.timestep]) { $1 }
          })
        program.forward(count: count, parameters: state.parameters, buffers: state.statistics)
      }
      let loss = DenoisingLoss(limitsSignal: true)
      var total = 0.0
      for (index, sample) in samples.enumerated() {
        let mixture = MixtureLoss(
          map: found.map[index], text: found.text[index], sample: sample,
          weight: loss.weight(at: sample.level))
        total += mixture.measure(
          logits: programs.map { $0.values(of: Graph.mainOutput).image(index, of: count) },
          addingTo: programs.map { $0.gradients(of: Graph.mainOutput).image(index, of: count) },
          weight: 1 / Double(count))
      }
      for program in programs { program.backward(into: state.gradients) }
      return total / Double(count)
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) }, metadata: environment.metadata(plan, curve),
      to: file(.diffusers))
    training.removeCheckpoint()
    return curve
  }

  /// The trained branches of the parts' files.
  private struct Branches {
    private let map, text, encoder: LoadedNetwork

    init(_ recipe: CollaborativeRecipe, _ environment: TrainingEnvironment) throws {
      let mapFile = try OpenCheckpoint(environment.path(recipe.file(.mapDetails)))
      map = try LoadedNetwork(
        CompactNetworks.mapBranch, checkpoint: mapFile, ignoring: ["\(MapDrivenBranch.encoder)."])
      encoder = try LoadedNetwork(
        MapTokens(), checkpoint: mapFile,
        ignoring: ["time_embed.", "input_blocks.", "middle_block.", "output_blocks.", "out."])
      text = try LoadedNetwork(
        CompactNetworks.textBranch, checkpoint: environment.path(recipe.file(.textDetails)))
    }

    func conditions(
      _ maps: [LabelMapCondition], texts: [Tensor], workers: Workers
    ) throws -> [CollaborativeModel.Condition] {
      let tokens = try encoder.map(maps.count, workers: workers) {
        maps[$0].planes
      } read: { _, result in
        let tokens = result(Graph.mainOutput)
        return tokens.planar(shape: [tokens.channels, tokens.pixels, 1])
      }
      return maps.indices.map {
        CollaborativeModel.Condition(
          map: ["context": tokens[$0], "map": maps[$0].map], text: ["context": texts[$0]])
      }
    }

    func velocities(
      _ samples: [NoisyLatents.Sample], _ conditions: [CollaborativeModel.Condition],
      workers: Workers
    ) throws -> (map: [Tensor], text: [Tensor]) {
      func found(
        _ network: LoadedNetwork, _ inputs: @escaping @Sendable (Int) -> [String: Tensor]
      ) throws -> [Tensor] {
        try network.map(samples.count, workers: workers) { index in
          inputs(index).merging([
            "latent": samples[index].latent, "timestep": samples[index].timestep,
          ]) { $1 }
        } read: { _, result in
          let map = result(Graph.mainOutput)
          return map.planar(shape: [map.channels, map.rows, map.columns])
        }
      }
      return (try found(map) { conditions[$0].map }, try found(text) { conditions[$0].text })
    }
  }

  // MARK: The file

  /// Writes all parts under the names that the published composite file has.
  private func join(in environment: TrainingEnvironment) throws {
    func tensors(
      _ part: Part, _ rename: (String) -> String
    ) throws -> [(name: String, tensor: Tensor)] {
      try Checkpoint.open(path: environment.path(file(part))).tensors.map {
        (rename($0.name), try $0.tensor())
      }
    }
    let all =
      try tensors(.mapDetails) { name in
        let own = "\(MapDrivenBranch.encoder)."
        return name.hasPrefix(own)
          ? "cond_stage_model.seg_mask_cond_stage_model.\(name.dropFirst(own.count))"
          : "model.seg_mask_unet.diffusion_model.\(name)"
      } + tensors(.textDetails) { "model.text_unet.diffusion_model.\($0)" }
      + tensors(.diffusers) { name in
        let isMap = name.hasPrefix("\(Part.map.rawValue).")
        let rest = name.dropFirst((isMap ? Part.map : .text).rawValue.count + 1)
        return "model.\(isMap ? "seg_mask" : "text")_confidence_predictor.diffusion_model.\(rest)"
      }
    try environment.write(all, metadata: ["plan": hyperparameters], to: fileNames[0])
  }

  /// Measures how well each branch and their mixture find the noise of faces of the test world.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try CollaborativeEvaluation(file: fileNames[0], in: environment).metrics()
  }

  /// Faces by label map and caption.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try CollaborativeEvaluation(file: fileNames[0], in: environment).pictures()
  }
}

/// What is learned from: latents, label maps, captions.
private struct Material {
  private let latents: LatentSet
  private let captions: [String]
  private let context: TextContext
  private let workers: Workers

  init(_ plan: SyntheticTrainingSet.Plan, in environment: TrainingEnvironment) throws {
    let faces = try SyntheticTrainingSet(plan, in: environment)
    workers = environment.workers
    latents = try LatentSet(faces, by: environment.codec(), in: environment)
    captions = environment.workers.map(faces.count) { sample, _ in
      DialogCaption.beardAndAge(faces.traits(sample), seed: UInt64(sample)).lowercased()
    }
    context = try .ofProgram()
  }

  /// Noisy latents, where pixels near details may count more.
  func source(favoringDetails: Bool) throws -> NoisyLatents {
    try NoisyLatents(
      latents, favorsDetails: favoringDetails, favorsMiddle: favoringDetails, workers: workers)
  }

  /// The tokens of the samples' captions.
  func texts(of samples: [NoisyLatents.Sample]) throws -> [Tensor] {
    try context(samples.map { captions[$0.face] }, workers: workers)
  }

  /// A sample's label map.
  func map(of sample: NoisyLatents.Sample) throws -> LabelMapCondition {
    try LabelMapCondition(
      latents.faces.labels(sample.face, isMirrored: sample.isMirrored),
      side: latents.shape[1], classes: CompactNetworks.mapClasses)
  }
}

extension LabelMapCondition {
  fileprivate var inputs: [String: Tensor] { ["planes": planes, "map": map] }
}

/// The loss of a mixture of two velocities by the logits that weigh them.
///
/// With `m` the map's share of a pixel, `dL/da = m (1 − m) Σ_c dL/dv_c (v_map − v_text)_c` for the map's logit `a`, and
/// the opposite for the text's.
private struct MixtureLoss {
  let map: Tensor
  let text: Tensor
  let sample: NoisyLatents.Sample
  /// What the velocity's error counts.
  let weight: Double

  func measure(
    logits: [MapView], addingTo gradients: [MapView], weight share: Double
  ) -> Double {
    let (pixels, count) = (logits[0].pixels, map.count)
    let channels = count / pixels
    var total = 0.0
    let influence = Influence(
      logits: logits[0].planar(shape: [1, logits[0].rows, logits[0].columns]),
      logits[1].planar(shape: [1, logits[1].rows, logits[1].columns]))
    var slopes = [Float](repeating: 0, count: pixels)
    for pixel in 0..<pixels {
      let m = influence.map.values[pixel]
      var slope: Float = 0
      for channel in 0..<channels {
        let place = channel * pixels + pixel
        let difference = map.values[place] - text.values[place]
        let error = text.values[place] + m * difference - sample.velocity.values[place]
        total += Double(error) * Double(error)
        slope += error * difference
      }
      slopes[pixel] = Float(2 * weight * share / Double(count)) * m * (1 - m) * slope
    }
    for (gradient, sign) in zip(gradients, [Float(1), -1]) {
      gradient.withMutableValues { values in
        for pixel in 0..<pixels { values[pixel * gradient.pixelStride] += sign * slopes[pixel] }
      }
    }
    return weight * total / Double(count)
  }
}

extension Tensor {
  /// A filter `[O, I, H, W]` with more input channels, which begin at 0.
  fileprivate func widened(to shape: [Int]) -> Tensor {
    var wide = Tensor(shape: shape)
    let (inner, outer) = (count / self.shape[0], wide.count / shape[0])
    for output in 0..<min(self.shape[0], shape[0]) {
      for place in 0..<min(inner, outer) {
        wide.values[output * outer + place] = values[output * inner + place]
      }
    }
    return wide
  }
}
