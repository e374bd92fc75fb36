import Images
import Tensors

/// Pictures of one size in rows on white.
package struct PictureGrid {
  /// The pictures, row by row.
  package let pictures: [Raster]
  /// Pictures of a row.
  package let columns: Int
  /// By which factor each becomes wider and higher; pixels stay sharp.
  package var zoom = 1
  /// Pixels between two pictures.
  private static let gap = 4

  /// Pictures in rows.
  ///
  /// - Parameters:
  ///   - pictures: row by row.
  ///   - columns: pictures of a row.
  ///   - zoom: by which factor each becomes wider and higher.
  package init(pictures: [Raster], columns: Int, zoom: Int = 1) {
    self.pictures = pictures
    self.columns = columns
    self.zoom = zoom
  }

  /// The whole grid; one pixel of white without pictures.
  package var raster: Raster {
    guard let first = pictures.first else {
      return Raster(width: 1, height: 1, channels: 3, samples: [255, 255, 255])
    }
    let (cellWidth, cellHeight) = (first.width * zoom, first.height * zoom)
    let rows = (pictures.count + columns - 1) / columns
    let width = columns * (cellWidth + Self.gap) - Self.gap
    let height = rows * (cellHeight + Self.gap) - Self.gap
    var grid = Raster(
      width: width, height: height, channels: 3,
      samples: [UInt8](repeating: 255, count: 3 * width * height))
    for (index, picture) in pictures.enumerated() {
      let large = picture.resized(width: cellWidth, height: cellHeight, filter: .nearest)
      let left = index % columns * (cellWidth + Self.gap)
      let top = index / columns * (cellHeight + Self.gap)
      for row in 0..<cellHeight {
        let start = ((top + row) * width + left) * 3
        grid.samples.replaceSubrange(
          start..<start + 3 * cellWidth,
          with: large.samples[3 * cellWidth * row..<3 * cellWidth * (row + 1)])
      }
    }
    return grid
  }
}
