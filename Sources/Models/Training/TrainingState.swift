import Gradients
import Graphs
import Kernels
import Tensors

/// Everything that a training changes: what a checkpoint holds and a resumed training begins with.
package final class TrainingState {
  /// What is learned.
  package let parameters: ParameterBlock
  /// Batch norms' running values, and everything else that is used but not learned.
  package let statistics: ParameterBlock
  /// Gradients of the parameters, cleared before every step.
  package let gradients: ParameterBlock
  /// Moments and the count of steps.
  package let optimizer: Optimizer
  /// Exponential moving averages of parameters and of statistics; nil if none are kept.
  package let ema: (parameters: ExponentialMovingAverage, statistics: ExponentialMovingAverage)?

  /// Begins with given parameters and statistics.
  ///
  /// - Parameters:
  ///   - parameters: what is learned, with its first values.
  ///   - statistics: what is used beside it.
  ///   - plan: optimizer, weight decay and EMA.
  ///   - workers: threads.
  package init(
    parameters: ParameterBlock, statistics: ParameterBlock, plan: TrainingPlan,
    workers: Workers = Workers()
  ) {
    self.parameters = parameters
    self.statistics = statistics
    gradients = parameters.zeroed()
    optimizer = Optimizer(
      plan.optimizer, of: parameters, weightDecayScope: plan.weightDecayScope, workers: workers)
    ema = plan.emaDecay.map {
      (
        ExponentialMovingAverage(of: parameters, decay: $0),
        ExponentialMovingAverage(of: statistics, decay: $0)
      )
    }
  }

  /// Steps taken.
  package var step: Int { optimizer.step }

  /// What a network ends with: the EMA if it is kept, else the present values, by name.
  package var result: [String: Tensor] {
    let learned = ema?.parameters.values ?? parameters
    let used = ema?.statistics.values ?? statistics
    return learned.tensors.merging(used.tensors) { first, _ in first }
  }

  /// All blocks that survive a step, by their names in files.
  var blocks: [(name: String, block: ParameterBlock)] {
    var blocks: [(name: String, block: ParameterBlock)] = [
      ("parameters", parameters), ("statistics", statistics),
    ]
    for (index, memory) in optimizer.memories.enumerated() {
      blocks.append(("moments.\(index)", memory))
    }
    if let ema {
      blocks.append(("averages.parameters", ema.parameters.values))
      blocks.append(("averages.statistics", ema.statistics.values))
    }
    return blocks
  }
}

/// How long and by which hyperparameters something is trained.
package struct TrainingPlan: Sendable {
  /// Steps in all.
  package let steps: Int
  /// Samples of a step.
  package let batchSize: Int
  /// Decides the order of samples and the seeds of batches.
  package let seed: UInt64
  /// How parameters follow their gradients.
  package let optimizer: OptimizerConfiguration
  /// Which of them decay.
  package let weightDecayScope: WeightDecayScope
  /// The learning rate.
  package let schedule: LearningRateSchedule
  /// What a step's gradients are clipped to; nil for no clipping.
  package let maximumGradientNorm: Double?
  /// Decay `d` of the exponential moving average; nil for none.
  package let emaDecay: Float?
  /// Which algorithms the gradients of convolutions' filters may use.
  package let filterArithmetic: Arithmetic

  /// Describes a training.
  ///
  /// Filters' gradients are exact unless said otherwise: most networks of the suite were trained so, and their bytes
  /// can be made again.
  ///
  /// - Precondition: there are steps, and samples in each.
  package init(
    steps: Int, batchSize: Int, seed: UInt64, optimizer: OptimizerConfiguration,
    weightDecayScope: WeightDecayScope = .matrices, schedule: LearningRateSchedule,
    maximumGradientNorm: Double? = nil, emaDecay: Float? = nil,
    filterArithmetic: Arithmetic = .exact
  ) {
    precondition(steps > 0 && batchSize > 0, "\(steps) steps of \(batchSize) samples")
    self.steps = steps
    self.batchSize = batchSize
    self.seed = seed
    self.optimizer = optimizer
    self.weightDecayScope = weightDecayScope
    self.schedule = schedule
    self.maximumGradientNorm = maximumGradientNorm
    self.emaDecay = emaDecay
    self.filterArithmetic = filterArithmetic
  }

  /// One line that differs between plans whose checkpoints must not be mixed.
  ///
  /// It is stored in checkpoints and trained weights, so its words stay what they are whatever the code calls
  /// things.
  package var description: String {
    "\(steps) steps of \(batchSize), seed \(seed), \(optimizer.storedText), "
      + "decay of \(weightDecayScope.rawValue), \(schedule.storedText), "
      + "norm \(maximumGradientNorm.map { "\($0)" } ?? "any"), "
      + "average \(emaDecay.map { "\($0)" } ?? "none")"
      + (filterArithmetic == .exact ? "" : ", \(filterArithmetic.rawValue) filter gradients")
  }
}
