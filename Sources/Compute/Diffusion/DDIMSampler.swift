import Tensors

/// Denoising diffusion implicit models: steps with any share of DDPM's noise, and without noise in both directions.
///
///     x' = √ᾱ'·x̂₀ + √(1 − ᾱ' − σ²)·ε̂ + σ·z,    σ = η √((1 − ᾱ')/(1 − ᾱ)) √(1 − ᾱ/ᾱ')
///
/// Source: Song et al., "Denoising Diffusion Implicit Models", arXiv 2010.02502, equations 12 and 16.
package struct DDIMSampler: Sampler {
  /// η: 0 adds no noise, 1 as much as DDPM with its small variance.
  package let eta: Double
  /// Whether images are held in −1…1 before the noise is read off them again.
  package let clampsImage: Bool
  /// Steps need no variance of the network.
  package let readsVariance = false

  /// The sampler without noise.
  ///
  /// - Parameter clampsImage: guided-diffusion clamps; DiffusionCLIP and latent diffusion do not.
  package init(clampsImage: Bool = false) {
    eta = 0
    self.clampsImage = clampsImage
  }

  /// The sampler of an η in 0…1.
  ///
  /// - Throws: `DiffusionError.invalidEta`.
  package init(eta: Double, clampsImage: Bool = false) throws(DiffusionError) {
    guard (0...1).contains(eta) else { throw .invalidEta(eta) }
    self.eta = eta
    self.clampsImage = clampsImage
  }

  /// σ, the deviation of the noise that a step adds.
  package func noiseDeviation(in step: DiffusionStep) -> Double {
    eta == 0 ? 0 : eta * max(step.posteriorVariance, 0).squareRoot()
  }

  /// Refuses to add noise on the way up.
  ///
  /// - Throws: `DiffusionError.wrongDirection`.
  package func check(_ step: DiffusionStep) throws(DiffusionError) {
    if eta > 0, !step.isDescending {
      throw .wrongDirection(sampler: "DDIM with η \(eta)", timestep: step.timestep)
    }
  }

  /// Whether σ is above 0: never with η 0, and not on the way to the clean image.
  package func addsNoise(in step: DiffusionStep) -> Bool { noiseDeviation(in: step) > 0 }

  /// The image at the level that the step leads to.
  ///
  /// A gradient shifts the noise; with clamping the image is clamped before and not after it, as guided-diffusion does
  /// (`condition_score`).
  package func next(
    _ x: Tensor, _ prediction: Prediction, gradient: Tensor?, noise: Tensor?, step: DiffusionStep
  ) -> Tensor {
    var prediction = clampsImage ? prediction.clamped(in: x, at: step.from) : prediction
    if let gradient { prediction = prediction.shifted(by: gradient, in: x, at: step.from) }
    let signal = Float(step.to.signalRate)
    let carried = prediction.noise(in: x, at: step.from, times: carriedDeviation(in: step))
    let mean = prediction.image(in: x, at: step.from).merged(with: carried) { signal * $0 + $1 }
    guard let noise else { return mean }
    let deviation = Float(noiseDeviation(in: step))
    return mean.merged(with: noise) { $0 + deviation * $1 }
  }

  /// How a step without clamping follows from its parts, `x' = a·x + b·p`, p being the prediction.
  ///
  /// These are also its derivatives, so a chain of steps is differentiated with the networks' alone.
  package func factors(
    of step: DiffusionStep, kind: Prediction.Kind
  ) -> (ofSample: Double, ofPrediction: Double) {
    let image = Prediction.imageFactors(of: kind, at: step.from)
    // ε = (x − s·x₀)/n
    let carried = carriedDeviation(in: step) / step.from.noiseRate
    let ofImage = step.to.signalRate - carried * step.from.signalRate
    return (carried + ofImage * image.ofSample, ofImage * image.ofPrediction)
  }

  /// √(1 − ᾱ' − σ²), the deviation of the noise that stays in the image.
  private func carriedDeviation(in step: DiffusionStep) -> Double {
    let added = noiseDeviation(in: step)
    if added == 0 { return step.to.noiseRate }
    return max(1 - step.to.cumulativeAlpha - added * added, 0).squareRoot()
  }
}
