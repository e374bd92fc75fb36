import Tensors

/// What a network says of a noisy image at a timestep, whichever of three quantities it gives.
///
/// With `x = s·x₀ + n·ε` at a ``NoiseLevel`` (`s` its signal rate, `n` its noise rate) each quantity follows from any other
/// and `x`:
///
/// | from | x₀ | ε |
/// |---|---|---|
/// | ε | `x/s − (n/s)·ε` | |
/// | x₀ | | `(x − s·x₀)/n` |
/// | v = s·ε − n·x₀ | `s·x − n·v` | `n·x + s·v` |
///
/// Source: Ho et al., arXiv 2006.11239, equation 9; Salimans and Ho, "Progressive Distillation", arXiv 2202.00512,
/// section 4 and appendix D. Factors are Float64, rounded to Float32 before they meet pixels.
package struct Prediction: Equatable, Sendable {
  /// A quantity that networks are trained to give.
  package enum Kind: String, Sendable {
    /// ε, the noise of deviation 1.
    case noise
    /// x₀, the image without noise.
    case image
    /// v, the velocity.
    case velocity
  }

  /// Which quantity ``values`` are.
  package let kind: Kind
  /// The quantity, of the image's shape.
  package let values: Tensor
  /// Where the variance lies between β̃ (−1) and β (1), of the image's shape; nil if the network does not say.
  package let varianceFraction: Tensor?

  /// A prediction without variance, or with one of the same shape.
  package init(_ kind: Kind, _ values: Tensor, varianceFraction: Tensor? = nil) {
    self.kind = kind
    self.values = values
    self.varianceFraction = varianceFraction
  }

  /// The two halves of an output `[2·C, …]`: the quantity, and where the variance lies.
  ///
  /// - Throws: `DiffusionError.oddChannels`.
  ///
  /// Source: `openai/guided-diffusion`, `guided_diffusion/gaussian_diffusion.py`, `p_mean_variance`.
  package init(_ kind: Kind, splitting output: Tensor) throws(DiffusionError) {
    guard let channels = output.shape.first, channels > 0, channels % 2 == 0 else {
      throw .oddChannels(output.shape)
    }
    let shape = [channels / 2] + output.shape.dropFirst()
    let half = output.count / 2
    self.init(
      kind, Tensor(shape: shape, values: Array(output.values[..<half])),
      varianceFraction: Tensor(shape: shape, values: Array(output.values[half...])))
  }

  /// x̂₀, the image without noise that the prediction sees in a noisy one.
  ///
  /// - Precondition: `x` has the prediction's shape.
  package func image(in x: Tensor, at level: NoiseLevel) -> Tensor {
    let (signal, noise) = (Float(level.signalRate), Float(level.noiseRate))
    switch kind {
    case .noise:
      let (inverse, ratio) = (
        Float(1 / level.signalRate), Float(level.noiseRate / level.signalRate)
      )
      return x.merged(with: values) { inverse * $0 - ratio * $1 }
    case .image: return values
    case .velocity: return x.merged(with: values) { signal * $0 - noise * $1 }
    }
  }

  /// ε̂, the noise that the prediction sees in a noisy image, times a factor.
  ///
  /// - Precondition: `x` has the prediction's shape and the level is not clean.
  package func noise(in x: Tensor, at level: NoiseLevel, times factor: Double = 1) -> Tensor {
    let (signal, noise) = (Float(level.signalRate), Float(level.noiseRate))
    let factor = Float(factor)
    switch kind {
    case .noise: return values.merged(with: values) { value, _ in factor * value }
    // In this order: the factor is not divided first, which keeps the bits of the built-in denoiser.
    case .image: return x.merged(with: values) { factor * ($0 - signal * $1) / noise }
    case .velocity: return x.merged(with: values) { factor * (noise * $0 + signal * $1) }
    }
  }

  /// The same prediction as another quantity; itself if it is that already.
  ///
  /// - Precondition: `x` has the prediction's shape and the level is not clean.
  package func converted(to kind: Kind, in x: Tensor, at level: NoiseLevel) -> Prediction {
    if kind == self.kind { return self }
    switch kind {
    case .image:
      return Prediction(kind, image(in: x, at: level), varianceFraction: varianceFraction)
    case .noise:
      return Prediction(kind, noise(in: x, at: level), varianceFraction: varianceFraction)
    case .velocity:
      let (signal, noise) = (Float(level.signalRate), Float(level.noiseRate))
      let velocity = self.noise(in: x, at: level).merged(with: image(in: x, at: level)) {
        signal * $0 - noise * $1
      }
      return Prediction(kind, velocity, varianceFraction: varianceFraction)
    }
  }

  /// The prediction with its image held in a range.
  ///
  /// - Precondition: `x` has the prediction's shape.
  package func clamped(
    to range: ClosedRange<Float> = -1...1, in x: Tensor, at level: NoiseLevel
  ) -> Prediction {
    var image = image(in: x, at: level)
    for index in image.values.indices {
      image.values[index] = min(max(image.values[index], range.lowerBound), range.upperBound)
    }
    return Prediction(.image, image, varianceFraction: varianceFraction)
  }

  /// How the image follows from sample and prediction, `x₀ = a·x + b·p`.
  package static func imageFactors(
    of kind: Kind, at level: NoiseLevel
  ) -> (ofSample: Double, ofPrediction: Double) {
    switch kind {
    case .noise: (1 / level.signalRate, -level.noiseRate / level.signalRate)
    case .image: (0, 1)
    case .velocity: (level.signalRate, -level.noiseRate)
    }
  }
}
