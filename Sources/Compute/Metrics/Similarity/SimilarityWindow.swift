import Foundation

/// The separable window under which SSIM takes local means.
package struct SimilarityWindow: Equatable, Sendable {
  /// Weights of one axis, symmetric, an odd number of them.
  package let weights: [Double]

  /// Equal weights.
  package static func uniform(size: Int) -> SimilarityWindow {
    SimilarityWindow(weights: [Double](repeating: 1 / Double(size), count: size))
  }

  /// Gaussian weights that sum to 1 in Float64.
  package static func gaussian(size: Int, sigma: Double) -> SimilarityWindow {
    let values = (0..<size).map { index in
      let distance = Double(index - size / 2)
      return exp(-distance * distance / (2 * sigma * sigma))
    }
    let sum = values.reduce(0, +)
    return SimilarityWindow(weights: values.map { $0 / sum })
  }

  /// Gaussian weights that were made and normalized in Float32, as PyTorch packages do.
  ///
  /// They sum to `1 − 3.07e-8` for 11 taps and `σ = 1.5`; as variances are differences of large
  /// numbers, this moves SSIM by up to `8e-6`.
  package static func gaussianInFloat32(size: Int, sigma: Float) -> SimilarityWindow {
    let values = (0..<size).map { index in
      let distance = Float(index - size / 2)
      return exp(-(distance * distance) / (2 * sigma * sigma))
    }
    // PyTorch's vectorized sum is the correctly rounded one here; adding in order is one ulp off.
    let sum = Float(values.reduce(0) { $0 + Double($1) })
    return SimilarityWindow(weights: values.map { Double($0 / sum) })
  }

  /// Gaussian weights with the sum that a two-dimensional window has after rounding to Float32.
  ///
  /// - Deviation: IQA-PyTorch rounds all `size²` weights of a two-dimensional window, which is then
  ///   no longer separable. That their sum is not 1 moves SSIM by `1e-6` to `1e-5` and is kept. Which
  ///   weight rounds which way is not: some fifty weights that matter, each off by up to `3e-8` of
  ///   itself, leave `5e-9`.
  package static func gaussianWithRoundedSum(size: Int, sigma: Double) -> SimilarityWindow {
    let ideal = gaussian(size: size, sigma: sigma).weights
    let sum = ideal.reduce(0) { sum, row in
      ideal.reduce(sum) { $0 + Double(Float(row * $1)) }
    }
    return SimilarityWindow(weights: ideal.map { $0 * sum.squareRoot() })
  }
}
