import Graphs
import Kernels
import Tensors

/// Everything that a training changes: what a checkpoint holds and a resumed training begins with.
package final class TrainingState {
  /// What is learned.
  package let parameters: ParameterBlock
  /// Batch norms' running values, and whatever else is used but not learned.
  package let statistics: ParameterBlock
  /// Gradients of the parameters, cleared before every step.
  package let gradients: ParameterBlock
  /// Moments and the count of steps.
  package let optimizer: Optimizer
  /// Moving averages of parameters and of statistics; nil if none are kept.
  package let averages: (parameters: MovingAverage, statistics: MovingAverage)?

  /// Begins with given parameters and statistics.
  ///
  /// - Parameters:
  ///   - parameters: what is learned, with its first values.
  ///   - statistics: what is used beside it.
  ///   - plan: rule, decay and averaging.
  ///   - workers: threads.
  package init(
    parameters: ParameterBlock, statistics: ParameterBlock, plan: TrainingPlan,
    workers: Workers = Workers()
  ) {
    self.parameters = parameters
    self.statistics = statistics
    gradients = parameters.zeroed()
    optimizer = Optimizer(plan.rule, of: parameters, decays: plan.decays, workers: workers)
    averages = plan.averageDecay.map {
      (MovingAverage(of: parameters, decay: $0), MovingAverage(of: statistics, decay: $0))
    }
  }

  /// Steps taken.
  package var step: Int { optimizer.step }

  /// What a network ends with: the averages if they are kept, else the present values, by name.
  package var result: [String: Tensor] {
    let learned = averages?.parameters.values ?? parameters
    let used = averages?.statistics.values ?? statistics
    return learned.tensors.merging(used.tensors) { first, _ in first }
  }

  /// All blocks that survive a step, under the names by which files know them.
  var blocks: [(name: String, block: ParameterBlock)] {
    var blocks: [(name: String, block: ParameterBlock)] = [
      ("parameters", parameters), ("statistics", statistics),
    ]
    for (index, memory) in optimizer.memories.enumerated() {
      blocks.append(("moments.\(index)", memory))
    }
    if let averages {
      blocks.append(("averages.parameters", averages.parameters.values))
      blocks.append(("averages.statistics", averages.statistics.values))
    }
    return blocks
  }
}

/// How long and by which rules something is trained.
package struct TrainingPlan: Sendable {
  /// Steps in all.
  package let steps: Int
  /// Samples of a step.
  package let batchSize: Int
  /// Decides the order of samples and what batches are told to draw from.
  package let seed: UInt64
  /// How parameters follow their gradients.
  package let rule: UpdateRule
  /// Which of them decay.
  package let decays: DecayScope
  /// The learning rate.
  package let schedule: RateSchedule
  /// Greatest length of a step's gradients; nil for any.
  package let greatestNorm: Double?
  /// Decay of the moving averages; nil for none.
  package let averageDecay: Float?

  /// Describes a training.
  package init(
    steps: Int, batchSize: Int, seed: UInt64, rule: UpdateRule, decays: DecayScope = .matrices,
    schedule: RateSchedule, greatestNorm: Double? = nil, averageDecay: Float? = nil
  ) {
    precondition(steps > 0 && batchSize > 0, "\(steps) steps of \(batchSize) samples")
    self.steps = steps
    self.batchSize = batchSize
    self.seed = seed
    self.rule = rule
    self.decays = decays
    self.schedule = schedule
    self.greatestNorm = greatestNorm
    self.averageDecay = averageDecay
  }

  /// One line that differs between plans whose checkpoints must not be mixed.
  package var description: String {
    "\(steps) steps of \(batchSize), seed \(seed), \(rule), decay of \(decays.rawValue), "
      + "\(schedule), norm \(greatestNorm.map { "\($0)" } ?? "any"), "
      + "average \(averageDecay.map { "\($0)" } ?? "none")"
  }
}
