import Diffusion
import Kernels
import Recipes
import Tensors

/// The loss of a diffusion that predicts the velocity and where its variance lies.
///
///     w·mean (v̂ − v)² + 0.1·mean bits,    w = min(ᾱ/(1 − ᾱ), 5)·(1 − ᾱ)
///
/// Source of w: Hang et al., arXiv 2303.09556, section 3.3: an error of x₀ counts min(SNR, 5).
package struct DenoisingLoss {
  /// Whether w holds timesteps with little noise down; otherwise it is 1.
  package let limitsSignal: Bool
  private static let largestRatio = 5.0
  private static let boundWeight = 0.1

  /// A loss by whether it holds timesteps with little noise down.
  package init(limitsSignal: Bool) { self.limitsSignal = limitsSignal }

  /// What the velocity's error counts at a level.
  package func weight(at level: NoiseLevel) -> Double {
    guard limitsSignal else { return 1 }
    let noise = level.noiseRate * level.noiseRate
    return min(level.cumulativeAlpha / noise, Self.largestRatio) * noise
  }

  /// Measures the velocity of one latent and adds the gradient, without a variance.
  ///
  /// - Parameters:
  ///   - result: `[s, s, Z]`, the velocity.
  ///   - velocity: `[Z, s, s]`, what was to be found.
  ///   - level: how noisy the latent was.
  ///   - pixelWeights: what each of the `s·s` pixels counts; nil if all count alike.
  ///   - gradient: shaped like the result.
  ///   - weight: factor on the gradient.
  /// - Returns: the latent's loss.
  package func measure(
    _ result: MapView, velocity: Tensor, at level: NoiseLevel, pixelWeights: [Float]? = nil,
    addingTo gradient: MapView, weight: Double
  ) -> Double {
    let (pixels, channels) = (result.pixels, result.channels)
    let share = self.weight(at: level) / Double(pixels * channels)
    let factor = Float(2 * weight * share)
    var squares = 0.0
    result.withValues { values in
      gradient.withMutableValues { slopes in
        for pixel in 0..<pixels {
          let pixelWeight = pixelWeights?[pixel] ?? 1
          for channel in 0..<channels {
            let error =
              values[pixel * result.pixelStride + channel]
              - velocity.values[channel * pixels + pixel]
            squares += Double(pixelWeight) * Double(error) * Double(error)
            slopes[pixel * gradient.pixelStride + channel] += factor * pixelWeight * error
          }
        }
      }
    }
    return share * squares
  }

  /// Measures one image and adds the gradient.
  ///
  /// - Parameters:
  ///   - result: `[S, S, 6]`, velocity and variance.
  ///   - sample: what was to be found.
  ///   - gradient: shaped like the result.
  ///   - weight: factor on the gradient.
  /// - Returns: the image's loss.
  package func measure(
    _ result: MapView, _ sample: NoisyFaces.Sample, addingTo gradient: MapView, weight: Double
  ) -> Double {
    let (pixels, channels) = (result.pixels, result.channels / 2)
    let count = Double(pixels * channels)
    let velocityWeight = self.weight(at: sample.step.from)
    let bound = VariationalBound(sample.step)
    let noise = Float(sample.step.from.noiseRate)
    var (squares, bits) = (0.0, 0.0)
    result.withValues { values in
      gradient.withMutableValues { slopes in
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            let place = pixel * result.pixelStride + channel
            let target = pixel * gradient.pixelStride + channel
            let error = values[place] - sample.velocity.values[channel * pixels + pixel]
            squares += Double(error) * Double(error)
            slopes[target] += Float(weight * velocityWeight * 2 * Double(error) / count)
            guard let bound else { continue }
            // x̂₀ − x₀ = −√(1 − ᾱ)·(v̂ − v)
            let part = bound.measure(fraction: values[place + channels], imageError: noise * error)
            bits += part.bits
            slopes[target + channels] += Float(weight * Self.boundWeight * part.slope / count)
          }
        }
      }
    }
    return (velocityWeight * squares + Self.boundWeight * bits) / count
  }
}
