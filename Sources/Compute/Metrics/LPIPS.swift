import Kernels

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
  /// The distance of two images in one layer.
  ///
  /// - Parameters:
  ///   - first: features after the activation, `[H, W, C]`.
  ///   - second: as `first`, of the other image.
  ///   - weights: the layer's linear head, `[C]`.
  ///   - level: instruction set; it changes no bit.
  /// - Precondition: equal shapes with at least one pixel; `weights.count == C`.
  /// - Returns: the mean over pixels; not a number if a feature is not finite.
  package static func layerDistance(
    _ first: MapView, _ second: MapView, weights: [Float], level: CPULevel = .current
  ) -> Double {
    precondition(first.pixels >= 1, "no features")
    return first.map.normalizedDistance(to: second.map, weights: weights, level: level)
      / Double(first.pixels)
  }
}
