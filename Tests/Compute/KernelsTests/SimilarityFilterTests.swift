import CKernels
import Kernels
import ReferenceKernels
import Tensors
import Testing

/// Similarity and differences on every level that this processor can run against the readable forms: all
/// bits agree.
@Suite struct SimilarityFilterTests {
  @Test(arguments: FilterTests.levels, [(11, 11), (11, 12), (23, 11), (40, 19)])
  func similarityMatches(level: CPULevel, size: (Int, Int)) {
    let (width, height) = size
    var random = SplitMix64(seed: 23)
    let padding = Int(EK_SIMILARITY_PADDING)
    for (taps, scale, clips) in [(1, 1.0, false), (7, 49.0 / 48, false), (11, 1, true)] {
      let window = (0..<taps).map { _ in Double(random.nextUnit()) / Double(taps) }
      let planes = (0..<2).map { _ in
        (0..<width * height + padding).map { _ in Double(random.nextIndex(below: 256)) }
      }
      var job = ek_similarity()
      (job.width, job.height, job.taps) = (width, height, taps)
      (job.covariance_scale, job.c1, job.c2) = (scale, 6.5025, 58.5225)
      job.clips_contrast = clips ? 1 : 0
      withScratch((2 * taps + 4) * (width + padding), of: Double.self) { scratch in
        job.scratch = scratch
        planes[0].withUnsafeBufferPointer { first in
          planes[1].withUnsafeBufferPointer { second in
            window.withUnsafeBufferPointer { window in
              (job.first, job.second) = (first.baseAddress, second.baseAddress)
              job.window = window.baseAddress
              level.filters.similarity(&job)
            }
          }
        }
      }
      let expected = Reference.similarity(
        Array(planes[0].dropLast(padding)), Array(planes[1].dropLast(padding)), width: width,
        window: window, covarianceScale: scale, constants: (6.5025, 58.5225), clipsContrast: clips)
      #expect(job.ssim == expected.ssim, "\(level) \(size) \(taps)")
      #expect(job.contrast == expected.contrast, "\(level) \(size) \(taps)")
    }
  }

  /// Past 2¹⁴ values a partial sum is full.
  @Test(arguments: FilterTests.levels, [0, 1, 63, 16_384, 16_385, 40_000])
  func differencesMatch(level: CPULevel, count: Int) {
    var random = SplitMix64(seed: 24)
    let first = (0..<count).map { _ in UInt8(random.nextIndex(below: 256)) }
    for second in [first.map { _ in UInt8(random.nextIndex(below: 256)) }, first.map { ~$0 }] {
      var job = ek_differences()
      first.withUnsafeBufferPointer { a in
        second.withUnsafeBufferPointer { b in
          (job.first, job.second, job.count) = (a.baseAddress, b.baseAddress, count)
          level.filters.differences(&job)
        }
      }
      let differences = zip(first, second).map { abs(Int($0) - Int($1)) }
      #expect(Int(job.absolute) == differences.reduce(0, +))
      #expect(Int(job.squared) == differences.reduce(0) { $0 + $1 * $1 })
    }
  }
}
