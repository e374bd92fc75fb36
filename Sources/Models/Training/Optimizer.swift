import Graphs
import Kernels
import Tensors

/// How parameters follow their gradients.
package enum UpdateRule: Hashable, Sendable {
  /// Stochastic gradient descent as PyTorch's `SGD`: `v ← μ v + g + λ p`, `p ← p − η v`.
  case momentum(momentum: Float = 0.9, isNesterov: Bool = false, decay: Float = 0)
  /// Kingma and Ba, arXiv 1412.6980, as PyTorch's `Adam`.
  case adam(
    firstDecay: Float = 0.9, secondDecay: Float = 0.999, epsilon: Float = 1e-8, decay: Float = 0)
  /// Loshchilov and Hutter, arXiv 1711.05101, as PyTorch's `AdamW`.
  case adamW(
    firstDecay: Float = 0.9, secondDecay: Float = 0.999, epsilon: Float = 1e-8, decay: Float = 0.01)

  /// Arrays of the parameters' size that are remembered from step to step.
  package var memoryCount: Int {
    if case .momentum = self { 1 } else { 2 }
  }
}

/// Which parameters shrink by weight decay.
package enum DecayScope: String, Sendable {
  /// Every one, as PyTorch does.
  case all
  /// Those of two axes or more: filters and matrices, but neither biases nor norms.
  case matrices
}

/// Updates parameters and remembers moments.
///
/// - Exactness: every operation in Float32, rounded on its own; the same bits at every level and for any
///   number of workers.
package final class Optimizer {
  /// The rule.
  package let rule: UpdateRule
  /// Which parameters decay.
  package let decays: DecayScope
  /// Steps taken.
  package internal(set) var step = 0
  /// Momentum or moments, laid out like the parameters.
  package let memories: [ParameterBlock]
  private let parameters: ParameterBlock
  private let workers: Workers

  /// Values of one piece of work.
  private static let valuesPerPiece = 1 << 15

  /// An optimiser that has not taken a step.
  package init(
    _ rule: UpdateRule, of parameters: ParameterBlock, decays: DecayScope = .all,
    workers: Workers = Workers()
  ) {
    self.rule = rule
    self.decays = decays
    self.parameters = parameters
    self.workers = workers
    memories = (0..<rule.memoryCount).map { _ in parameters.zeroed() }
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
      rule: rule, step: step, rate: rate, scale: scale, parameters: parameters,
      gradients: gradients, memories: memories)
    workers.forEach(pieces.count) { index, _ in
      job.run(pieces[index].range, decays: pieces[index].decays)
    }
  }

  private var pieces: [(range: Range<Int>, decays: Bool)] {
    parameters.specifications.flatMap { specification in
      let range = parameters.range(of: specification)
      let decays = self.decays == .all || specification.shape.count > 1
      return stride(from: range.lowerBound, to: range.upperBound, by: Self.valuesPerPiece).map {
        (range: $0..<min($0 + Self.valuesPerPiece, range.upperBound), decays: decays)
      }
    }
  }
}

/// One step; pieces update different values.
private struct UpdateJob: Sendable {
  let rule: UpdateRule
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
    switch rule {
    case .momentum(let momentum, let isNesterov, let decay):
      ParameterUpdates.step(
        ParameterUpdates.Momentum(
          rate: rate, momentum: momentum, decay: decays ? decay : 0, isNesterov: isNesterov,
          isFirst: step == 1),
        count: range.count, parameters: start(parameters), gradients: start(gradients),
        scale: scale, velocity: start(memories[0]))
    case .adam(let first, let second, let epsilon, let decay):
      adam(first, second, epsilon, decays ? decay : 0, isDecoupled: false, range.count, start)
    case .adamW(let first, let second, let epsilon, let decay):
      adam(first, second, epsilon, decays ? decay : 0, isDecoupled: true, range.count, start)
    }
  }

  private func adam(
    _ first: Float, _ second: Float, _ epsilon: Float, _ decay: Float, isDecoupled: Bool,
    _ count: Int, _ start: (ParameterBlock) -> UnsafeMutablePointer<Float>
  ) {
    ParameterUpdates.step(
      ParameterUpdates.Adam(
        rate: rate, betas: (first, second), epsilon: epsilon, decay: decay,
        isDecoupled: isDecoupled, step: step),
      count: count, parameters: start(parameters), gradients: start(gradients), scale: scale,
      first: start(memories[0]), second: start(memories[1]))
  }
}

/// Gradients shortened to a greatest length, as PyTorch's `clip_grad_norm_` does.
package enum GradientClipping {
  /// The length of all gradients together.
  package static func norm(of gradients: ParameterBlock) -> Double {
    ParameterUpdates.squaredSum(gradients.memory.base, count: gradients.count).squareRoot()
  }

  /// The factor that shortens gradients of length `norm` to `maximum`; at most 1.
  package static func scale(norm: Double, maximum: Double) -> Float {
    Float(min(maximum / (norm + 1e-6), 1))
  }
}

/// Averages of parameters that forget exponentially, `a ← d·a + (1 − d)·p`.
package final class MovingAverage {
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
