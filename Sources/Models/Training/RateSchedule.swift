import Tensors

/// The learning rate over the steps of a training.
package enum RateSchedule: Hashable, Sendable {
  /// The same at every step.
  case constant(Float)
  /// Rises linearly over `warmUp` steps to `peak`, then falls along half a cosine to `final` at step
  /// `steps`.
  ///
  /// Source: Loshchilov and Hutter, arXiv 1608.03983; Goyal et al., arXiv 1706.02677.
  case cosine(peak: Float, warmUp: Int, steps: Int, final: Float = 0)

  /// The rate of a step, counted from 0.
  package func rate(at step: Int) -> Float {
    switch self {
    case .constant(let rate): return rate
    case .cosine(let peak, let warmUp, let steps, let final):
      if step < warmUp { return Float(Double(peak) * Double(step + 1) / Double(warmUp + 1)) }
      let done = Double(step - warmUp) / Double(max(steps - warmUp, 1))
      let share = (1 + Elementary.cosine(.pi * min(done, 1))) / 2
      return Float(Double(final) + (Double(peak) - Double(final)) * share)
    }
  }
}
