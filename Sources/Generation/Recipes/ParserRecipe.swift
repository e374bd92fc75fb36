import Checkpoints
import Faces
import Foundation
import Gradients
import Graphs
import Images
import Kernels
import Metrics
import Models
import Networks
import Objectives
import Tensors
import Training

/// The face parser: learns the class of every pixel, first from those that are hard, then from all of them
/// with more weight on what is thin.
package struct ParserRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.biSeNet.name
  /// What it is for and what it learns.
  package let summary = "Label maps for accuracy and mIoU: trained on drawn faces and their maps."
  /// The faces that it is trained on.
  package var data: String { faces.text }
  /// Steps and hyperparameters of the first part.
  package let plan: TrainingPlan
  private let refinement: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 2400, refiningSteps: Int = 1000, batchSize: Int = 16,
    faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    func plan(_ steps: Int, peak: Float, seed: UInt64) -> TrainingPlan {
      TrainingPlan(
        steps: steps, batchSize: batchSize, seed: seed, optimizer: .adamW(weightDecay: 0.02),
        schedule: .cosine(peak: peak, warmupSteps: steps / 20, totalSteps: steps, minimum: 1e-5),
        maximumGradientNorm: 5, emaDecay: 0.995)
    }
    self.plan = plan(steps, peak: 3e-3, seed: 107)
    refinement = plan(refiningSteps, peak: 1.5e-3, seed: 127)
  }

  /// Both plans in words.
  package var hyperparameters: String { "\(plan.description); then \(refinement.description)" }

  /// Weights of the classes when all pixels count: a pixel of an earring or a necklace is worth more than
  /// its uncertainty takes away, since the mean over classes counts them like hair.
  private static let weights: [Float] = {
    var weights = [Float](repeating: 1, count: ConfusionMatrix.faceClasses)
    weights[Int(Label.earring)] = 2.5
    weights[Int(Label.necklace)] = 3
    return weights
  }()

  /// Trains the parser in two parts and writes it.
  ///
  /// A sample is a picture of `[128, 128, 3]` and its label map of `[128, 128]`, classes 0…18.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let first = "\(name).first"
    let firstCurve =
      try environment.finished(name, plan, in: first)
      ?? train(
        name, plan, CrossEntropy(hardExamples: CrossEntropy.HardExamples()), on: faces,
        from: nil, to: first, in: environment)
    let learned = try Checkpoint.open(path: environment.path(first))
      .bind(to: Graph(tracing: CompactNetworks.biSeNet).parameters)
    let refinedCurve = try train(
      "\(name)-refinement", refinement, CrossEntropy(weights: Self.weights), on: faces,
      from: learned, to: fileNames[0], in: environment)
    unlink(environment.path(first))
    return [firstCurve, refinedCurve]
  }

  /// One part of the training.
  private func train(
    _ part: String, _ plan: TrainingPlan, _ loss: CrossEntropy, on faces: SyntheticTrainingSet,
    from learned: [String: Tensor]?, to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(tracing: CompactNetworks.biSeNet)
    let training = try TrainingSession(
      part, graphs: [graph], initialValues: learned, plan: plan, environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let source = SyntheticBatches<[Int32]>(
      faces: faces, variation: Variation(), workers: environment.workers
    ) { _, labels, _ in labels.samples.map(Int32.init) }
    let curve = try training.run(on: source) { batch, state in
      program.fill(batch.pictures)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
      let measured = loss.measure(
        program.values(of: Graph.mainOutput), targets: batch.targets.flatMap(\.self),
        addingTo: program.gradients(of: Graph.mainOutput), workers: training.workers)
      program.backward(into: state.gradients)
      return measured.loss
    }
    try environment.write(
      training.tensors(of: graph),
      metadata: environment.metadata(plan, learned == nil ? curve : nil), to: file)
    training.removeCheckpoint()
    return curve
  }

  // MARK: Evaluation

  private static let evaluatedFaces = 400

  /// Mean IoU and pixel accuracy on faces of the test world, 0…1 each.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let network = try LoadedNetwork(
      CompactNetworks.biSeNet, checkpoint: environment.path(fileNames[0]))
    let portraits = environment.workers.map(Self.evaluatedFaces) { number, _ in
      Portrait(World.test.scene(number, seed: 3), size: SyntheticTrainingSet.drawnSide)
    }
    let matrices = try network.map(portraits.count, workers: environment.workers) {
      try Preprocessing.compact128.apply(portraits[$0].image)
    } read: { index, result in
      let logits = result(Graph.mainOutput)
      let found = Raster(
        width: logits.columns, height: logits.rows, channels: 1,
        samples: logits.largestChannels().map { UInt8($0) })
      var matrix = ConfusionMatrix()
      try matrix.add(
        groundTruth: SyntheticTrainingSet.reduced(portraits[index]).labels, prediction: found)
      return matrix
    }
    var total = ConfusionMatrix()
    for matrix in matrices { try total.merge(matrix) }
    let classes = total.intersectionOverUnion.enumerated().compactMap { index, value in
      value.map { "\(LabelOrder.celebAMaskHQ.classes[index]) \(Int($0 * 1000))" }
    }
    let data = "\(Self.evaluatedFaces) faces of the test world, label maps of 128×128"
    return [
      HeldOutMetric(
        name: "mIoU", value: MeanIntersectionOverUnion.agg19.score(of: total) ?? 0, minimum: 0.85,
        data: "\(data); thousandths by class: \(classes.joined(separator: ", "))"),
      HeldOutMetric(
        name: "pixel accuracy", value: total.accuracy ?? 0, minimum: 0.96, data: data),
    ]
  }
}
