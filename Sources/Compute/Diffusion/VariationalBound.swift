import Tensors

/// How much a step's learned variance costs: the divergence of the step's distribution from the posterior, in bits a value.
///
///     KL = ½ (ln σ²/β̃ − 1 + β̃/σ² + (μ̃ − μ)²/σ²) / ln 2,    ln σ² = f ln β + (1 − f) ln β̃,    f = (v + 1)/2
///
/// Only the variance learns from it; the mean has a loss of its own.
///
/// Source: Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", arXiv 2102.09672, section 3.1;
/// `openai/guided-diffusion`, `guided_diffusion/gaussian_diffusion.py`, `_vb_terms_bpd`.
///
/// - Deviation: the step to the clean image has no term here. There it is the likelihood of 8-bit values; the sampler adds
///   no noise in it.
package struct VariationalBound: Sendable {
  private let span: Double
  /// 1/β̃.
  private let precision: Double
  private let imageFactor: Double

  /// The bound of a step; nil for the step to the clean image.
  ///
  /// - Precondition: the step leads to less noise.
  package init?(_ step: DiffusionStep) {
    precondition(step.isDescending, "the step at timestep \(step.timestep) adds noise")
    guard !step.to.isClean else { return nil }
    let logPosterior = Elementary.logarithm(step.clippedPosteriorVariance)
    precision = Elementary.exponential(-logPosterior)
    span = Elementary.logarithm(step.beta) - logPosterior
    imageFactor = step.posteriorMean.ofImage
  }

  /// The bits of one value and their slope.
  ///
  /// - Parameters:
  ///   - fraction: v, where the variance lies: at −1 it is β̃, at 1 β.
  ///   - imageError: `x̂₀ − x₀`.
  /// - Returns: the divergence in bits and its derivative by `fraction`.
  package func measure(
    fraction: Float, imageError: Float
  ) -> (bits: Double, slope: Double) {
    let share = (Double(fraction) + 1) / 2 * span
    let meanError = imageFactor * Double(imageError)
    let ratio = Elementary.exponential(-share)
    // (μ̃ − μ)²/σ², which is β̃/σ² times what it is at β̃.
    let distance = meanError * meanError * ratio * precision
    return (
      (share - 1 + ratio + distance) / 2 / Self.bit,
      (1 - ratio - distance) / 2 * span / 2 / Self.bit
    )
  }

  private static let bit = Elementary.logarithm(2.0)
}
