/// A report's numbers as bars: a panel for each column, a row for each method.
///
/// Bars begin at zero. A measured value is a filled bar with its 95 % interval, a published one an outlined
/// bar, dashed where it does not compare with them; anchors are muted. Rows without any number are counted
/// below the chart.
struct BarChart {
  private static let width = 880.0
  private static let labelWidth = 200.0
  private static let rowHeight = 22.0
  private static let titleHeight = 26.0
  /// Columns that are drawn side by side.
  private static let panelsInBand = 3

  private let report: TableReport
  private let rows: [PrintedTable.Row]
  private let lost: Int

  init(_ report: TableReport) {
    self.report = report
    let all = PrintedTable(report).rows
    rows = all.filter { row in row.cells.contains { $0.measured != nil || $0.published != nil } }
    lost = all.count - rows.count
  }

  /// Whether there is nothing to draw.
  var isEmpty: Bool { rows.isEmpty }

  /// The chart as SVG; equal reports give equal bytes.
  var svg: String {
    let bands = Self.bands(report.columns.count)
    let height = 66 + Double(bands.count) * (bandHeight + 30) + (lost > 0 ? 20 : 0)
    var drawing = Drawing(width: Self.width, height: height)
    drawing.rectangle("ground", from: Place(0, 0), to: Place(Self.width, height))
    let title = ChartStyle.fitted(
      report.title, to: Self.width - 28, scale: ChartStyle.titleScale)
    drawing.text("title", title, at: Place(14, 26))
    drawLegend(&drawing)
    for (number, columns) in bands.enumerated() {
      draw(columns, top: 66 + Double(number) * (bandHeight + 30), &drawing)
    }
    if lost > 0 {
      let words = lost == 1 ? "1 method has" : "\(lost) methods have"
      drawing.text("small faint", "\(words) no number yet", at: Place(14, height - 12))
    }
    return drawing.svg(title: report.title, style: ChartStyle.sheet)
  }

  /// Columns in bands of nearly the same number.
  private static func bands(_ count: Int) -> [Range<Int>] {
    let bands = (count + panelsInBand - 1) / panelsInBand
    return (0..<bands).map { $0 * count / bands..<($0 + 1) * count / bands }
  }

  // MARK: Rows

  private var sections: Int { rows.indices.count { opensSection($0) } }

  private func opensSection(_ index: Int) -> Bool {
    index == 0 || rows[index].section != rows[index - 1].section
  }

  private var bandHeight: Double {
    Self.titleHeight + Double(rows.count) * Self.rowHeight + Double(sections) * Self.titleHeight
  }

  /// Upper edge of each row, from the upper edge of the band.
  private var offsets: [Double] {
    var y = Self.titleHeight
    return rows.indices.map { index in
      if opensSection(index) { y += Self.titleHeight }
      defer { y += Self.rowHeight }
      return y
    }
  }

  private func draw(_ columns: Range<Int>, top: Double, _ drawing: inout Drawing) {
    let room = (Self.width - Self.labelWidth - 14) / Double(columns.count)
    for (number, column) in columns.enumerated() {
      let left = Self.labelWidth + room * Double(number)
      draw(column, in: left...left + room - 12, top: top, &drawing)
    }
    for (index, offset) in offsets.enumerated() {
      let row = rows[index]
      if opensSection(index) {
        drawing.text(
          "small faint", ChartStyle.fitted(row.section, to: Self.width),
          at: Place(14, top + offset - 7))
      }
      drawing.text(
        row.row.isAnchor ? "faint" : "", ChartStyle.fitted(row.row.name, to: Self.labelWidth - 30),
        at: Place(22, top + offset + 15))
    }
  }

  // MARK: Panels

  private func draw(
    _ column: Int, in span: ClosedRange<Double>, top: Double, _ drawing: inout Drawing
  ) {
    let heading = report.printedHeading(of: report.columns[column])
    let width = span.upperBound - span.lowerBound
    let labels = rows.map { Self.label($0.cells[column]) }
    let room = min(width / 2, labels.map { ChartStyle.width(of: $0) }.max() ?? 0)
    let scale = scale(of: column, from: span.lowerBound, to: span.upperBound - room - 6)
    drawing.text(
      "strong", ChartStyle.fitted(heading, to: width), at: Place(span.lowerBound, top + 14))
    let marks = scale.marks(room > width / 3 ? 2 : 3)
    for mark in marks {
      drawing.text(
        "small faint", mark.text, at: Place(scale.place(mark.value), top + bandHeight + 14),
        anchor: .middle)
    }
    // Lines stop at the titles of sections.
    let starts = rows.indices.filter(opensSection)
    for (start, end) in zip(starts, starts.dropFirst() + [rows.count]) {
      let (upper, lower) = (top + offsets[start], top + offsets[end - 1] + Self.rowHeight)
      for mark in marks {
        let x = scale.place(mark.value)
        drawing.line(
          mark.value == 0 ? "axis" : "grid", from: Place(x, upper), to: Place(x, lower))
      }
    }
    for (index, offset) in offsets.enumerated() {
      draw(rows[index], column, label: labels[index], y: top + offset, scale, &drawing)
    }
  }

