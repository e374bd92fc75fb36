import Tensors

/// Width, height and channels of an image.
package struct ImageDimensions: Equatable, Sendable, CustomStringConvertible {
  /// Pixels in a row.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Samples in a pixel.
  package let channels: Int

  /// Joins the three numbers.
  package init(width: Int, height: Int, channels: Int) {
    self.width = width
    self.height = height
    self.channels = channels
  }

  /// The dimensions of a raster.
  package init(_ raster: Raster) {
    self.init(width: raster.width, height: raster.height, channels: raster.channels)
  }

  /// Width, height and channels in words.
  package var description: String { "\(width)×\(height) with \(channels) channels" }
}
