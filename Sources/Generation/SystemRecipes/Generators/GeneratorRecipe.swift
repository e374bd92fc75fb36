import Checkpoints
import Foundation
import Graphs
import Kernels
import Models
import Networks
import Recipes
import Systems
import Tensors
import Training

/// The compact generator of faces: an encoder anchors it first, then a critic sharpens it.
///
/// In the first part faces go through an encoder's vectors and back, which makes codes that faces can be found in and
/// vectors of which random ones make faces. In the second part the generator makes faces of random vectors too, and learns
/// by pairs of a real and a made one which of them looks more real; gradients of the critic are held small on both.
///
/// Sources: Karras et al., arXiv 1912.04958; Huang et al., "The GAN is dead; long live the GAN! A Modern Baseline GAN",
/// arXiv 2501.05441 (pairs, penalties on both sides).
///
/// - Deviation: both sides of the second part learn in one step, from the networks as they are before it; penalties are
///   differences along the critic's own gradient, see ``GradientPenalty``.
package struct GeneratorRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = StyleGAN2.compact.synthesis.name
  /// What it is for and what it learns.
  package let summary =
    "The compact generator of `ddgi`: 64-pixel faces of ten codes, made of random vectors or found by an encoder."
  /// The faces that it is trained on.
  package var data: String { faces.text + ", half of them mirrored whenever they are seen" }
  /// Steps and hyperparameters of the first part.
  package let plan: TrainingPlan
  /// Steps and hyperparameters of the second part.
  private let sharpening: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan
  /// Random vectors whose codes' mean is written.
  private let meanCount: Int

  /// Chooses lengths, batches and faces.
  package init(
    steps: Int = 3000, sharpeningSteps: Int = 6000, batchSize: Int = 16,
    faces: SyntheticTrainingSet.Plan = .shared, meanCount: Int = 10_000
  ) {
    self.faces = faces
    self.meanCount = meanCount
    func plan(
      _ steps: Int, seed: UInt64, beta1: Float, peak: Float, minimum: Float, emaDecay: Float
    ) -> TrainingPlan {
      TrainingPlan(
        steps: steps, batchSize: batchSize, seed: seed,
        optimizer: .adam(beta1: beta1, beta2: 0.99),
        schedule: .cosine(
          peak: peak, warmupSteps: min(100, steps / 4), totalSteps: steps, minimum: minimum),
        emaDecay: emaDecay, filterArithmetic: .fast)
    }
    self.plan = plan(
      steps, seed: 167, beta1: 0.9, peak: 2e-3, minimum: 5e-4, emaDecay: 0.995)
    sharpening = plan(
      sharpeningSteps, seed: 173, beta1: 0, peak: 2e-3, minimum: 3e-4, emaDecay: 0.998)
  }

  /// Synthesis and mapping.
  package var networks: [any PublishedNetwork] {
    [StyleGAN2.compact.synthesis, StyleGAN2.compact.mapping]
  }
  /// Both plans in words.
  package var hyperparameters: String {
    "\(plan.description); then \(sharpening.description), penalties of "
      + "\(GeneratorSharpening.penaltyWeight) every \(GeneratorSharpening.penaltyInterval) steps"
  }
  /// The generator, and the encoder that only the card asks.
  private var encoderFile: String { "\(name).encoder" }

  /// Trains in two parts, and writes mapping, synthesis and the mean code.
  ///
  /// A sample is a picture of `[3, 64, 64]`, and in the second part a random vector `[128]` besides.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let parts = try GeneratorParts(.compact)
    let (first, second) = ("\(name).first", "\(name).second")
    let anchor = "\(name)-anchor"
    let anchored =
      try environment.finished(anchor, plan, in: first)
      ?? GeneratorAnchoring(name: anchor, parts: parts, plan: plan)
      .run(on: faces, to: first, in: environment)
    let sharpened =
      try environment.finished(name, sharpening, in: second)
      ?? GeneratorSharpening(name: name, parts: parts, plan: sharpening)
      .run(
        on: faces,
        from: Dictionary(
          uniqueKeysWithValues: tensors(
            [parts.mapping, parts.synthesis, parts.encoder], in: first, environment)),
        to: second, in: environment)
    try write(second, parts, in: environment)
    for file in [first, second] { unlink(environment.path(file)) }
    return [anchored, sharpened]
  }

  /// Writes the generator with its mean code, and the encoder by itself.
  private func write(
    _ learned: String, _ parts: GeneratorParts, in environment: TrainingEnvironment
  ) throws {
    let mapping = StyleGAN2.compact.mapping
    let mean = try LoadedNetwork(
      mapping, checkpoint: OpenCheckpoint(environment.path(learned)),
      ignoring: mapping.ignorableCheckpointPrefixes + ["encoder."]
    ).meanCode(
      of: meanCount, width: StyleGAN2.compact.configuration.codeWidth,
      workers: environment.workers)
    let metadata = environment.metadata(sharpening)
    let generator = try tensors([parts.mapping, parts.synthesis], in: learned, environment)
    try environment.write(
      generator + [(StyleGAN2.meanName, mean)], metadata: metadata, to: fileNames[0])
    try environment.write(
      try tensors([parts.encoder], in: learned, environment), metadata: metadata, to: encoderFile)
  }

  /// What a part's file has of some graphs.
  private func tensors(
    _ graphs: [Graph], in file: String, _ environment: TrainingEnvironment
  ) throws -> [(name: String, tensor: Tensor)] {
    let checkpoint = try Checkpoint.open(path: environment.path(file))
    return try graphs.flatMap(\.trainableParameters).compactMap { parameter in
      try checkpoint[parameter.name].map { (parameter.name, try $0.tensor()) }
    }
  }

  /// Measures what it makes of random vectors, and whether faces can be found in its codes.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try evaluation(in: environment).metrics()
  }

  /// Faces of random vectors, and faces found in codes.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try evaluation(in: environment).pictures()
  }

  private func evaluation(in environment: TrainingEnvironment) throws -> GeneratorEvaluation {
    try GeneratorEvaluation(
      generator: environment.path(fileNames[0]), encoder: environment.path(encoderFile),
      workers: environment.workers)
  }
}
