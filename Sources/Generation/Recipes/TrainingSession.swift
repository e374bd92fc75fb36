import Checkpoints
import Essentials
import Foundation
import Gradients
import Graphs
import Kernels
import Tensors
import Training

/// Networks that learn together, their parameters in one block, and the loop with its checkpoints.
package final class TrainingSession {
  /// Steps and hyperparameters.
  package let plan: TrainingPlan
  /// What is learned so far.
  package let state: TrainingState
  /// Threads; no bit depends on them.
  package let workers: Workers
  private let name: String
  private let environment: TrainingEnvironment

  /// Seconds between checkpoints; which steps they fall on changes no bit.
  private static let checkpointInterval = 60.0
  /// Points of a loss curve.
  private static let curvePoints = 240

  /// Draws the first values.
  ///
  /// - Parameters:
  ///   - name: of the recipe, for messages and the checkpoint's file.
  ///   - graphs: whose parameters are learned; no two share a name.
  ///   - lossParameters: parameters of losses, with their first values.
  ///   - initialValues: values that an earlier part of the training ended with; nil draws them.
  ///   - frozen: what the names of parameters begin with that stay as they are.
  ///   - plan: steps and hyperparameters; its seed draws the first values.
  ///   - environment: threads, folder and reports.
  /// - Throws: `GraphError` if values do not fit their parameters.
  package init(
    _ name: String, graphs: [Graph], lossParameters: [(ParameterSpecification, Tensor)] = [],
    initialValues: [String: Tensor]? = nil, frozen: String? = nil, plan: TrainingPlan,
    environment: TrainingEnvironment
  ) throws {
    self.name = name
    self.plan = plan
    self.environment = environment
    workers = environment.workers
    var initial = Dictionary(
      lossParameters.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
    let isKnown = { initialValues?[$0] != nil }
    for graph in graphs where !graph.parameters.map(\.name).allSatisfy(isKnown) {
      initial.merge(Initialization.values(of: graph, seed: plan.seed)) { first, _ in first }
    }
    initial.merge(initialValues ?? [:]) { _, learned in learned }
    let isFrozen = { (name: String) in frozen.map(name.hasPrefix) ?? false }
    let trainable = graphs.flatMap(\.trainableParameters)
    let parameters = ParameterBlock(
      trainable.filter { !isFrozen($0.name) } + lossParameters.map(\.0))
    let statistics = ParameterBlock(
      graphs.flatMap(\.buffers) + trainable.filter { isFrozen($0.name) })
    try parameters.fill(from: initial)
    try statistics.fill(from: initial)
    state = TrainingState(
      parameters: parameters, statistics: statistics, plan: plan, workers: workers)
  }

  /// A graph that learns.
  ///
  /// - Parameters:
  ///   - graph: one of those that the session began with.
  ///   - outputs: results that losses read.
  ///   - inputs: those whose gradients are wanted besides.
  ///   - capacity: images of the largest batch; nil for the plan's batch size.
  /// - Returns: the graph with its gradients by every learned parameter.
  /// - Throws: `GraphError` for a step that has no gradient.
  package func program(
    _ graph: Graph, outputs: [String], inputs: Set<String> = [], capacity: Int? = nil
  ) throws -> GradientProgram {
    try GradientProgram(
      graph, outputs: outputs, capacity: capacity ?? plan.batchSize,
      settings: GradientSettings(
        parameters: Set(state.parameters.specifications.map(\.name)), inputs: inputs,
        filterArithmetic: plan.filterArithmetic),
      workers: workers)
  }

  /// Takes all steps, from the last checkpoint where there is one.
  ///
  /// - Parameters:
  ///   - source: of batches.
  ///   - step: runs programs and losses on a batch, adds to the state's gradients and returns the loss.
  /// - Returns: the mean loss of every few steps.
  /// - Throws: ``TrainingStopped``, `TrainingError` and what source and step throw.
  package func run<Source: BatchSource>(
    on source: Source, step: (Source.Batch, TrainingState) throws -> Double
  ) throws -> LossCurve {
    let checkpoint = environment.path("\(name).training")
    let curveFile = environment.path("\(name).training.csv")
    var curve = LossCurve(name: name)
    if FileManager.default.fileExists(atPath: checkpoint) {
      try TrainingCheckpoint.read(checkpoint, plan: plan, into: state)
      let text = FileManager.default.contents(atPath: curveFile) ?? Data()
      curve.points = LossCurve(name: name, text: String(decoding: text, as: UTF8.self)).points
        .filter { $0.step <= state.step }
    }
    let resumed = state.step
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
      environment.report(
        .step(
          recipe: name, step: progress.step, steps: progress.steps, resumed: resumed,
          loss: progress.loss))
      if environment.shouldStop() {
        try save(state)
        throw TrainingStopped()
      }
      if (.now - written) / .seconds(1) > Self.checkpointInterval { try save(state) }
    }
    return curve
  }

  /// Removes what served only to resume.
  package func removeCheckpoint() {
    for suffix in ["training", "training.csv"] { unlink(environment.path("\(name).\(suffix)")) }
  }

  /// The learned tensors of a network, as its checkpoint names them.
  package func tensors(of graph: Graph) -> [(name: String, tensor: Tensor)] {
    let learned = state.result
    return graph.parameters.compactMap { parameter in
      learned[parameter.name].map { (parameter.name, $0) }
    }
  }
}
