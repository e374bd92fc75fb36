import CKernels
import Kernels

/// SSIM and its contrast-structure part, averaged over all positions of a window in two planes.
///
/// `ssim = (2μ₁μ₂ + C₁)/(μ₁² + μ₂² + C₁) · cs`, `cs = (2σ₁₂ + C₂)/(σ₁² + σ₂² + C₂)`, where the window
/// lies wholly inside ("valid"); `C₁ = (0.01·L)²`, `C₂ = (0.03·L)²`.
struct WindowedSimilarity {
  let window: SimilarityWindow
  /// Factor on variances and covariance: 1 for a population, `n/(n − 1)` for a sample.
  let covarianceScale: Double
  /// Whether negative contrast counts as 0 at every position.
  let clipsContrast: Bool
  /// `L`, the span of possible values.
  let dataRange: Double

  struct Means: Equatable {
    var ssim: Double
    var contrast: Double
  }

  /// - Precondition: both planes have the same size and no side is shorter than the window.
  func means(_ first: Plane, _ second: Plane) -> Means {
    let taps = window.weights.count
    let scratchCount = (2 * taps + 4) * (first.width + Plane.padding)
    return withUnsafeTemporaryAllocation(
      byteCount: scratchCount * MemoryLayout<Double>.stride, alignment: 64
    ) { scratch in
      var job = ek_similarity()
      (job.width, job.height, job.taps) = (first.width, first.height, taps)
      job.covariance_scale = covarianceScale
      job.c1 = 0.01 * dataRange * (0.01 * dataRange)
      job.c2 = 0.03 * dataRange * (0.03 * dataRange)
      job.clips_contrast = clipsContrast ? 1 : 0
      job.scratch = scratch.baseAddress?.assumingMemoryBound(to: Double.self)
      first.values.withUnsafeBufferPointer { x in
        second.values.withUnsafeBufferPointer { y in
          window.weights.withUnsafeBufferPointer { weights in
            (job.first, job.second) = (x.baseAddress, y.baseAddress)
            job.window = weights.baseAddress
            CPULevel.current.filters.similarity(&job)
          }
        }
      }
      let count = Double((first.width - taps + 1) * (first.height - taps + 1))
      return Means(ssim: job.ssim / count, contrast: job.contrast / count)
    }
  }
}
