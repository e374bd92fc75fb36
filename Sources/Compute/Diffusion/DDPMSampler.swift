import Tensors

/// Ancestral sampling: each step draws from a normal distribution around the posterior's mean.
///
///     μ = (β √ᾱ' / (1 − ᾱ))·x̂₀ + ((1 − ᾱ') √(1 − β) / (1 − ᾱ))·x,    x' = μ + Σ·g + √Σ·z
///
/// with β and β̃ between the step's own levels, so that respaced timesteps need no schedule of their own. The step to the
/// clean image adds no noise, but the gradient g acts there too.
///
/// Source: Ho et al., arXiv 2006.11239, algorithm 2; Nichol and Dhariwal, arXiv 2102.09672, equation 15;
/// Dhariwal and Nichol, arXiv 2105.05233, algorithm 1; `openai/guided-diffusion`,
/// `guided_diffusion/gaussian_diffusion.py`, `p_mean_variance`, `condition_mean` and `p_sample`.
package struct DDPMSampler: Sampler {
  /// Σ, the variance of a step.
  package enum Variance: Sendable {
    /// β̃, right for data of one point.
    case small
    /// β, right for data of variance 1; β̃ of the step before on the way to the clean image.
    case large
    /// `exp(f ln β + (1 − f) ln β̃)` with `f = (v + 1)/2` and v the network's, not clamped, pixel by pixel.
    case learnedRange
  }

  /// The variance of steps.
  package let variance: Variance
  /// Whether images are held in −1…1 before the mean is formed.
  package let clampsImage: Bool

  /// A sampler by its variance.
  package init(variance: Variance, clampsImage: Bool = true) {
    self.variance = variance
    self.clampsImage = clampsImage
  }

  /// Whether the variance is the network's.
  package var readsVariance: Bool { variance == .learnedRange }

  /// Refuses steps upwards.
  ///
  /// - Throws: `DiffusionError.wrongDirection`.
  package func check(_ step: DiffusionStep) throws(DiffusionError) {
    guard step.isDescending else {
      throw .wrongDirection(sampler: "DDPM", timestep: step.timestep)
    }
  }

  /// Whether the step leads to a level that still has noise.
  package func addsNoise(in step: DiffusionStep) -> Bool { !step.to.isClean }

  /// The image at the level that the step leads to.
  package func next(
    _ x: Tensor, _ prediction: Prediction, gradient: Tensor?, noise: Tensor?, step: DiffusionStep
  ) -> Tensor {
    let held = clampsImage ? prediction.clamped(in: x, at: step.from) : prediction
    let factors = step.posteriorMean
    let (ofImage, ofSample) = (Float(factors.ofImage), Float(factors.ofSample))
    var next = held.image(in: x, at: step.from).merged(with: x) { ofImage * $0 + ofSample * $1 }
    if let gradient {
      next.add(gradient, times: power(1, in: step, prediction))
    }
    if let noise {
      next.add(noise, times: power(0.5, in: step, prediction))
    }
    return next
  }

  /// A power, 1 or ½, of the variance as a function of a pixel's index.
  private func power(
    _ exponent: Float, in step: DiffusionStep, _ prediction: Prediction
  ) -> (Int) -> Float {
    func constant(_ variance: Double) -> (Int) -> Float {
      let value = Float(exponent == 1 ? variance : variance.squareRoot())
      return { _ in value }
    }
    switch variance {
    case .small: return constant(step.posteriorVariance)
    case .large: return constant(step.to.isClean ? step.clippedPosteriorVariance : step.beta)
    case .learnedRange:
      let fraction = prediction.varianceFraction?.values ?? []
      let low = Float(Elementary.logarithm(step.clippedPosteriorVariance))
      let high = Float(Elementary.logarithm(step.beta))
      return { index in
        let share = (fraction[index] + 1) / 2
        return Elementary.exponential(exponent * (share * high + (1 - share) * low))
      }
    }
  }
}

extension Tensor {
  /// Adds a tensor of the same shape, each value multiplied by its place's factor.
  fileprivate mutating func add(_ other: Tensor, times factor: (Int) -> Float) {
    precondition(shape == other.shape, "\(shape) and \(other.shape) differ")
    for index in values.indices { values[index] += factor(index) * other.values[index] }
  }
}
