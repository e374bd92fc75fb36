import CKernels
import Tensors

/// Gradients of operations on tokens.
extension FeatureMap {
  /// The first rows of tokens, sharing memory.
  package func firstRows(_ count: Int) -> FeatureMap {
    window(from: 0, pixels: count, channel: 0, channels: channels)
  }

  /// All values as one pixel.
  ///
  /// - Precondition: no floats lie between the pixels.
  package var asVector: FeatureMap { asOnePixel }

  /// `table[ids[t]] += dy[t]`, the map being `dy`, `[T, D]`, and ids the channels of one pixel.
  ///
  /// A number that is no row of the table is passed over; its result was NaN.
  package func addEmbeddingGradient(
    of ids: FeatureMap, to table: UnsafeMutablePointer<Float>, rows: Int,
    level: CPULevel = .current
  ) {
    let kernels = level.gradientKernels
    for index in 0..<pixels {
      guard let id = Int(exactly: ids.base[index]), (0..<rows).contains(id) else { continue }
      kernels.add_scaled(pixel(at: index), 1, table + id * channels, channels)
    }
  }

  /// `dx[t] += dy`, `t` being where `ids` is largest, the first of equals.
  package func add(
    _ row: FeatureMap, toRowAtLargestOf ids: FeatureMap, level: CPULevel = .current
  ) {
    level.gradientKernels.add_scaled(row.base, 1, pixel(at: ids.largestIndex), channels)
  }

  /// Where the largest channel of the first pixel is, the first of equals.
  var largestIndex: Int {
    var largest = 0
    for index in 1..<max(channels, 1) where base[index] > base[largest] { largest = index }
    return largest
  }
}

extension GradientScratch {
  /// Values as a map of one pixel, valid until the scratch is used again.
  package func pixel(_ values: [Float]) -> FeatureMap {
    let start = floats(values.count)
    for (index, value) in values.enumerated() { start[index] = value }
    return FeatureMap(
      base: start, rows: 1, columns: 1, channels: values.count, pixelStride: values.count)
  }
}
