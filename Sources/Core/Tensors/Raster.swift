/// 8-bit samples on a pixel grid, interleaved: `[H, W, C]`, row-major.
///
/// An RGB picture has three channels in R, G, B order and values 0…255; a label map has one
/// channel whose values are class indices.
package struct Raster: Equatable, Sendable {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Samples in a pixel.
  package let channels: Int
  /// All samples, `height * width * channels` of them.
  package var samples: [UInt8]

  /// Wraps samples that already lie in row-major, interleaved order.
  ///
  /// - Precondition: `samples.count == height * width * channels`.
  package init(width: Int, height: Int, channels: Int, samples: [UInt8]) {
    precondition(
      samples.count == width * height * channels,
      "\(samples.count) samples do not fill \(width)×\(height)×\(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
  }

  /// One sample, for tests and other cold code.
  package subscript(x x: Int, y y: Int, channel channel: Int = 0) -> UInt8 {
    get { samples[(y * width + x) * channels + channel] }
    set { samples[(y * width + x) * channels + channel] = newValue }
  }
}
