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
import Training

/// The compact diffusion that DDGI reads: faces by text first, then copies of its way down that learn to add what a label
/// map or a scribble says, while it stays as it is.
///
/// Source: Zhang et al., "Adding Conditional Control to Text-to-Image Diffusion Models", ICCV 2023, section 3;
/// `lllyasviel/ControlNet`, `cldm/cldm.py`.
///
/// - Deviation: the velocity is predicted, on pixels; averages of the weights are kept; texts are read by the compact CLIP.
package struct ControlNetRecipe: Recipe {
  /// Name of the file.
  package let name = CompactNetworks.controlName
  /// What it is for and what it learns.
  package let summary =
    "The compact diffusion of the system `ddgi`, and its `controlnet` rows: 64-pixel faces by text, and by text with a "
    + "label map or a scribble."
  /// The faces that it is trained on.
  package var data: String {
    faces.text + ", half of them mirrored, a tenth of them without a caption"
  }
  /// Steps and hyperparameters of the part without hints.
  package var plan: TrainingPlan { plans.base }
  private let plans: (base: TrainingPlan, mask: TrainingPlan, scribble: TrainingPlan)
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses the lengths of the parts, the batches and the faces.
  package init(
    baseSteps: Int = 2400, maskSteps: Int = 1500, scribbleSteps: Int = 1200, batchSize: Int = 32,
    faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    func plan(_ steps: Int, seed: UInt64) -> TrainingPlan {
      .diffusion(steps: steps, batchSize: batchSize, seed: seed)
    }
    plans = (
      plan(baseSteps, seed: 179), plan(maskSteps, seed: 181), plan(scribbleSteps, seed: 191)
    )
  }

  /// The diffusion with either kind of hint.
  package var networks: [any PublishedNetwork] {
    CompactNetworks.Hint.allCases.map { CompactNetworks.controlled(by: $0) }
  }

  /// All plans in words.
  package var hyperparameters: String {
    let hints = CompactNetworks.Hint.allCases.map { hint in
      "\(hint.rawValue): \(plan(for: hint).description)"
    }
    return (["without hints: \(plans.base.description)"] + hints).joined(separator: "; ")
  }

  private func plan(for hint: CompactNetworks.Hint) -> TrainingPlan {
    hint == .mask ? plans.mask : plans.scribble
  }

  private var baseFile: String { "\(name)-base.part" }
  private func file(_ hint: CompactNetworks.Hint) -> String { "\(name)-\(hint.rawValue).part" }

  /// Trains the diffusion by text, then what each kind of hint adds, and writes all of them as one file.
  ///
  /// A sample is a noisy face of `[3, 64, 64]`, its timestep, the tokens `[128, 40, 1]` of a caption, and a hint of
  /// `[H, 64, 64]`.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let material = try ControlMaterial(faces, in: environment)
    let base =
      try environment.finished("\(name)-base", plans.base, in: baseFile)
      ?? trainBase(on: material, in: environment)
    let learned = try Checkpoint.open(path: environment.path(baseFile))
    let hints = try CompactNetworks.Hint.allCases.map { hint in
      try environment.finished("\(name)-\(hint.rawValue)", plan(for: hint), in: file(hint))
        ?? train(hint, from: learned, on: material, in: environment)
    }
    let parts = [baseFile] + CompactNetworks.Hint.allCases.map(file)
    try environment.write(
      parts.flatMap { part in
        try Checkpoint.open(path: environment.path(part)).tensors.map {
          ($0.name, try $0.tensor())
        }
      }, metadata: ["plan": hyperparameters], to: fileNames[0])
    for part in parts { unlink(environment.path(part)) }
    return [base] + hints
  }

  private func trainBase(
    on material: ControlMaterial, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(
      tracing: PrefixedNetwork(
        part: CompactNetworks.controlledBase, prefix: ControlledUNet.locked))
    let training = try TrainingSession(
      "\(name)-base", graphs: [graph],
      initialValues: graph.zeros(of: ["out_layers.3.weight", "proj_out.weight", "out.2.weight"]),
      plan: plans.base, environment: environment)
    let curve = try run(training, graph, hint: nil, on: material)
    try environment.write(
      training.tensors(of: graph), metadata: environment.metadata(plans.base, curve),
      to: baseFile)
    training.removeCheckpoint()
    return curve
  }

  /// Trains what a kind of hint adds; the diffusion stays, bit for bit.
  private func train(
    _ hint: CompactNetworks.Hint, from base: Checkpoint, on material: ControlMaterial,
    in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(tracing: CompactNetworks.controlled(by: hint))
    let training = try TrainingSession(
      "\(name)-\(hint.rawValue)", graphs: [graph],
      initialValues: try Self.initialValues(of: graph, hint, from: base),
      frozen: "\(ControlledUNet.locked).", plan: plan(for: hint), environment: environment)
    let curve = try run(training, graph, hint: hint, on: material)
    try environment.write(
      training.tensors(of: graph).filter { $0.name.hasPrefix("\(hint.control).") },
      metadata: environment.metadata(plan(for: hint), curve), to: file(hint))
    training.removeCheckpoint()
    return curve
  }

  /// The diffusion as it was learned, a copy of its way down, and zeros where the copy joins it and where the hint
  /// joins the copy.
  private static func initialValues(
    of graph: Graph, _ hint: CompactNetworks.Hint, from base: Checkpoint
  ) throws -> [String: Tensor] {
    var values: [String: Tensor] = [:]
    let zeros = ["zero_convs.", "middle_block_out.", "input_hint_block.4."].map {
      "\(hint.control).\($0)"
    }
    for parameter in graph.trainableParameters {
      let name = parameter.name
      let copied = name.replacing("\(hint.control).", with: "\(ControlledUNet.locked).")
      if let learned = try base[copied]?.tensor() {
        values[name] = learned
      } else if zeros.contains(where: name.hasPrefix) {
        values[name] = Tensor(shape: parameter.shape)
      }
    }
    return values
  }

  private func run(
    _ training: TrainingSession, _ graph: Graph, hint: CompactNetworks.Hint?,
    on material: ControlMaterial
  ) throws -> LossCurve {
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    return try training.run(on: material.source) { samples, state in
      try program.fill(named: try material.inputs(of: samples, hint: hint))
      program.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      // Towards the end every timestep counts alike, so that little noise does not stay as grain.
      let loss = DenoisingLoss(limitsSignal: state.step < training.plan.steps / 2)
        .measure(samples, by: program)
      program.backward(into: state.gradients)
      return loss
    }
  }

  /// Measures how well faces of the test world are found behind noise, and whether samples obey their hints.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try ControlNetEvaluation(file: environment.path(fileNames[0]), workers: environment.workers)
      .metrics()
  }

  /// Faces by text and hint.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try ControlNetEvaluation(file: environment.path(fileNames[0]), workers: environment.workers)
      .pictures()
  }
}