  private func scale(of column: Int, from start: Double, to end: Double) -> ChartScale {
    let values = rows.flatMap { row -> [Double] in
      let cell = row.row.cells[column]
      let half = Self.halfWidth(of: cell) ?? 0
      return [cell.value.map { $0 - half }, cell.value.map { $0 + half }, cell.published]
        .compactMap(\.self)
    }
    let hasExtent = values.contains { $0 != 0 && ChartScale.canShow($0) }
    return ChartScale(of: [0] + (hasExtent ? values : [1]), from: start, to: end)
  }

  private func draw(
    _ row: PrintedTable.Row, _ column: Int, label: String, y: Double, _ scale: ChartScale,
    _ drawing: inout Drawing
  ) {
    let cell = row.row.cells[column]
    let measured = cell.value.flatMap { ChartScale.canShow($0) ? $0 : nil }
    let published = cell.published.flatMap { ChartScale.canShow($0) ? $0 : nil }
    let title = "\(row.row.name), \(report.columns[column].heading): \(label)"
    let remark = report.incomparability == nil ? "" : ", not comparable"
    var end = scale.place(0)
    if let measured {
      let middle = y + (published == nil ? 11 : 8)
      drawing.rectangle(
        "bar \(row.row.isAnchor ? "anchor" : "measured")", from: Place(scale.place(0), middle - 5),
        to: Place(scale.place(measured), middle + 5), title: title)
      end = max(end, scale.place(measured))
      if let half = Self.halfWidth(of: cell) {
        let places = [measured - half, measured + half].map { Place(scale.place($0), middle) }
        drawing.line("interval", from: places[0], to: places[1])
        for place in places {
          drawing.line(
            "interval", from: Place(place.x, middle - 3), to: Place(place.x, middle + 3))
        }
        end = max(end, places[1].x)
      }
    }
    if let published {
      let middle = y + (measured == nil ? 11 : 17)
      drawing.rectangle(
        publishedBar, from: Place(scale.place(0), middle - 3),
        to: Place(scale.place(published), middle + 3), title: title + remark)
      end = max(end, scale.place(published))
    }
    let kind = row.cells[column].isBest ? "small strong" : measured == nil ? "small faint" : "small"
    drawing.text(kind, label, at: Place(end + 6, y + 15))
  }

  /// Half the 95 % interval, where there is one that can be drawn.
  private static func halfWidth(of cell: TableReport.Cell) -> Double? {
    cell.standardError.flatMap { ChartScale.canShow(1.96 * $0) ? 1.96 * $0 : nil }
  }

  /// The measured value and, in parentheses, the published one.
  private static func label(_ cell: PrintedTable.Cell) -> String {
    let texts = [cell.measured, cell.published.map { "(\($0))" }].compactMap(\.self)
    return texts.isEmpty ? "–" : texts.joined(separator: " ")
  }

  private var publishedBar: String {
    report.incomparability == nil ? "bar published" : "bar published dashed"
  }

  // MARK: Legend

  private func drawLegend(_ drawing: inout Drawing) {
    let cells = rows.flatMap { row in row.row.cells.map { (row.row.isAnchor, $0) } }
    let entries = [
      ("measured", "bar measured", 5.0, cells.contains { !$0.0 && $0.1.value != nil }),
      ("anchor", "bar anchor", 5, cells.contains { $0.0 && $0.1.value != nil }),
      (report.publishedName, publishedBar, 3, cells.contains { $0.1.published != nil }),
    ].filter(\.3)
    var x = 14.0
    for (name, kind, half, _) in entries {
      drawing.rectangle(kind, from: Place(x, 45 - half), to: Place(x + 26, 45 + half))
      drawing.text("", name, at: Place(x + 32, 49))
      x += 56 + ChartStyle.width(of: name)
    }
    guard cells.contains(where: { Self.halfWidth(of: $0.1) != nil }) else { return }
    drawing.line("interval", from: Place(x, 45), to: Place(x + 26, 45))
    for end in [x, x + 26] {
      drawing.line("interval", from: Place(end, 42), to: Place(end, 48))
    }
    drawing.text("", "95 % interval", at: Place(x + 32, 49))
  }
}
