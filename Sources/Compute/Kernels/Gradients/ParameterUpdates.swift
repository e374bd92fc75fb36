import CKernels
import Tensors

/// Updates of flat arrays of parameters; every operation rounded on its own, so all levels give the same
/// bits.
package enum ParameterUpdates {
  /// The constants of one step of Adam or AdamW.
  package struct Adam {
    /// Learning rate.
    package let rate: Float
    /// Decay of the first and second moments.
    package let betas: (Float, Float)
    /// Added to the root of the second moment.
    package let epsilon: Float
    /// Weight decay.
    package let decay: Float
    /// Whether the decay shrinks parameters directly (AdamW) instead of joining the gradient (Adam).
    package let isDecoupled: Bool
    /// Number of this step, from 1.
    package let step: Int

    /// Names the constants.
    package init(
      rate: Float, betas: (Float, Float), epsilon: Float, decay: Float, isDecoupled: Bool,
      step: Int
    ) {
      self.rate = rate
      self.betas = betas
      self.epsilon = epsilon
      self.decay = decay
      self.isDecoupled = isDecoupled
      self.step = step
    }
  }

  /// One step of Adam; `scale` multiplies the gradients first.
  package static func step(
    _ adam: Adam, count: Int, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, scale: Float, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, level: CPULevel = .current
  ) {
    var job = ek_adam()
    job.count = count
    job.parameters = parameters
    job.gradients = gradients
    job.first = first
    job.second = second
    job.gradient_scale = scale
    job.beta1 = adam.betas.0
    job.beta2 = adam.betas.1
    job.epsilon = adam.epsilon
    job.rate = Float(Double(adam.rate) / (1 - power(adam.betas.0, adam.step)))
    job.second_correction = Float(1 / (1 - power(adam.betas.1, adam.step)).squareRoot())
    job.decay = adam.isDecoupled ? adam.rate * adam.decay : 0
    job.coupled_decay = adam.isDecoupled ? 0 : adam.decay
    level.gradientKernels.adam(&job)
  }

  private static func power(_ base: Float, _ exponent: Int) -> Double {
    var (result, factor, left) = (1.0, Double(base), exponent)
    while left > 0 {
      if left & 1 == 1 { result *= factor }
      factor *= factor
      left >>= 1
    }
    return result
  }

  /// The constants of one step of gradient descent with momentum.
  package struct Momentum {
    /// Learning rate.
    package let rate: Float
    /// Share of the velocity that stays.
    package let momentum: Float
    /// Weight decay, which joins the gradient.
    package let decay: Float
    /// Whether the step looks ahead.
    package let isNesterov: Bool
    /// Whether there is no velocity yet.
    package let isFirst: Bool

    /// Names the constants.
    package init(rate: Float, momentum: Float, decay: Float, isNesterov: Bool, isFirst: Bool) {
      self.rate = rate
      self.momentum = momentum
      self.decay = decay
      self.isNesterov = isNesterov
      self.isFirst = isFirst
    }
  }

  /// One step of gradient descent; `scale` multiplies the gradients first.
  package static func step(
    _ descent: Momentum, count: Int, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, scale: Float, velocity: UnsafeMutablePointer<Float>,
    level: CPULevel = .current
  ) {
    var job = ek_momentum()
    job.count = count
    job.parameters = parameters
    job.gradients = gradients
    job.velocity = velocity
    job.gradient_scale = scale
    job.rate = descent.rate
    job.momentum = descent.momentum
    job.decay = descent.decay
    job.is_nesterov = descent.isNesterov ? 1 : 0
    job.is_first = descent.isFirst ? 1 : 0
    level.gradientKernels.momentum(&job)
  }

  /// `average += (1 − decay) · (x − average)`.
  package static func average(
    _ values: UnsafePointer<Float>, into averages: UnsafeMutablePointer<Float>, count: Int,
    decay: Float
  ) {
    let share = 1 - decay
    for index in 0..<count { averages[index] += share * (values[index] - averages[index]) }
  }

  /// `Σ x²` in Float64, in one fixed order.
  package static func squaredSum(
    _ values: UnsafePointer<Float>, count: Int, level: CPULevel = .current
  ) -> Double {
    level.gradientKernels.squared_sum(values, count)
  }
}
