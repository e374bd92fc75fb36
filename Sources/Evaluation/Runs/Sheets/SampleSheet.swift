import Images
import Tensors
import Terms

/// A sheet of a handful of images: what each was made from above, its caption below.
package struct SampleSheet {
  /// One image and what it was made from.
  package struct Sample: Sendable {
    /// The image that was read; nil where none was.
    let input: Raster?
    /// The image, or why there is none.
    let result: Result<Raster, ImageFailure>
    /// What was read or is to be known; empty for nothing.
    let caption: String

    /// Joins the three.
    package init(input: Raster?, result: Result<Raster, ImageFailure>, caption: String) {
      self.input = input
      self.result = result
      self.caption = caption
    }
  }

  private let title: String
  private let samples: [Sample]
  /// Pixels on a side of an image.
  private let side: Int

  private static let gap = 6
  private static let columns = 8
  /// Sides between these are shown as they are, smaller ones as a whole multiple.
  private static let sides = 128...256
  private static let captionLines = 7

  /// A sheet of images of one size.
  ///
  /// - Parameters:
  ///   - title: stands above all.
  ///   - samples: from left to right, eight in a row.
  ///   - imageSize: width and height of the images in pixels.
  package init(title: String, samples: [Sample], imageSize: Int) {
    self.title = title
    self.samples = samples
    let size = max(1, imageSize)
    let (least, most) = (Self.sides.lowerBound, Self.sides.upperBound)
    side = min(size * max(1, (least + size - 1) / size), most)
  }

  /// The sheet; an image that is not there is replaced by the word for why.
  package func paint() -> Raster {
    let columns = min(Self.columns, max(samples.count, 1))
    let width = columns * (side + Self.gap) + Self.gap
    let heading = BitmapFont.lines(
      title, columns: (width - 2 * Self.gap) / BitmapFont.width, limit: 3)
    let rows = stride(from: 0, to: samples.count, by: columns).map {
      Array(samples[$0..<min($0 + columns, samples.count)])
    }
    let top = heading.count * BitmapFont.height + 2 * Self.gap
    var canvas = Canvas(width: width, height: top + rows.reduce(0) { $0 + height(of: $1) })
    canvas.write(heading, x: Self.gap, y: Self.gap, SheetColors.ink)
    var y = top
    for row in rows {
      for (column, sample) in row.enumerated() {
        put(sample, x: Self.gap + column * (side + Self.gap), y: y, beside: row, &canvas)
      }
      y += height(of: row)
    }
    return canvas.image
  }

  private func put(
    _ sample: Sample, x: Int, y: Int, beside row: [Sample], _ canvas: inout Canvas
  ) {
    var y = y
    if hasInput(row) {
      canvas.put(tile(sample.input.map { .success($0) }), x: x, y: y, side: side)
      y += side + Self.gap
    }
    canvas.put(tile(sample.result), x: x, y: y, side: side)
    canvas.write(lines(sample), x: x, y: y + side + Self.gap, SheetColors.faint)
  }

  private func tile(_ image: Result<Raster, ImageFailure>?) -> SheetTile {
    switch image {
    case nil: .word("no image")
    case .success(let picture)?: .picture(picture.fitted(to: side, filter: .lanczos))
    case .failure(let failure)?: .word(failure.state.rawValue)
    }
  }

  private func lines(_ sample: Sample) -> [String] {
    BitmapFont.lines(
      sample.caption, columns: side / BitmapFont.width, limit: Self.captionLines)
  }

  private func hasInput(_ row: [Sample]) -> Bool { row.contains { $0.input != nil } }

  private func height(of row: [Sample]) -> Int {
    let pictures = (hasInput(row) ? 2 : 1) * (side + Self.gap)
    return pictures + (row.map { lines($0).count }.max() ?? 0) * BitmapFont.height + 2 * Self.gap
  }
}
