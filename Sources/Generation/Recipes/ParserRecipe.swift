import Checkpoints
import Faces
import Foundation
import Graphs
import Images
import Kernels
import Metrics
import Models
import Networks
import Tensors
import Training

/// The face parser: learns the class of every pixel, first from those that are hard, then from all of them
/// with more weight on what is thin.
package struct ParserRecipe: Recipe {
  package let name = CompactNetworks.biSeNet.name
  package let purpose = "Label maps for accuracy and mIoU: trained on drawn faces and their maps."
  package var material: String { faces.text }
  package let plan: TrainingPlan
  private let refinement: TrainingPlan
  private let faces: StudyFaces.Plan

  /// Chooses length, batches and faces of the training.
  package init(
    steps: Int = 2400, refiningSteps: Int = 1000, batchSize: Int = 16,
    faces: StudyFaces.Plan = .shared
  ) {
    self.faces = faces
    func plan(_ steps: Int, peak: Float, seed: UInt64) -> TrainingPlan {
      TrainingPlan(
        steps: steps, batchSize: batchSize, seed: seed, rule: .adamW(decay: 0.02),
        schedule: .cosine(peak: peak, warmUp: steps / 20, steps: steps, final: 1e-5),
        greatestNorm: 5, averageDecay: 0.995)
    }
    self.plan = plan(steps, peak: 3e-3, seed: 107)
    refinement = plan(refiningSteps, peak: 1.5e-3, seed: 127)
  }

  package var rules: String { "\(plan.description); then \(refinement.description)" }

  /// Weights of the classes when all pixels count: a pixel of an earring or a necklace is worth more than
  /// its uncertainty takes away, since the mean over classes counts them like hair.
  private static let weights: [Float] = {
    var weights = [Float](repeating: 1, count: ConfusionMatrix.faceClasses)
    weights[Int(Label.earring)] = 2.5
    weights[Int(Label.necklace)] = 3
    return weights
  }()

  package func train(_ kitchen: Kitchen) throws -> [LossCurve] {
    let faces = try kitchen.faces(self.faces)
    let first = "\(name).first"
    let firstCurve =
      try kitchen.finished(name, plan, in: first)
      ?? train(
        name, plan, CrossEntropy(hardExamples: CrossEntropy.HardExamples()), on: faces,
        from: nil, to: first, kitchen)
    let learned = try Checkpoint.open(path: kitchen.path(first))
      .bind(to: Graph(tracing: CompactNetworks.biSeNet).parameters)
    let refinedCurve = try train(
      "\(name)-refinement", refinement, CrossEntropy(weights: Self.weights), on: faces,
      from: learned, to: fileNames[0], kitchen)
    unlink(kitchen.path(first))
    return [firstCurve, refinedCurve]
  }

  /// One part of the training.
  private func train(
    _ part: String, _ plan: TrainingPlan, _ loss: CrossEntropy, on faces: StudyFaces,
    from learned: [String: Tensor]?, to file: String, _ kitchen: Kitchen
  ) throws -> LossCurve {
    let graph = try Graph(tracing: CompactNetworks.biSeNet)
    let training = try Apprenticeship(
      part, graphs: [graph], beginning: learned, plan: plan, kitchen: kitchen)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let source = StudyBatches<[Int32]>(
      faces: faces, variation: Variation(), workers: kitchen.workers
    ) { _, labels, _ in labels.samples.map(Int32.init) }
    let curve = try training.run(on: source) { batch, state in
      program.fill(batch.pictures)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, statistics: state.statistics)
      let measured = loss.measure(
        program.values(of: Graph.mainOutput), targets: batch.targets.flatMap(\.self),
        addingTo: program.gradients(of: Graph.mainOutput), workers: training.workers)
      program.backward(into: state.gradients)
      return measured.loss
    }
    try kitchen.write(
      training.tensors(of: graph), note: kitchen.note(plan, learned == nil ? curve : nil), to: file)
    training.finish()
    return curve
  }

  // MARK: Judging

  private static let judgedFaces = 400

  package func figures(_ kitchen: Kitchen) throws -> [Figure] {
    let network = try LoadedNetwork(
      CompactNetworks.biSeNet, checkpoint: kitchen.path(fileNames[0]))
    let portraits = kitchen.workers.map(Self.judgedFaces) { number, _ in
      Portrait(World.test.scene(number, seed: 3), size: StudyFaces.drawnSide)
    }
    let matrices = try network.map(portraits.count, workers: kitchen.workers) {
      try Preprocessing.compact128.apply(portraits[$0].image)
    } read: { index, result in
      let logits = result(Graph.mainOutput)
      let found = Raster(
        width: logits.columns, height: logits.rows, channels: 1,
        samples: logits.largestChannels().map { UInt8($0) })
      var matrix = ConfusionMatrix()
      try matrix.add(
        groundTruth: StudyFaces.reduced(portraits[index]).labels, prediction: found)
      return matrix
    }
    var total = ConfusionMatrix()
    for matrix in matrices { try total.merge(matrix) }
    let classes = total.intersectionOverUnion.enumerated().compactMap { index, value in
      value.map { "\(LabelOrder.celebAMaskHQ.classes[index]) \(Int($0 * 1000))" }
    }
    let material = "\(Self.judgedFaces) faces of the test world, label maps of 128×128"
    return [
      Figure(
        name: "mIoU", value: MeanIntersectionOverUnion.agg19.score(of: total) ?? 0, floor: 0.85,
        material: "\(material); thousandths by class: \(classes.joined(separator: ", "))"),
      Figure(
        name: "pixel accuracy", value: total.accuracy ?? 0, floor: 0.96, material: material),
    ]
  }
}
