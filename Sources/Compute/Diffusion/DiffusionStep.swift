/// One step of a sampler: what the network is told, and from which level to which an image goes.
package struct DiffusionStep: Equatable, Sendable {
  /// The step's place among all: of a sampler 0 is the last one, which gives the image; of an inversion the first.
  package let index: Int
  /// The schedule's index that the network is told, that of ``from``.
  package let timestep: Int
  /// The level of the image that the network sees.
  package let from: NoiseLevel
  /// The level that the step leads to.
  package let to: NoiseLevel
  /// ``posteriorVariance``, or where that is 0, because the step leads to the clean image, that of the step before.
  ///
  /// Its logarithm is needed there. Source: `openai/guided-diffusion`, `posterior_log_variance_clipped`.
  package let clippedPosteriorVariance: Double

  /// A step by itself.
  init(
    index: Int, timestep: Int, from: NoiseLevel, to: NoiseLevel, clippedVariance: Double? = nil
  ) {
    self.index = index
    self.timestep = timestep
    self.from = from
    self.to = to
    clippedPosteriorVariance =
      clippedVariance ?? Self.posteriorVariance(from: from, to: to)
  }

  /// Steps down a list of levels that rise in noise, the first of them only an end.
  ///
  /// - Parameters:
  ///   - levels: one more than there are steps.
  ///   - timesteps: what the network is told at each level but the first; their places unless given.
  /// - Returns: the noisiest level's step first. Where the step that leads to the clean image is the only one,
  ///   its clipped variance is β.
  /// - Precondition: there is a level, and `timesteps` has one entry fewer.
  package static func descending(
    through levels: [NoiseLevel], timesteps: [Int]? = nil
  ) -> [DiffusionStep] {
    (0..<levels.count - 1).map { index in
      let (from, to) = (levels[index + 1], levels[index])
      let above = index + 2 < levels.count ? (levels[index + 2], from) : nil
      return DiffusionStep(
        index: index, timestep: timesteps?[index] ?? index, from: from, to: to,
        clippedVariance: to.isClean
          ? above.map { posteriorVariance(from: $0.0, to: $0.1) } ?? beta(from: from, to: to)
          : nil)
    }.reversed()
  }

  /// β of the step, `1 − ᾱ/ᾱ'`, the noise that was added between its levels; below 0 for a step upwards.
  package var beta: Double { Self.beta(from: from, to: to) }

  /// β̃, the variance of `q(x' | x, x₀)`: `β (1 − ᾱ') / (1 − ᾱ)`.
  ///
  /// Source: Ho et al., arXiv 2006.11239, equation 7.
  package var posteriorVariance: Double { Self.posteriorVariance(from: from, to: to) }

  /// Factors of the mean of `q(x' | x, x₀)`: `β √ᾱ' / (1 − ᾱ)` of x₀ and `(1 − ᾱ') √(1 − β) / (1 − ᾱ)` of x.
  ///
  /// Source: Ho et al., arXiv 2006.11239, equation 7.
  package var posteriorMean: (ofImage: Double, ofSample: Double) {
    let noise = 1 - from.cumulativeAlpha
    return (
      beta * to.signalRate / noise, (1 - to.cumulativeAlpha) * (1 - beta).squareRoot() / noise
    )
  }

  /// Whether the step leads to less noise.
  package var isDescending: Bool { from.cumulativeAlpha < to.cumulativeAlpha }

  private static func beta(from: NoiseLevel, to: NoiseLevel) -> Double {
    1 - from.cumulativeAlpha / to.cumulativeAlpha
  }

  private static func posteriorVariance(from: NoiseLevel, to: NoiseLevel) -> Double {
    beta(from: from, to: to) * (1 - to.cumulativeAlpha) / (1 - from.cumulativeAlpha)
  }
}
