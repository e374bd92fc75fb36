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
import Recipes
import Tensors
import Training

/// The U-Net of the compact systems that diffuse in pixels: learns to take noise off faces, without any condition.
///
/// It learns at half of its size first, where a step costs a quarter, then at its own. Its result is the velocity: small
/// networks that predict the noise leave a cast of color on what they make from noise alone, since an error there is
/// divided by √ᾱ, 0.006 at the last timestep.
///
/// Source: Nichol and Dhariwal, arXiv 2102.09672 (learned variance); Salimans and Ho, arXiv 2202.00512 (velocity);
/// Hang et al., "Efficient Diffusion Training via Min-SNR Weighting Strategy", arXiv 2303.09556 (weights).
///
/// - Deviation: the bound of the variance counts 0.1, not 1, so that the trunk serves the picture.
package struct UNetRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.unet.name
  /// What it is for and what it learns.
  package let summary =
    "The U-Net of the compact systems `sdg` and `diffusionclip`: a diffusion of 64-pixel faces that knows no condition."
  /// The faces that it is trained on.
  package var data: String { faces.text + ", half of them mirrored whenever they are seen" }
  /// Steps and hyperparameters of the first part, at half of the size.
  package let plan: TrainingPlan
  /// Steps and hyperparameters of the second part.
  private let refinement: TrainingPlan
  /// Steps and hyperparameters of the third part, in which little noise is seen more often.
  private let polish: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 6600, batchSize: Int = 64, refiningSteps: Int = 4800, refiningBatchSize: Int = 32,
    polishingSteps: Int = 2400,
    faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    func plan(
      _ steps: Int, _ batchSize: Int, peak: Float, minimum: Float, warmup: Int, seed: UInt64
    ) -> TrainingPlan {
      .diffusion(
        steps: steps, batchSize: batchSize, seed: seed, peak: peak, minimum: minimum,
        warmupSteps: warmup, filterArithmetic: .exact)
    }
    self.plan = plan(steps, batchSize, peak: 1e-3, minimum: 5e-4, warmup: 300, seed: 137)
    refinement = plan(
      refiningSteps, refiningBatchSize, peak: 5e-4, minimum: 2e-5, warmup: 100, seed: 139)
    polish = plan(
      polishingSteps, refiningBatchSize, peak: 4e-4, minimum: 1e-5, warmup: 50, seed: 141)
  }

  /// The network.
  package var networks: [any PublishedNetwork] { [CompactNetworks.unet] }
  /// All plans in words.
  package var hyperparameters: String {
    "\(plan.description); then \(refinement.description); then \(polish.description), half of the "
      + "timesteps below \(NoisyFaces.littleNoise)"
  }

  /// Trains the network in three parts.
  ///
  /// A sample is a noisy picture of `[3, S, S]` and its timestep; the loss is the weighted mean squared error of the
  /// velocity and the bound of the variance.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let (first, second) = ("\(name).first", "\(name).second")
    let size = CompactNetworks.unetSize
    func learned(_ file: String) throws -> [String: Tensor] {
      try Checkpoint.open(path: environment.path(file))
        .bind(to: try Graph(tracing: CompactNetworks.unet).parameters)
    }
    let firstCurve =
      try environment.finished(name, plan, in: first)
      ?? train(name, plan, on: faces, size: size / 2, from: nil, to: first, in: environment)
    let refining = "\(name)-refinement"
    let secondCurve =
      try environment.finished(refining, refinement, in: second)
      ?? train(
        refining, refinement, on: faces, size: size, from: learned(first), to: second,
        in: environment)
    let thirdCurve = try train(
      "\(name)-polish", polish, on: faces, size: size, from: learned(second), to: fileNames[0],
      in: environment)
    for file in [first, second] { unlink(environment.path(file)) }
    return [firstCurve, secondCurve, thirdCurve]
  }

  /// One part of the training.
  ///
  /// - Parameters:
  ///   - part: its name, for messages and checkpoints.
  ///   - plan: steps and hyperparameters.
  ///   - faces: what is learned from.
  ///   - size: of the pictures.
  ///   - learned: what the part before ended with; nil draws first values.
  ///   - file: name of the file that is written.
  ///   - environment: threads, folder and reports.
  /// - Returns: the loss curve.
  /// - Throws: as ``train(in:)``.
  private func train(
    _ part: String, _ plan: TrainingPlan, on faces: SyntheticTrainingSet, size: Int,
    from learned: [String: Tensor]?, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(tracing: CompactNetworks.unet(size: size))
    let training = try TrainingSession(
      part, graphs: [graph],
      initialValues: learned
        ?? graph.zeros(of: ["out_layers.3.weight", "proj_out.weight", "out.2.weight"]),
      plan: plan, environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let isPolish = file == fileNames[0]
    let source = try NoisyFaces(
      faces: faces, size: size, favorsLittleNoise: isPolish, workers: environment.workers)
    // From the middle of the second part every timestep counts alike: held down, little noise stays as grain.
    let leveling = learned == nil ? Int.max : isPolish ? 0 : plan.steps / 2
    let curve = try training.run(on: source) { samples, state in
      try program.fill(named: samples.map(\.inputs))
      program.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      let loss = DenoisingLoss(limitsSignal: state.step < leveling)
      let values = program.values(of: Graph.mainOutput)
      let gradients = program.gradients(of: Graph.mainOutput)
      let total = samples.enumerated().reduce(0.0) { sum, sample in
        let rows = sample.offset * size..<(sample.offset + 1) * size
        return sum
          + loss.measure(
            values.rows(rows), sample.element, addingTo: gradients.rows(rows),
            weight: 1 / Double(samples.count))
      }
      program.backward(into: state.gradients)
      return total / Double(samples.count)
    }
    try environment.write(
      training.tensors(of: graph),
      metadata: environment.metadata(plan, isPolish ? nil : curve),
      to: file)
    training.removeCheckpoint()
    return curve
  }

  /// Measures how well it finds noise, inverts faces and makes new ones.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let network = try LoadedNetwork(
      CompactNetworks.unet, checkpoint: environment.path(fileNames[0]))
    return try UNetEvaluation(network, workers: environment.workers).metrics()
  }

  /// Faces that the network makes from noise alone, and faces that it inverts.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    let network = try LoadedNetwork(
      CompactNetworks.unet, checkpoint: environment.path(fileNames[0]))
    return try UNetEvaluation(network, workers: environment.workers).pictures()
  }
}
