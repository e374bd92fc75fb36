import Datasets
import Generators
import Images
import Tensors
import Terms

/// Paints a contact sheet: a row for each pair of a plan; beside its caption the condition, the real face
/// and every method's image.
struct SheetPainter {
  /// Which pairs.
  let plan: SheetPlan
  /// All pairs of the run.
  let pairs: [Pair]
  /// The methods, from left to right.
  let methods: [any Method]

  /// Pixels that the pictures of a row share, where they are not too many or too few for it.
  private static let rowWidth = 1300
  private static let gap = 5
  private static let captionColumns = 24
  private static let captionWidth = captionColumns * BitmapFont.width + 12

  /// The sheet; a picture that cannot be shown is replaced by the word for why.
  func paint(_ workers: Workers) -> Raster {
    let shown = plan.rows.compactMap { row in
      pairs.first { $0.id == row.id }.map { (row: row, pair: $0) }
    }
    let columns = columns(for: shown.map(\.pair))
    let side = min(192, max(96, Self.rowWidth / max(1, columns.count)))
    let tiles = workers.map(shown.count * columns.count) { number, _ in
      columns[number % columns.count].tile(shown[number / columns.count].pair, side: side)
    }
    let letters = side / BitmapFont.width
    let headings = columns.map { BitmapFont.lines($0.heading, columns: letters, limit: 3) }
    let top = (headings.map(\.count).max() ?? 0) * BitmapFont.height + 2 * Self.gap
    var canvas = Canvas(
      width: Self.captionWidth + columns.count * (side + Self.gap),
      height: top + shown.count * (side + Self.gap))
    for (column, lines) in headings.enumerated() {
      let x = Self.captionWidth + column * (side + Self.gap)
      canvas.write(
        lines, x: x, y: top - Self.gap - lines.count * BitmapFont.height, SheetColors.ink)
    }
    for (index, (row, pair)) in shown.enumerated() {
      let y = top + index * (side + Self.gap)
      Self.writeCaption(row, pair, y: y, lines: side / BitmapFont.height, &canvas)
      for column in columns.indices {
        let x = Self.captionWidth + column * (side + Self.gap)
        canvas.put(tiles[index * columns.count + column], x: x, y: y, side: side)
      }
    }
    return canvas.image
  }

  // MARK: Columns

  /// What stands below each other.
  private struct Column: Sendable {
    let heading: String
    /// The picture of a pair; nil where it has none.
    let picture: @Sendable (Pair, _ side: Int) throws -> Raster?

    /// A picture, or why there is none.
    func tile(_ pair: Pair, side: Int) -> SheetTile {
      do {
        return try picture(pair, side).map(SheetTile.picture) ?? .word("none")
      } catch {
        return .word(ImageFailure(error).state.rawValue)
      }
    }
  }

  private func columns(for pairs: [Pair]) -> [Column] {
    var columns: [Column] = []
    if pairs.contains(where: { $0.maskPath != nil }) {
      columns.append(
        Column(heading: "label map") { pair, side in
          guard let path = pair.maskPath else { return nil }
          try pair.verify(.mask)
          return try ImageDecoder.labelMap(contentsOf: path)
            .fitted(to: side, filter: .nearest).colored(by: LabelPalette.celebAMaskHQ)
        })
    } else if pairs.contains(where: { $0.scribblePath != nil }) {
      columns.append(
        Column(heading: "scribble") { pair, side in
          try pair.verify(.scribble)
          return try pair.scribblePath.map {
            try ImageDecoder.rgb(contentsOf: $0).fitted(to: side, filter: .lanczos)
          }
        })
    }
    if pairs.contains(where: { $0.imagePath != nil }) {
      columns.append(
        Column(heading: "real face") { pair, side in
          try pair.verify(.image)
          return try pair.imagePath.map {
            try ImageDecoder.rgb(contentsOf: $0).fitted(to: side, filter: .lanczos)
          }
        })
    }
    return columns
      + methods.map { method in
        Column(heading: method.name) { pair, side in
          try method.image(for: pair).fitted(to: side, filter: .lanczos)
        }
      }
  }

  // MARK: Captions

  private static func writeCaption(
    _ row: SheetPlan.Row, _ pair: Pair, y: Int, lines: Int, _ canvas: inout Canvas
  ) {
    let head =
      BitmapFont.lines(row.id, columns: captionColumns, limit: 1)
      + BitmapFont.lines(row.reason, columns: captionColumns, limit: 2)
    canvas.write(head, x: 6, y: y, SheetColors.ink)
    let text = BitmapFont.lines(
      pair.text ?? "", columns: captionColumns, limit: lines - head.count)
    canvas.write(text, x: 6, y: y + head.count * BitmapFont.height, SheetColors.faint)
  }
}
