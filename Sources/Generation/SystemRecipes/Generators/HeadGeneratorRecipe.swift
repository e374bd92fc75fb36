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

/// The compact generator of heads that can be turned: each head of the train world has a code of its own, which is learned
/// with the networks from views of the head.
///
/// Sources: Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022, for the networks;
/// Bojanowski et al., "Optimizing the Latent Space of Generative Networks", arXiv 1707.05776, for codes that are learned.
///
/// - Deviation: the paper's generator learns against a critic from single views of many people; here several views of a
///   head are known, so pictures tell what to make.
package struct HeadGeneratorRecipe: Recipe {
  /// Name of the file.
  package let name = CompactNetworks.headPlanes.synthesis.name
  /// What it is for and what it learns.
  package let summary =
    "The compact generator of `ddgi` in three dimensions: 64-pixel heads of eight codes, seen from any side."
  /// The faces that it is trained on.
  package var data: String {
    "\(heads.count) heads of the train world, from another side whenever they are seen"
  }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  /// The plan, and how large the pictures are.
  package var hyperparameters: String {
    "\(plan.description); the first \(coarseSteps) steps see pictures of half the side"
  }
  private let coarseSteps: Int
  private let heads: SyntheticTrainingSet.Plan

  /// Chooses length, how many of the steps see smaller pictures, batches and heads.
  package init(
    steps: Int = 6000, coarseSteps: Int = 4500, batchSize: Int = 8,
    heads: SyntheticTrainingSet.Plan = SyntheticTrainingSet.Plan(people: 750, photos: 2)
  ) {
    self.coarseSteps = coarseSteps
    self.heads = heads
    plan = TrainingPlan(
      steps: steps, batchSize: batchSize, seed: 199,
      optimizer: .adam(beta1: 0.9, beta2: 0.99),
      schedule: .cosine(
        peak: 2e-3, warmupSteps: min(100, steps / 4), totalSteps: steps, minimum: 1e-4),
      emaDecay: 0.998, filterArithmetic: .fast)
  }

  /// Planes, mapping and decoder.
  package var networks: [any PublishedNetwork] {
    [
      CompactNetworks.headPlanes.synthesis, CompactNetworks.headPlanes.mapping,
      CompactNetworks.headDecoder,
    ]
  }
  /// The codes of the heads, which only the card asks.
  private var codeFile: String { "\(name).codes" }

  /// Trains the networks and the heads' codes, and writes the networks with the mean code.
  ///
  /// A sample is a head, a view of it `[3, 64, 64]` with its cover, and a ray a pixel.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let learned = "\(name).first"
    let curve =
      try environment.finished(name, plan, in: learned)
      ?? HeadTraining(name: name, plan: plan, coarseSteps: coarseSteps, heads: heads).run(
        to: learned, in: environment)
    let checkpoint = try Checkpoint.open(path: environment.path(learned))
    let codes = try checkpoint.tensor(named: HeadTraining.codes).tensor()
    let generator = checkpoint.tensors.filter { $0.name != HeadTraining.codes }
    let mapping = CompactNetworks.headPlanes.mapping
    let width = codes.shape[1]
    let mapped = try LoadedNetwork(
      mapping, checkpoint: OpenCheckpoint(environment.path(learned)),
      ignoring: mapping.ignorableCheckpointPrefixes + ["decoder.", HeadTraining.codes]
    ).vectors(codes.shape[0], workers: environment.workers) { head in
      Tensor(shape: [width], values: Array(codes.values[head * width..<(head + 1) * width]))
    }
    var mean = [Double](repeating: 0, count: width)
    for code in mapped {
      for place in code.indices { mean[place] += Double(code[place]) / Double(mapped.count) }
    }
    let metadata = environment.metadata(plan)
    try environment.write(
      generator.map { ($0.name, try $0.tensor()) } + [
        (StyleGAN2.meanName, Tensor(shape: [width], values: mean.map { Float($0) }))
      ], metadata: metadata, to: fileNames[0])
    try environment.write([(HeadTraining.codes, codes)], metadata: metadata, to: codeFile)
    unlink(environment.path(learned))
    return [curve]
  }

  /// Measures how near views are to heads, and whether a head is one person from every side.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try evaluation(in: environment).metrics()
  }

  /// Heads from five sides.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try evaluation(in: environment).pictures()
  }

  private func evaluation(in environment: TrainingEnvironment) throws -> HeadEvaluation {
    try HeadEvaluation(
      generator: environment.path(fileNames[0]), codes: environment.path(codeFile), heads: heads,
      workers: environment.workers)
  }
}
