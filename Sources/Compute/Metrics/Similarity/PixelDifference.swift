import CKernels
import Foundation
import Kernels
import Tensors

/// Differences of two 8-bit images, sample by sample; sums are exact integers.
package enum PixelDifference {
  /// Mean absolute error over all pixels and channels, on the scale where samples are `[0, 1]`.
  ///
  /// Lower is better, 0 for equal images, 1 at most.
  /// - Throws: `ImagePairError.sizeMismatch`, `.empty`.
  package static func meanAbsoluteError(
    _ first: Raster, _ second: Raster
  ) throws(ImagePairError) -> Double {
    let sum = try sums(first, second).absolute
    return Double(sum) / Double(first.samples.count) / 255
  }

  /// Peak signal-to-noise ratio in decibels, `10·log₁₀(255² / mean squared error)`.
  ///
  /// Higher is better; `.infinity` for equal images, which a report prints as `∞` and JSON, which
  /// has no infinity, as null. A mean over pairs with an infinite one is infinite.
  ///
  /// Source: `skimage.metrics.peak_signal_noise_ratio(data_range=255)`.
  /// - Throws: `ImagePairError.sizeMismatch`, `.empty`.
  package static func peakSignalToNoiseRatio(
    _ first: Raster, _ second: Raster
  ) throws(ImagePairError) -> Double {
    let sum = try sums(first, second).squared
    guard sum > 0 else { return .infinity }
    let meanSquaredError = Double(sum) / Double(first.samples.count)
    return 10 * log10(255 * 255 / meanSquaredError)
  }

  /// Sums of `|a − b|` and `(a − b)²`.
  private static func sums(
    _ first: Raster, _ second: Raster
  ) throws(ImagePairError) -> (absolute: Int, squared: Int) {
    try ImagePairError.requireEqualDimensions(first, second)
    var job = ek_differences()
    first.samples.withUnsafeBufferPointer { a in
      second.samples.withUnsafeBufferPointer { b in
        (job.first, job.second, job.count) = (a.baseAddress, b.baseAddress, a.count)
        CPULevel.current.filters.differences(&job)
      }
    }
    return (Int(job.absolute), Int(job.squared))
  }
}
