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

/// The compact generator of heads that can be turned: an encoder finds a head's code in its front, and views of the head
/// from other sides tell what to make of it.
///
/// Source: Chan et al., "Efficient Geometry-aware 3D Generative Adversarial Networks", CVPR 2022, for the networks.
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
    "\(heads.count) heads of the train world, each from its front and \(sides) other sides"
  }
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  /// The plan, and how large the pictures are.
  package var hyperparameters: String {
    "\(plan.description); the first \(coarseSteps) steps see pictures of half the side"
  }
  private let coarseSteps: Int
  private let sides: Int
  /// Heads whose codes' mean is written.
  private let meanCount = 1000
  private let heads: SyntheticTrainingSet.Plan

  /// Chooses length, how many of the steps see smaller pictures, batches, sides of a head and heads.
  package init(
    steps: Int = 10_000, coarseSteps: Int = 7000, batchSize: Int = 16, sides: Int = 8,
    heads: SyntheticTrainingSet.Plan = SyntheticTrainingSet.Plan(people: 3000, photos: 1)
  ) {
    self.coarseSteps = coarseSteps
    self.sides = sides
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
  /// The encoder, which only the card asks.
  private var encoderFile: String { "\(name).encoder" }

  /// Trains the networks, and writes the generator with the mean code and the encoder by itself.
  ///
  /// A sample is a head's front `[3, 64, 64]`, a view of it `[3, 64, 64]` with its cover, and a ray a pixel.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let learned = "\(name).first"
    let curve =
      try environment.finished(name, plan, in: learned)
      ?? HeadTraining(name: name, plan: plan, coarseSteps: coarseSteps, heads: heads, sides: sides)
      .run(
        to: learned, in: environment)
    let checkpoint = try Checkpoint.open(path: environment.path(learned))
    let isEncoder = { (name: String) in name.hasPrefix("encoder.") }
    let found = try HeadEncoder(environment.path(learned)).codes(
      of: environment.workers.map(min(meanCount, heads.count)) { [heads] head, _ in
        TurnedHeads.front(of: heads.scene(head))
      }, workers: environment.workers)
    let mapping = CompactNetworks.headPlanes.mapping
    let width = CompactNetworks.headPlanes.configuration.codeWidth
    let mapped = try LoadedNetwork(
      mapping, checkpoint: OpenCheckpoint(environment.path(learned)),
      ignoring: mapping.ignorableCheckpointPrefixes + ["decoder.", "encoder."]
    ).vectors(found.count, workers: environment.workers) {
      Tensor(shape: [width], values: found[$0])
    }
    var mean = [Double](repeating: 0, count: width)
    for code in mapped {
      for place in code.indices { mean[place] += Double(code[place]) / Double(mapped.count) }
    }
    let metadata = environment.metadata(plan)
    func tensors(_ isWanted: (String) -> Bool) throws -> [(name: String, tensor: Tensor)] {
      try checkpoint.tensors.filter { isWanted($0.name) }.map { ($0.name, try $0.tensor()) }
    }
    try environment.write(
      tensors { !isEncoder($0) } + [
        (StyleGAN2.meanName, Tensor(shape: [width], values: mean.map { Float($0) }))
      ], metadata: metadata, to: fileNames[0])
    try environment.write(tensors(isEncoder), metadata: metadata, to: encoderFile)
    unlink(environment.path(learned))
    return [curve]
  }

  /// Measures how near views are to heads that the training has not seen, and whether a head is one person from every side.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try evaluation(in: environment).metrics()
  }

  /// Such heads from five sides.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try evaluation(in: environment).pictures()
  }

  private func evaluation(in environment: TrainingEnvironment) throws -> HeadEvaluation {
    try HeadEvaluation(
      generator: environment.path(fileNames[0]), encoder: environment.path(encoderFile),
      workers: environment.workers)
  }
}
