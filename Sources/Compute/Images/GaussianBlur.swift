import Foundation
import Tensors

/// Separable Gaussian filter over 8-bit samples, in Float64 with one rounding at the end.
///
/// Source: `scipy.ndimage.gaussian_filter(x.astype(float), (σ, σ, 0), mode="reflect", truncate=4)`
/// and then `⌊y + ½⌋`: weights `exp(−k² / 2σ²)` for `|k| ≤ ⌊4σ + ½⌋`, normalized to 1; edges are
/// mirrored with the edge sample repeated.
package struct GaussianBlur: Equatable, Sendable {
  /// The normalized weights, `2 · radius + 1` of them.
  let weights: [Double]

  /// A filter of a standard deviation in pixels.
  ///
  /// - Precondition: `sigma > 0`.
  package init(sigma: Double) {
    precondition(sigma > 0, "a Gaussian of width \(sigma) is none")
    let radius = Int(4 * sigma + 0.5)
    let raw = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = raw.reduce(0, +)
    weights = raw.map { $0 / total }
  }

  /// Blurs every channel alike; the size stays.
  package func apply(to raster: Raster) -> Raster {
    let columns = filteredColumns(of: raster)
    var blurred = raster
    blurred.samples = filteredRows(of: columns, like: raster)
    return blurred
  }

  private var radius: Int { weights.count / 2 }

  /// Where position `index` of a mirrored line of `count` samples comes from.
  package static func reflected(_ index: Int, count: Int) -> Int {
    let period = 2 * count
    let folded = ((index % period) + period) % period
    return folded < count ? folded : period - 1 - folded
  }

  /// Weighted sums down the columns, `[H, W, C]`.
  private func filteredColumns(of raster: Raster) -> [Double] {
    let stride = raster.width * raster.channels
    var sums = [Double](repeating: 0, count: raster.samples.count)
    sums.withUnsafeMutableBufferPointer { sums in
      raster.samples.withUnsafeBufferPointer { samples in
        for y in 0..<raster.height {
          for (tap, weight) in weights.enumerated() {
            let source = Self.reflected(y + tap - radius, count: raster.height) * stride
            for x in 0..<stride { sums[y * stride + x] += weight * Double(samples[source + x]) }
          }
        }
      }
    }
    return sums
  }

  /// Weighted sums along the rows, rounded; `[H, W, C]`.
  private func filteredRows(of columns: [Double], like raster: Raster) -> [UInt8] {
    let (width, channels) = (raster.width, raster.channels)
    let origins = (-radius..<width + radius).map { Self.reflected($0, count: width) * channels }
    var samples = [UInt8](repeating: 0, count: columns.count)
    var line = [Double](repeating: 0, count: origins.count * channels)
    var sums = [Double](repeating: 0, count: width * channels)
    for row in stride(from: 0, to: columns.count, by: width * channels) {
      for (place, origin) in origins.enumerated() {
        for channel in 0..<channels {
          line[place * channels + channel] = columns[row + origin + channel]
        }
      }
      correlate(line, channels: channels, into: &sums)
      for index in sums.indices { samples[row + index] = UInt8(sums[index] + 0.5) }
    }
    return samples
  }

  private func correlate(_ line: [Double], channels: Int, into sums: inout [Double]) {
    sums.withUnsafeMutableBufferPointer { sums in
      line.withUnsafeBufferPointer { line in
        sums.update(repeating: 0)
        for (tap, weight) in weights.enumerated() {
          let offset = tap * channels
          for index in 0..<sums.count { sums[index] += weight * line[offset + index] }
        }
      }
    }
  }
}
