import Images
import Tensors

/// The colors of letters and empty places on sheets.
enum SheetColors {
  static let ink = RGBColor(31, 35, 40)
  static let faint = RGBColor(101, 109, 118)
  static let ground = RGBColor(234, 238, 242)
}

/// What stands in a square of a sheet.
enum SheetTile: Sendable {
  /// A picture that fits into the square.
  case picture(Raster)
  /// A word for why there is none.
  case word(String)
}

extension Canvas {
  /// Writes lines below each other, the first with its left upper corner at a place.
  mutating func write(_ lines: [String], x: Int, y: Int, _ color: RGBColor) {
    for (index, line) in lines.enumerated() {
      write(line, x: x, y: y + index * BitmapFont.height, color)
    }
  }

  /// Puts a tile into the middle of a square whose left upper corner is at a place.
  mutating func put(_ tile: SheetTile, x: Int, y: Int, side: Int) {
    switch tile {
    case .picture(let picture):
      paste(picture, x: x + (side - picture.width) / 2, y: y + (side - picture.height) / 2)
    case .word(let word):
      fill(x: x, y: y, width: side, height: side, SheetColors.ground)
      let lines = BitmapFont.lines(word, columns: side / BitmapFont.width, limit: 2)
      let width = (lines.map(\.count).max() ?? 0) * BitmapFont.width
      write(
        lines, x: x + (side - width) / 2, y: y + (side - lines.count * BitmapFont.height) / 2,
        SheetColors.faint)
    }
  }
}

extension Raster {
  /// The picture with its longer side of so many pixels.
  package func fitted(to side: Int, filter: PillowFilter) -> Raster {
    let longer = max(width, height)
    return resized(
      width: max(1, width * side / longer), height: max(1, height * side / longer), filter: filter)
  }
}
