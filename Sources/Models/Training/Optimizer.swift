import Gradients
import Graphs
import Kernels
import Tensors

/// How parameters `p` follow their gradients `g` at the learning rate `η`.
package enum OptimizerConfiguration: Hashable, Sendable {
  /// Stochastic gradient descent as PyTorch's `SGD`: `v ← μ v + g + λ p`, `p ← p − η v`, with momentum `μ` and
  /// weight decay `λ`.
  case sgd(momentum: Float = 0.9, isNesterov: Bool = false, weightDecay: Float = 0)
  /// Kingma and Ba, arXiv 1412.6980, as PyTorch's `Adam`: the weight decay joins the gradient.
  case adam(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0)
  /// Loshchilov and Hutter, arXiv 1711.05101, as PyTorch's `AdamW`: the weight decay shrinks parameters directly.
  case adamW(
    beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0.01)

  /// Arrays of the parameters' size that are kept from step to step.
  package var memoryCount: Int {
    if case .sgd = self { 1 } else { 2 }
  }

  /// As checkpoints store it.
  var storedText: String {
    func adam(
      _ name: String, _ beta1: Float, _ beta2: Float, _ epsilon: Float, _ decay: Float
    ) -> String {
      "\(name)(firstDecay: \(beta1), secondDecay: \(beta2), epsilon: \(epsilon), decay: \(decay))"
    }
    return switch self {
    case .sgd(let momentum, let isNesterov, let decay):
      "momentum(momentum: \(momentum), isNesterov: \(isNesterov), decay: \(decay))"
    case .adam(let beta1, let beta2, let epsilon, let decay):
      adam("adam", beta1, beta2, epsilon, decay)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      adam("adamW", beta1, beta2, epsilon, decay)
    }
  }
}

/// Which parameters shrink by weight decay.
package enum WeightDecayScope: String, Sendable {
  /// Every one, as PyTorch does.
  case all
  /// Those of two axes or more: filters and matrices, but neither biases nor norms.
  case matrices
}

/// Updates parameters and keeps the optimizer's moments.
///
/// - Exactness: every operation in Float32, rounded on its own; the same bits at every level and for any
///   number of workers.
package final class Optimizer {
  /// The algorithm and its constants.
  package let configuration: OptimizerConfiguration
  /// Which parameters decay.
  package let weightDecayScope: WeightDecayScope
  /// Steps taken.
  package internal(set) var step = 0
  /// Momentum or moments, laid out like the parameters.
  package let memories: [ParameterBlock]
  private let parameters: ParameterBlock
  private let workers: Workers

  /// Values of one piece of work.
  private static let valuesPerPiece = 1 << 15

  /// An optimizer that has not taken a step.
  ///
  /// - Parameters:
  ///   - configuration: the algorithm and its constants.
  ///   - parameters: what is updated in place.
  ///   - weightDecayScope: which of them decay.
  ///   - workers: threads; no bit depends on them.
  package init(
    _ configuration: OptimizerConfiguration, of parameters: ParameterBlock,
    weightDecayScope: WeightDecayScope = .all, workers: Workers = Workers()
  ) {
    self.configuration = configuration
    self.weightDecayScope = weightDecayScope
    self.parameters = parameters
    self.workers = workers
    memories = (0..<configuration.memoryCount).map { _ in parameters.zeroed() }
  }

  /// Takes a step.
  ///
  /// - Parameters:
  ///   - gradients: laid out like the parameters.
  ///   - rate: `η`.
  ///   - scale: multiplies the gradients first, see ``GradientClipping``.
  package func update(with gradients: ParameterBlock, rate: Float, scale: Float = 1) {
    precondition(gradients.count == parameters.count, "gradients of other parameters")
    step += 1
    let pieces = self.pieces
    let job = UpdateJob(
      configuration: configuration, step: step, rate: rate, scale: scale, parameters: parameters,
      gradients: gradients, memories: memories)
    workers.forEach(pieces.count) { index, _ in
      job.run(pieces[index].range, decays: pieces[index].decays)
    }
  }

  private var pieces: [(range: Range<Int>, decays: Bool)] {
    parameters.specifications.flatMap { specification in
      let range = parameters.range(of: specification)
      let decays = weightDecayScope == .all || specification.shape.count > 1
      return stride(from: range.lowerBound, to: range.upperBound, by: Self.valuesPerPiece).map {
        (range: $0..<min($0 + Self.valuesPerPiece, range.upperBound), decays: decays)
      }
    }
  }
}

/// One step; pieces update different values.
private struct UpdateJob: Sendable {
  let configuration: OptimizerConfiguration
  let step: Int
  let rate: Float
  let scale: Float
  let parameters: ParameterBlock
  let gradients: ParameterBlock
  let memories: [ParameterBlock]

  func run(_ range: Range<Int>, decays: Bool) {
    func start(_ block: ParameterBlock) -> UnsafeMutablePointer<Float> {
      block.memory.base + range.lowerBound
    }
    switch configuration {
    case .sgd(let momentum, let isNesterov, let decay):
      ParameterUpdates.step(
        ParameterUpdates.Momentum(
          rate: rate, momentum: momentum, decay: decays ? decay : 0, isNesterov: isNesterov,
          isFirst: step == 1),
        count: range.count, parameters: start(parameters), gradients: start(gradients),
        scale: scale, velocity: start(memories[0]))
    case .adam(let beta1, let beta2, let epsilon, let decay):
      adam((beta1, beta2), epsilon, decays ? decay : 0, isDecoupled: false, range.count, start)
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      adam((beta1, beta2), epsilon, decays ? decay : 0, isDecoupled: true, range.count, start)
    }
  }

  private func adam(
    _ betas: (Float, Float), _ epsilon: Float, _ decay: Float, isDecoupled: Bool, _ count: Int,
    _ start: (ParameterBlock) -> UnsafeMutablePointer<Float>
  ) {
    ParameterUpdates.step(
      ParameterUpdates.Adam(
        rate: rate, betas: betas, epsilon: epsilon, decay: decay,
        isDecoupled: isDecoupled, step: step),
      count: count, parameters: start(parameters), gradients: start(gradients), scale: scale,
      first: start(memories[0]), second: start(memories[1]))
  }
}

/// Gradients clipped to a maximum norm, as PyTorch's `clip_grad_norm_` does.
package enum GradientClipping {
  /// The Euclidean norm of all gradients together, summed in Float64.
  package static func norm(of gradients: ParameterBlock) -> Double {
    ParameterUpdates.squaredSum(gradients.memory.base, count: gradients.count).squareRoot()
  }

  /// The factor that brings gradients of a norm down to `maximum`, `0…1`.
  package static func scale(norm: Double, maximum: Double) -> Float {
    Float(min(maximum / (norm + 1e-6), 1))
  }
}

/// The exponential moving average (EMA) of parameters, `a ← d·a + (1 − d)·p`.
package final class ExponentialMovingAverage {
  /// `d`.
  package let decay: Float
  /// The averages, laid out like what they are of.
  package let values: ParameterBlock
  private let source: ParameterBlock

  /// Begins at the present values.
  package init(of source: ParameterBlock, decay: Float) {
    self.source = source
    self.decay = decay
    values = source.zeroed()
    values.memory.base.update(from: source.memory.base, count: source.count)
  }

  /// Takes the present values in.
  package func update() {
    ParameterUpdates.average(
      source.memory.base, into: values.memory.base, count: source.count, decay: decay)
  }
}
