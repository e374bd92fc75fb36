import Datasets
import Essentials
import Images
import Synchronization
import Tensors

/// The mean of all ground truths, the same for every pair.
///
/// Sums are whole numbers, so the mean does not depend on the order of the images; it is rounded to
/// the nearest 8-bit value, halves upwards.
package struct MeanFaceAnchor: Method {
  package let name: String
  /// The mean, `[size, size, 3]`.
  package let face: Raster
  /// How many ground truths went into it.
  package let count: Int
  /// Why a ground truth was left out of the mean, by id.
  package let failures: [String: MethodError]

  /// Averages the ground truths of all pairs that have one.
  ///
  /// - Parameters:
  ///   - name: the row's name.
  ///   - pairs: all pairs of the table, so that every shard has the same mean.
  ///   - size: width and height that each ground truth is resized to first.
  ///   - workers: threads that decode.
  /// - Throws: `MethodError.tooFewReferences` if no ground truth is readable.
  package init(
    name: String = BuiltinMethod.meanFace.rawValue, pairs: [Pair], size: Int,
    workers: Workers = Workers()
  ) throws(MethodError) {
    let sum = Mutex(RunningSum(sampleCount: size * size * 3))
    let known = pairs.filter { $0.imagePath != nil }
    // The body reports its errors itself, so that one broken image does not stop the others.
    workers.forEach(known.count) { index, _ in
      do throws(MethodError) {
        let face = try ReferenceFace.image(of: known[index], size: size)
        sum.withLock { $0.add(face) }
      } catch {
        sum.withLock { $0.failures[known[index].id] = error }
      }
    }
    let total = sum.withLock { $0 }
    guard total.count > 0 else {
      throw .tooFewReferences(anchor: .meanFace, found: 0, needed: 1)
    }
    self.name = name
    face = Raster(width: size, height: size, channels: 3, samples: total.mean)
    count = total.count
    failures = total.failures
  }

  package var fingerprint: String {
    "mean-face size=\(face.width) resize=pillow-bicubic n=\(count) "
      + "pixels=\(FileDigest.sha256(of: face.samples))"
  }

  package func origin(of pair: Pair) -> ImageOrigin? {
    ImageOrigin(recipe: fingerprint, files: [])
  }

  package func image(for pair: Pair) throws(MethodError) -> Raster { face }

  /// Whole-number sums of many rasters of one size.
  private struct RunningSum: Sendable {
    var sums: [UInt64]
    var count = 0
    var failures: [String: MethodError] = [:]

    init(sampleCount: Int) { sums = [UInt64](repeating: 0, count: sampleCount) }

    mutating func add(_ raster: Raster) {
      raster.samples.withUnsafeBufferPointer { samples in
        sums.withUnsafeMutableBufferPointer { sums in
          for index in 0..<sums.count { sums[index] &+= UInt64(samples[index]) }
        }
      }
      count += 1
    }

    /// `⌊sum / count + ½⌋` for every sample.
    var mean: [UInt8] {
      let divisor = UInt64(count)
      return sums.map { UInt8((2 * $0 + divisor) / (2 * divisor)) }
    }
  }
}
