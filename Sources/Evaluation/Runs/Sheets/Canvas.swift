import Images
import Tensors

/// A white RGB picture that others and letters are put on; what hangs over its edges is cut off.
package struct Canvas {
  /// What there is so far.
  package private(set) var image: Raster

  /// White of a size in pixels.
  package init(width: Int, height: Int) {
    image = Raster(
      width: width, height: height, channels: 3,
      samples: [UInt8](repeating: 255, count: width * height * 3))
  }

  /// Puts a picture with its left upper corner at a place; gray becomes RGB.
  package mutating func paste(_ picture: Raster, x: Int, y: Int) {
    let columns = max(0, -x)..<max(0, -x, min(picture.width, image.width - x))
    for row in 0..<picture.height where 0..<image.height ~= y + row && !columns.isEmpty {
      let source = row * picture.width
      let target = ((y + row) * image.width + x + columns.lowerBound) * 3
      let line: [UInt8] =
        picture.channels == 3
        ? Array(
          picture.samples[3 * (source + columns.lowerBound)..<3 * (source + columns.upperBound)])
        : columns.flatMap { [UInt8](repeating: picture.samples[source + $0], count: 3) }
      image.samples.replaceSubrange(target..<target + 3 * columns.count, with: line)
    }
  }

  /// Fills a rectangle.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: RGBColor) {
    let pixel = [color.red, color.green, color.blue]
    paste(
      Raster(
        width: width, height: height, channels: 3,
        samples: (0..<width * height).flatMap { _ in pixel }), x: x, y: y)
  }

  /// Writes a line whose left upper corner is at a place.
  mutating func write(_ text: String, x: Int, y: Int, _ color: RGBColor) {
    for (index, character) in text.enumerated() {
      for (row, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.width where bits >> (BitmapFont.width - 1 - column) & 1 == 1 {
          set(x: x + index * BitmapFont.width + column, y: y + row, color)
        }
      }
    }
  }

  private mutating func set(x: Int, y: Int, _ color: RGBColor) {
    guard 0..<image.width ~= x && 0..<image.height ~= y else { return }
    let start = (y * image.width + x) * 3
    image.samples[start] = color.red
    image.samples[start + 1] = color.green
    image.samples[start + 2] = color.blue
  }
}
