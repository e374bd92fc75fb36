import Checkpoints
import Essentials
import Foundation
import Graphs
import Kernels
import Tensors
import Training

/// Networks that learn together, their parameters in one block, and the loop with its checkpoints.
final class Apprenticeship {
  let plan: TrainingPlan
  let state: TrainingState
  let workers: Workers
  private let name: String
  private let kitchen: Kitchen

  /// Seconds between checkpoints; which steps they fall on changes no bit.
  private static let checkpointInterval = 60.0
  /// Points of a loss curve.
  private static let curvePoints = 240

  /// Draws the first values.
  ///
  /// - Parameters:
  ///   - name: of the recipe, for messages and the checkpoint's file.
  ///   - graphs: whose parameters are learned; no two share a name.
  ///   - others: parameters of losses, with their first values.
  ///   - beginning: values that an earlier part of the training ended with; nil draws them.
  ///   - plan: steps and rules; its seed draws the first values.
  ///   - kitchen: threads and folder.
  /// - Throws: `GraphError` if values do not fit their parameters.
  init(
    _ name: String, graphs: [Graph], others: [(ParameterSpecification, Tensor)] = [],
    beginning: [String: Tensor]? = nil, plan: TrainingPlan, kitchen: Kitchen
  ) throws {
    self.name = name
    self.plan = plan
    self.kitchen = kitchen
    workers = kitchen.workers
    var initial = Dictionary(
      others.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
    for graph in graphs {
      initial.merge(Initialization.values(of: graph, seed: plan.seed)) { first, _ in first }
    }
    initial.merge(beginning ?? [:]) { _, learned in learned }
    let parameters = ParameterBlock(graphs.flatMap(\.trainableParameters) + others.map(\.0))
    let statistics = ParameterBlock(graphs.flatMap(\.buffers))
    try parameters.fill(from: initial)
    try statistics.fill(from: initial)
    state = TrainingState(
      parameters: parameters, statistics: statistics, plan: plan, workers: workers)
  }

  /// A graph that learns, for batches of the plan's size or of another.
  func program(_ graph: Graph, outputs: [String], capacity: Int? = nil) throws -> GradientProgram {
    try GradientProgram(
      graph, outputs: outputs, capacity: capacity ?? plan.batchSize,
      settings: GradientSettings(parameters: Set(state.parameters.specifications.map(\.name))),
      workers: workers)
  }

  /// Takes all steps, from the last checkpoint where there is one.
  ///
  /// - Throws: ``TrainingStopped`` and what source and step throw.
  func run<Source: BatchSource>(
    on source: Source, step: (Source.Batch, TrainingState) throws -> Double
  ) throws -> LossCurve {
    let checkpoint = kitchen.path("\(name).training")
    let curveFile = kitchen.path("\(name).training.csv")
    var curve = LossCurve(name: name)
    if FileManager.default.fileExists(atPath: checkpoint) {
      try TrainingCheckpoint.read(checkpoint, plan: plan, into: state)
      let text = FileManager.default.contents(atPath: curveFile) ?? Data()
      curve.points = LossCurve(name: name, text: String(decoding: text, as: UTF8.self)).points
        .filter { $0.step <= state.step }
    }
    let stride = max(1, plan.steps / Self.curvePoints)
    var (sum, count) = (0.0, 0)
    var written = ContinuousClock.now
    func save(_ state: TrainingState) throws {
      try AtomicFile.write(Array(curve.text.utf8), to: curveFile)
      try TrainingCheckpoint.write(state, plan: plan, to: checkpoint)
      written = .now
    }
    try Trainer(plan, on: source).run(state, step: step) { progress, state in
      sum += progress.loss
      count += 1
      if progress.step.isMultiple(of: stride) || progress.step == plan.steps {
        curve.points.append((progress.step, sum / Double(count)))
        (sum, count) = (0, 0)
      }
      kitchen.tell(
        .step(recipe: name, step: progress.step, steps: progress.steps, loss: progress.loss))
      if kitchen.shouldStop() {
        try save(state)
        throw TrainingStopped()
      }
      if (.now - written) / .seconds(1) > Self.checkpointInterval { try save(state) }
    }
    return curve
  }

  /// Removes what served only to resume.
  func finish() {
    for suffix in ["training", "training.csv"] { unlink(kitchen.path("\(name).\(suffix)")) }
  }

  /// The learned tensors of a network, as its checkpoint names them.
  func tensors(of graph: Graph) -> [(name: String, tensor: Tensor)] {
    let learned = state.result
    return graph.parameters.compactMap { parameter in
      learned[parameter.name].map { (parameter.name, $0) }
    }
  }
}
