/// Learned perceptual image patch similarity: the formula over one layer's features.
///
/// `d = Σ_layers mean_p Σ_c w_c (f̂₁[p, c] − f̂₂[p, c])²` with `f̂ = f / (‖f‖₂ + 1e-10)`, the norm
/// over channels; lower is better, 0 for equal images. The score of a pair is the sum of
/// `layerDistance` over the layers, in the network's order.
///
/// Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric",
/// CVPR 2018; `richzhang/PerceptualSimilarity`, `lpips/lpips.py` (v0.1).
/// - Deviation: the reference keeps every step in Float32; here the terms of a pixel are Float32,
///   summed in sixteen interleaved partial sums, and the mean over pixels is Float64. The
///   difference is the reference's own rounding, below `1e-6` of the distance.
package enum LPIPS {
  /// Added to the norm, not to the sum under the root.
  private static let epsilon: Float = 1e-10

  /// The distance of two images in one layer.
  ///
  /// - Parameters:
  ///   - first: features after the activation, `[P, C]`, pixel by pixel with contiguous channels.
  ///   - second: as `first`, of the other image.
  ///   - pixels: `P = H·W`, at least 1.
  ///   - channels: `C`, at least 1.
  ///   - pixelStride: floats from one pixel to the next, at least `C`.
  ///   - weights: the layer's linear head, `[C]`.
  /// - Precondition: both buffers hold `(P − 1)·pixelStride + C` floats; `weights.count == C`.
  /// - Returns: the mean over pixels; not a number if a feature is not finite.
  package static func layerDistance(
    first: UnsafeBufferPointer<Float>, second: UnsafeBufferPointer<Float>, pixels: Int,
    channels: Int, pixelStride: Int, weights: [Float]
  ) -> Double {
    let needed = (pixels - 1) * pixelStride + channels
    precondition(pixels >= 1 && channels >= 1 && pixelStride >= channels, "no features")
    precondition(first.count >= needed && second.count >= needed, "features end early")
    precondition(weights.count == channels, "\(weights.count) weights for \(channels) channels")
    guard let first = first.baseAddress, let second = second.baseAddress else { return 0 }
    let sum = weights.withUnsafeBufferPointer { weights in
      var sum = 0.0
      guard let weights = weights.baseAddress else { return sum }
      for pixel in 0..<pixels {
        let offset = pixel * pixelStride
        sum += Double(
          pixelDistance(first + offset, second + offset, weights: weights, channels: channels))
      }
      return sum
    }
    return sum / Double(pixels)
  }

  /// `Σ_c w_c (a_c/(‖a‖ + ε) − b_c/(‖b‖ + ε))²`.
  @inline(__always)
  private static func pixelDistance(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    channels: Int
  ) -> Float {
    let aScale = 1 / (squaredNorm(a, count: channels).squareRoot() + epsilon)
    let bScale = 1 / (squaredNorm(b, count: channels).squareRoot() + epsilon)
    var even = SIMD8<Float>.zero
    var odd = SIMD8<Float>.zero
    var channel = 0
    while channel + 16 <= channels {
      let low = load(a + channel) * aScale - load(b + channel) * bScale
      let high = load(a + channel + 8) * aScale - load(b + channel + 8) * bScale
      even += load(weights + channel) * (low * low)
      odd += load(weights + channel + 8) * (high * high)
      channel += 16
    }
    var sum = (even + odd).sum()
    while channel < channels {
      let difference = a[channel] * aScale - b[channel] * bScale
      sum += weights[channel] * (difference * difference)
      channel += 1
    }
    return sum
  }

  @inline(__always)
  private static func squaredNorm(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var even = SIMD8<Float>.zero
    var odd = SIMD8<Float>.zero
    var index = 0
    while index + 16 <= count {
      let low = load(values + index)
      let high = load(values + index + 8)
      even += low * low
      odd += high * high
      index += 16
    }
    var sum = (even + odd).sum()
    while index < count {
      sum += values[index] * values[index]
      index += 1
    }
    return sum
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  }
}
