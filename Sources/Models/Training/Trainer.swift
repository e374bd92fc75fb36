import Foundation
import Gradients
import Graphs
import Kernels
import Tensors

/// What is known of a step that was taken.
package struct StepMetrics: Sendable {
  /// Steps taken, this one included.
  package let step: Int
  /// Steps in all.
  package let steps: Int
  /// The batch's loss.
  package let loss: Double
  /// Learning rate of the step.
  package let learningRate: Float
  /// Norm of the gradients before they were clipped.
  package let gradientNorm: Double
  /// Samples a second since the run began or was resumed.
  package let samplesPerSecond: Double
}

/// Why a training stopped.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss or the gradients are no numbers any more.
  case diverged(step: Int, loss: Double, norm: Double)
  /// A checkpoint of another training.
  case otherPlan(path: String, found: String, expected: String)
  /// A checkpoint that says nothing of its plan or step.
  case notACheckpoint(path: String)
  /// A checkpoint that lacks a tensor or has one of another shape.
  case unfit(path: String, name: String, expected: [Int], found: [Int]?)

  /// A sentence: what is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .diverged(let step, let loss, let norm):
      "the training diverged at step \(step): loss \(loss), gradients of length \(norm); "
        + "lower the learning rate or limit the gradients"
    case .otherPlan(let path, let found, let expected):
      "\(path) belongs to another training: it says '\(found)', this one is '\(expected)'; "
        + "remove it to begin anew"
    case .notACheckpoint(let path):
      "\(path) is no checkpoint of a training; remove it to begin anew"
    case .unfit(let path, let name, let expected, let found):
      "\(path): '\(name)' has \(found.map { "shape \($0)" } ?? "no values"), the training expects "
        + "\(expected)"
    }
  }
}

/// Runs the steps of a training: batches come from a source that works ahead, the step measures the loss and
/// adds gradients, the trainer clips them and updates parameters and EMA.
///
/// The result depends on plan, source and step alone: not on workers, and not on whether the training was
/// interrupted and resumed from a checkpoint.
package struct Trainer<Source: BatchSource> {
  /// How long and by which hyperparameters.
  package let plan: TrainingPlan
  private let source: Source

  /// A training on what `source` prepares.
  package init(_ plan: TrainingPlan, on source: Source) {
    self.plan = plan
    self.source = source
  }

  /// Trains from where the state stands to the plan's end, or to `stop`.
  ///
  /// - Parameters:
  ///   - state: changed step by step.
  ///   - stop: number of steps after which to return; nil for all.
  ///   - step: runs a network forwards and backwards on a batch, adds to the state's gradients and
  ///     returns the loss.
  ///   - progress: called after every step, with the state as it is then; a checkpoint may be written.
  /// - Throws: ``TrainingError/diverged(step:loss:norm:)``, and what source, step or progress throw.
  package func run(
    _ state: TrainingState, until stop: Int? = nil,
    step: (Source.Batch, TrainingState) throws -> Double,
    progress: (StepMetrics, TrainingState) throws -> Void = { _, _ in }
  ) throws {
    let last = min(stop ?? plan.steps, plan.steps)
    guard state.step < last else { return }
    let batches = PrefetchingBatchLoader(source, plan: plan, from: state.step)
    let (start, first) = (ContinuousClock.now, state.step)
    while state.step < last {
      let batch = try batches.take()
      state.gradients.clear()
      let loss = try step(batch, state)
      let norm = GradientClipping.norm(of: state.gradients)
      guard loss.isFinite, norm.isFinite else {
        throw TrainingError.diverged(step: state.step, loss: loss, norm: norm)
      }
      let rate = plan.schedule.rate(at: state.step)
      let scale =
        plan.maximumGradientNorm.map {
          GradientClipping.scale(norm: norm, maximum: $0)
        } ?? 1
      state.optimizer.update(with: state.gradients, rate: rate, scale: scale)
      state.ema?.parameters.update()
      state.ema?.statistics.update()
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      try progress(
        StepMetrics(
          step: state.step, steps: plan.steps, loss: loss, learningRate: rate, gradientNorm: norm,
          samplesPerSecond: Double((state.step - first) * plan.batchSize) / max(seconds, 1e-9)),
        state)
    }
  }
}
