/// A view of activations in channels-last order, `[H, W, C]`, for one image.
///
/// Channels of one pixel are contiguous; pixels lie `pixelStride` floats apart, so a view can be a
/// slice of a wider map. That is how branches write straight into their concatenation. A plain
/// vector `[D]` is a map of one pixel. The view does not own its memory.
package struct FeatureMap {
  /// First channel of the first pixel.
  package let base: UnsafeMutablePointer<Float>
  /// `H`.
  package let rows: Int
  /// `W`.
  package let columns: Int
  /// `C`.
  package let channels: Int
  /// Floats from one pixel to the next, at least `channels`.
  package let pixelStride: Int

  /// Describes memory that holds `rows * columns` pixels.
  package init(
    base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, channels: Int, pixelStride: Int
  ) {
    precondition(
      pixelStride >= channels, "pixels \(pixelStride) apart overlap \(channels) channels")
    self.base = base
    self.rows = rows
    self.columns = columns
    self.channels = channels
    self.pixelStride = pixelStride
  }

  /// `H·W`.
  package var pixels: Int { rows * columns }

  /// `H × W`.
  var extent: Extent { Extent(rows: rows, columns: columns) }

  /// Start of one pixel.
  @inline(__always)
  func pixel(_ row: Int, _ column: Int) -> UnsafeMutablePointer<Float> {
    base + (row * columns + column) * pixelStride
  }

  /// The view of some of the channels, sharing memory.
  package func channels(from first: Int, count: Int) -> FeatureMap {
    precondition(first >= 0 && first + count <= channels, "channels out of range")
    return FeatureMap(
      base: base + first, rows: rows, columns: columns, channels: count, pixelStride: pixelStride)
  }
}
