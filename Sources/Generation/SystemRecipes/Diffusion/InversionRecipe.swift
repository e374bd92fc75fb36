import Checkpoints
import Faces
import Foundation
import Gradients
import Graphs
import Kernels
import Models
import Networks
import Recipes
import Systems
import Tensors
import Training

/// DDGI's compact networks: M finds codes of the faces themselves first, then T learns to bring what codes make to what
/// the diffusion model would have made.
///
/// Source: Kim et al., "Diffusion-driven GAN Inversion for Multi-Modal Face Image Generation", CVPR 2024, sections 3.2 and
/// 3.3, equations 5 and 6; weights of losses from `eladrich/pixel2style2pixel`, `options/train_options.py`.
///
/// - Deviation: the paper does not say how both trainings take turns: M first, then T, each with the other one as it is;
///   nor at which steps features are taken: at four of the eight of a chain. Label maps and scribbles take turns, so one
///   pair of networks serves both. For heads a third network learns beside M how they stand, and pictures are those of heads
///   before gray.
package struct InversionRecipe: Recipe {
  /// What codes are found for.
  package enum Target: Sendable {
    /// The compact generator of pictures.
    case pictures
    /// The compact generator of heads.
    case heads
  }

  /// What the trainings leave out: rows (b), (c) and (d) of the paper's Table 2.
  package enum Ablation: String, CaseIterable, Sendable {
    /// Attention in T.
    case attention
    /// The real faces: M and the persons, too, learn from what the diffusion model makes.
    case faces
    /// What the diffusion model makes: T, too, learns from the real faces.
    case diffusion
  }

  /// Name of the file.
  package var name: String {
    codes.name + (ablation.map { "-without-\($0.rawValue)" } ?? "")
  }
  /// What it is for and what it learns.
  package var summary: String {
    "DDGI's mapping and modulation networks: what the compact diffusion sees becomes codes of the compact generator of "
      + (target == .pictures ? "pictures" : "heads, and how a head stands")
      + (ablation.map { "; trained without \($0.rawValue), for comparison." } ?? ".")
  }
  /// The faces that it is trained on.
  package var data: String { faces.text + ", half of them mirrored, with captions" }
  /// Steps and hyperparameters of M.
  package var plan: TrainingPlan { plans.mapping }
  private let plans: (mapping: TrainingPlan, modulation: TrainingPlan)
  private let target: Target
  private let ablation: Ablation?
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses the generator, what is left out, the lengths of the parts, the faces of a batch and the faces.
  package init(
    _ target: Target = .pictures, without ablation: Ablation? = nil, mappingSteps: Int = 1900,
    modulationSteps: Int = 1600, batchSize: Int = 4, faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.target = target
    self.ablation = ablation
    self.faces = faces
    func plan(_ steps: Int, seed: UInt64) -> TrainingPlan {
      .diffusion(
        steps: steps, batchSize: batchSize, seed: seed, warmupSteps: 100, emaDecay: 0.995)
    }
    plans = (plan(mappingSteps, seed: 193), plan(modulationSteps, seed: 197))
  }

  private var codes: InversionNetworks {
    target == .pictures ? CompactNetworks.inversion : CompactNetworks.headInversion
  }

  /// M and T, and for heads what finds how they stand.
  package var networks: [any PublishedNetwork] {
    [codes.mapping, codes.modulation] + (target == .heads ? [CompactNetworks.headStance] : [])
  }

  /// Both plans in words.
  package var hyperparameters: String {
    "mapping: \(plans.mapping.description); modulation: \(plans.modulation.description)"
  }

  private var mappingFile: String { "\(name)-mapping.part" }

  /// Trains M, then T, and writes both as one file.
  ///
  /// A sample is a face `[3, 64, 64]` with its caption, its hint and the noise that a chain begins with.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let material = try InversionMaterial(
      faces, target.generator(in: environment), keepsPersons: ablation != .faces, in: environment)
    let part = "\(name)-mapping"
    let mapping =
      try environment.finished(part, plans.mapping, in: mappingFile)
      ?? trainMapping(part, on: material, in: environment)
    let (curve, tensors) = try trainModulation(on: material, in: environment)
    let learned = try Checkpoint.open(path: environment.path(mappingFile)).tensors.map {
      let isStance = $0.name.hasPrefix(Self.stancePrefix)
      return (isStance ? $0.name : "\(CodeFinder.mappingPart).\($0.name)", try $0.tensor())
    }
    try environment.write(
      learned + tensors.map { ("\(CodeFinder.modulationPart).\($0.name)", $0.tensor) },
      metadata: ["plan": hyperparameters], to: fileNames[0])
    unlink(environment.path(mappingFile))
    return [mapping, curve]
  }

  private static let stancePrefix = HeadFinder.stancePart + "."

  /// The last layers begin at 0: the mean code, which nothing modulates.
  private static func initialValues(of graph: Graph) -> [String: Tensor] {
    graph.zeros(of: ["linear.weight"])
  }

  private func trainMapping(
    _ part: String, on material: InversionMaterial, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(tracing: codes.mapping)
    let stance = target == .heads ? try Graph(tracing: Self.stance) : nil
    let graphs = [graph] + (stance.map { [$0] } ?? [])
    let training = try TrainingSession(
      part, graphs: graphs,
      initialValues: graphs.reduce(into: [:]) { values, graph in
        values.merge(Self.initialValues(of: graph)) { first, _ in first }
      }, plan: plans.mapping, environment: environment)
    let capacity = plan.batchSize * InversionMaterial.seenSteps.count
    let program = try training.program(
      graph, outputs: [Graph.mainOutput], capacity: capacity)
    let stances = try stance.map {
      try training.program($0, outputs: [Graph.mainOutput], capacity: capacity)
    }
    let judge = try CodeObjective(material.generator, capacity: capacity, environment)
    let curve = try training.run(on: material.source) { samples, state in
      let seen = try material.seen(samples, at: state.step)
      let middles = seen.features.map(\.middle)
      program.fill(middles)
      program.forward(count: middles.count, parameters: state.parameters)
      let found = program.vectors(of: Graph.mainOutput, count: middles.count)
      let measured = try judge.measure(
        found.map { ModulatedCodes(mean: material.generator.mean, mapped: $0) },
        like: ablation == .faces ? seen.made : seen.faces)
      program.setGradients(of: Graph.mainOutput, measured.gradients)
      program.backward(into: state.gradients)
      let ofStances = stances.map {
        Self.learn(seen.faces.map(\.view), from: middles, $0, state)
      }
      return measured.loss + (ofStances ?? 0)
    }
    try environment.write(
      graphs.flatMap { training.tensors(of: $0) },
      metadata: environment.metadata(plans.mapping, curve), to: mappingFile)
    training.removeCheckpoint()
    return curve
  }

  private static var stance: some Network {
    PrefixedNetwork(part: CompactNetworks.headStance, prefix: HeadFinder.stancePart)
  }

  /// Adds the gradient of how far found stances are from the true ones, as a mean of squares.
  private static func learn(
    _ views: [HeadView], from middles: [Tensor], _ program: GradientProgram, _ state: TrainingState
  ) -> Double {
    program.fill(middles)
    program.forward(count: middles.count, parameters: state.parameters)
    let differences = zip(program.vectors(of: Graph.mainOutput, count: middles.count), views).map {
      zip($0, $1.stance).map { $0 - $1 }
    }
    let count = Float(differences.count * differences[0].count)
    program.setGradients(
      of: Graph.mainOutput, differences.map { $0.map { 2 * $0 / count } })
    program.backward(into: state.gradients)
    return differences.joined().reduce(0.0) { $0 + Double($1 * $1) } / Double(count)
  }

  private func trainModulation(
    on material: InversionMaterial, in environment: TrainingEnvironment
  ) throws -> (LossCurve, [(name: String, tensor: Tensor)]) {
    let mapping = try LoadedNetwork(
      codes.mapping, checkpoint: OpenCheckpoint(environment.path(mappingFile)),
      ignoring: [Self.stancePrefix])
    let graph = try Graph(tracing: codes.modulation)
    let training = try TrainingSession(
      name, graphs: [graph], initialValues: Self.initialValues(of: graph),
      plan: plans.modulation, environment: environment)
    let capacity = plan.batchSize * InversionMaterial.seenSteps.count
    let outputs = [Graph.mainOutput, StyleModulation.shift]
    let program = try training.program(graph, outputs: outputs, capacity: capacity)
    let judge = try CodeObjective(material.generator, capacity: capacity, environment)
    let size = codes.configuration.featureSize
    let attention: DiffusionFeatures.Attention = ablation == .attention ? .none : .maps
    let curve = try training.run(on: material.source) { samples, state in
      let seen = try material.seen(samples, at: state.step)
      let count = seen.features.count
      let mapped = try mapping.vectors(count, workers: environment.workers) {
        seen.features[$0].middle
      }
      try program.fill(
        named: environment.workers.map(count) { index, _ in
          seen.features[index].modulationInputs(
            size: size, words: seen.words[index], attention: attention)
        })
      program.forward(count: count, parameters: state.parameters)
      let found = outputs.map { program.vectors(of: $0, count: count) }
      let codes = (0..<count).map {
        ModulatedCodes(
          mean: material.generator.mean, mapped: mapped[$0],
          modulation: ModulatedCodes.Modulation(scale: found[0][$0], shift: found[1][$0]))
      }
      let measured = try judge.measure(
        codes, like: ablation == .diffusion ? seen.faces : seen.made)
      let slopes = zip(codes, measured.gradients).compactMap { $0.gradient($1).modulation }
      program.setGradients(of: outputs[0], slopes.map(\.scale))
      program.setGradients(of: outputs[1], slopes.map(\.shift))
      program.backward(into: state.gradients)
      return measured.loss
    }
    let tensors = training.tensors(of: graph)
    training.removeCheckpoint()
    return (curve, tensors)
  }

  /// Measures whether what is made obeys hints and keeps the person.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try evaluation(in: environment).metrics()
  }

  /// Faces by text and hint through codes.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try evaluation(in: environment).pictures()
  }

  private func evaluation(in environment: TrainingEnvironment) throws -> InversionEvaluation {
    try InversionEvaluation(
      CompositeFile(environment.path(fileNames[0]), layout: .inversion), codes,
      target.generator(in: environment), in: environment)
  }
}

extension InversionRecipe.Target {
  /// The frozen generator, as it was trained in a folder or as it is in the program.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, `FileError`.
  fileprivate func generator(in environment: TrainingEnvironment) throws -> CodedGenerator {
    switch self {
    case .pictures:
      .pictures(
        try FaceGenerator(
          .compact, checkpoint: environment.file(of: StyleGAN2.compact.synthesis.name),
          workers: environment.workers))
    case .heads:
      .heads(
        try HeadGenerator(
          checkpoint: environment.file(of: CompactNetworks.headPlanes.synthesis.name)))
    }
  }
}

extension GradientProgram {
  /// A result's values, one vector an image.
  fileprivate func vectors(of output: String, count: Int) -> [[Float]] {
    let values = values(of: output)
    return (0..<count).map { values.image($0, of: count).pixelValues() }
  }

  /// Sets the gradients of a result, one vector an image.
  fileprivate func setGradients(of output: String, _ vectors: [[Float]]) {
    gradients(of: output).setAll { vectors[$0][$1] }
  }
}