/// What a controlled diffusion is learned from: faces, captions, hints.
struct ControlMaterial {
  /// Noisy faces.
  let source: NoisyLatents
  private let context: TextContext
  private let workers: Workers
  /// One caption in so many is left out.
  private static let silence = 10

  /// Opens faces.
  ///
  /// - Throws: errors of files and of the embedded text tower.
  init(_ plan: SyntheticTrainingSet.Plan, in environment: TrainingEnvironment) throws {
    workers = environment.workers
    source = NoisyLatents(
      picturesOf: try SyntheticTrainingSet(plan, in: environment),
      size: CompactNetworks.invertedSize,
      on: try .cosine(), workers: environment.workers)
    context = try .ofProgram(tokens: CompactNetworks.controlTokens)
  }

  /// One of a face's captions.
  func caption(of face: Int, seed: UInt64) -> String {
    var random = SplitMix64(seed: seed)
    return MultiModalCaption.text(
      source.faces.traits(face), index: random.nextIndex(below: MultiModalCaption.count),
      seed: random.next())
  }

  /// What the network reads of samples.
  ///
  /// - Parameters:
  ///   - samples: noisy faces.
  ///   - hint: the kind that is read; nil for none.
  /// - Returns: named inputs, one set a sample.
  /// - Throws: `GraphError` for tokens that are not finite.
  func inputs(
    of samples: [NoisyLatents.Sample], hint: CompactNetworks.Hint?
  ) throws -> [[String: Tensor]] {
    let faces = source.faces
    let texts = samples.map { sample in
      var random = SplitMix64(seed: sample.seed)
      let isSilent = random.nextIndex(below: Self.silence) == 0
      return isSilent ? "" : caption(of: sample.face, seed: random.next())
    }
    let contexts = try context(texts, workers: workers)
    return try workers.map(samples.count) { index, _ in
      let sample = samples[index]
      var inputs = [
        "latent": sample.latent, "timestep": sample.timestep, "context": contexts[index],
      ]
      if let hint {
        inputs["hint"] = try hint.planes(
          of: faces.labels(sample.face, isMirrored: sample.isMirrored), seed: sample.seed)
      }
      return inputs
    }
  }
}

extension CompactNetworks.Hint {
  /// Side at which scribbles are drawn.
  private static let drawnSide = 256

  /// A hint by a label map.
  ///
  /// - Parameters:
  ///   - labels: classes 0…18, any size.
  ///   - seed: of the strokes.
  /// - Returns: `[H, 64, 64]`.
  /// - Throws: `SystemError` for a class that there is not.
  func planes(of labels: Raster, seed: UInt64) throws -> Tensor {
    switch self {
    case .mask:
      try maskPlanes(labels)
    case .scribble:
      scribblePlane(Self.drawnScribble(of: labels, seed: seed))
    }
  }

  /// A scribble as the face world draws it, from a label map of any size.
  static func drawnScribble(of labels: Raster, seed: UInt64) -> Raster {
    Scribble.draw(
      labels.resized(width: drawnSide, height: drawnSide, filter: .nearest),
      seed: UInt32(truncatingIfNeeded: seed))
  }
}
