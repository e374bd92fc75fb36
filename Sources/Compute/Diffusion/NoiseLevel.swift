import Tensors

/// How much image and how much noise a noisy image is made of: `x = √ᾱ · x₀ + √(1 − ᾱ) · ε`.
///
/// Source: Ho et al., "Denoising Diffusion Probabilistic Models", arXiv 2006.11239, equation 4.
package struct NoiseLevel: Equatable, Sendable {
  /// ᾱ, the image's share of the variance, 0…1.
  package let cumulativeAlpha: Double
  /// √ᾱ, by which the image is multiplied.
  package let signalRate: Double
  /// √(1 − ᾱ), by which noise of deviation 1 is multiplied.
  package let noiseRate: Double

  /// The image itself.
  package static let clean = NoiseLevel(cumulativeAlpha: 1)

  /// The level of an ᾱ in 0…1.
  package init(cumulativeAlpha: Double) {
    self.cumulativeAlpha = cumulativeAlpha
    signalRate = cumulativeAlpha.squareRoot()
    noiseRate = (1 - cumulativeAlpha).squareRoot()
  }

  private init(signalRate: Double, noiseRate: Double) {
    cumulativeAlpha = signalRate * signalRate
    self.signalRate = signalRate
    self.noiseRate = noiseRate
  }

  /// The level at a moment 0 (all image) … 1 (all noise) of a diffusion in continuous time:
  /// `√ᾱ = cos(π t / 2)`, `√(1 − ᾱ) = sin(π t / 2)`.
  ///
  /// Source: Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models", arXiv 2102.09672,
  /// equation 17, without the offset.
  package static func cosine(at moment: Double) -> NoiseLevel {
    NoiseLevel(
      signalRate: Elementary.cosine(.pi / 2 * moment), noiseRate: Elementary.sine(.pi / 2 * moment))
  }

  /// Whether there is no noise at all.
  package var isClean: Bool { noiseRate == 0 }

  /// A sample of `q(x | x₀)`: the image with noise of deviation 1 at this level.
  ///
  /// - Precondition: both have one shape.
  package func noised(_ image: Tensor, with noise: Tensor) -> Tensor {
    let (signal, share) = (Float(signalRate), Float(noiseRate))
    return image.merged(with: noise) { signal * $0 + share * $1 }
  }
}

extension Tensor {
  /// The result of a function of the values of two tensors in the same places.
  ///
  /// - Precondition: both have one shape.
  @inline(__always)
  func merged(with other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "\(shape) and \(other.shape) differ")
    var result = self
    for index in values.indices {
      result.values[index] = function(values[index], other.values[index])
    }
    return result
  }
}
