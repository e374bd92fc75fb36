import Tensors

/// The learning rate over the steps of a training.
package enum LearningRateSchedule: Hashable, Sendable {
  /// The same at every step.
  case constant(Float)
  /// Rises linearly over `warmupSteps` to `peak`, then falls along half a cosine to `minimum` at step
  /// `totalSteps`.
  ///
  /// Source: Loshchilov and Hutter, arXiv 1608.03983; Goyal et al., arXiv 1706.02677.
  case cosine(peak: Float, warmupSteps: Int, totalSteps: Int, minimum: Float = 0)
  /// `first`, multiplied by `factor` after every `interval` steps, as PyTorch's `StepLR`.
  case stepwise(first: Float, factor: Double, interval: Int)

  /// The rate of a step, counted from 0.
  package func rate(at step: Int) -> Float {
    switch self {
    case .constant(let rate): return rate
    case .cosine(let peak, let warmup, let total, let minimum):
      if step < warmup { return Float(Double(peak) * Double(step + 1) / Double(warmup + 1)) }
      let progress = Double(step - warmup) / Double(max(total - warmup, 1))
      let cosine = (1 + Elementary.cosine(.pi * min(progress, 1))) / 2
      return Float(Double(minimum) + (Double(peak) - Double(minimum)) * cosine)
    case .stepwise(let first, let factor, let interval):
      return Float((0..<step / interval).reduce(Double(first)) { rate, _ in rate * factor })
    }
  }

  /// As checkpoints store it.
  var storedText: String {
    switch self {
    case .constant(let rate): "constant(\(rate))"
    case .cosine(let peak, let warmup, let total, let minimum):
      "cosine(peak: \(peak), warmUp: \(warmup), steps: \(total), final: \(minimum))"
    case .stepwise(let first, let factor, let interval):
      "stepwise(first: \(first), factor: \(factor), interval: \(interval))"
    }
  }
}
