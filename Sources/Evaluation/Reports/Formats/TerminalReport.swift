import Terms

/// How text is laid out where people read it as it is printed.
package struct TextLayout: Sendable, Hashable {
  /// Columns of a line.
  package let columns: Int
  /// Whether escape sequences make it bold, dim and green.
  package let isStyled: Bool

  /// Lays text out for a window.
  package init(columns: Int, isStyled: Bool) {
    self.columns = columns
    self.isStyled = isStyled
  }

  /// Of files and pipes.
  package static let plain = TextLayout(columns: 100, isStyled: false)

  /// Text in a style; empty text stays empty.
  func styled(_ text: String, _ style: Style) -> String {
    isStyled && style != .plain && !text.isEmpty
      ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// Parameters of "select graphic rendition".
  enum Style: String {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case best = "1;32"
  }

  /// A text in lines that fit, the second and all further ones indented; what could move the cursor is made visible.
  func wrapped(_ text: String, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.harmless.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > columns {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += line.isEmpty ? "\(word)" : " \(word)"
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}

/// A report as a terminal shows it: a table that fits the window, what is missing and why.
///
/// Where the window is too narrow, standard errors go first, then the methods' details, then published values beside
/// measured ones; at last the columns are shown in several tables, one below the other.
struct TerminalReport {
  private let report: TableReport
  private let layout: TextLayout
  private let rows: [PrintedTable.Row]

  static func render(_ report: TableReport, _ layout: TextLayout) -> String {
    TerminalReport(report: report, layout: layout, rows: PrintedTable(report).rows).text
  }

  /// What a table leaves out to fit.
  private struct Contents {
    var hasErrors = true
    var hasDetails = true
    var hasBoth = true

    /// From all to the least.
    static let choices = [
      Contents(), Contents(hasErrors: false), Contents(hasErrors: false, hasDetails: false),
      Contents(hasErrors: false, hasDetails: false, hasBoth: false),
    ]
  }

  private struct Cell {
    let text: String
    let style: TextLayout.Style

    init(_ text: String, _ style: TextLayout.Style) {
      self.text = text.harmless
      self.style = style
    }
  }

  private var text: String {
    var notes = Notes()
    let table = mainTable(&notes)
    var lines = layout.wrapped(report.title).map { layout.styled($0, .bold) }
    for note in report.notes { lines += layout.wrapped(note) }
    lines += [""] + table + [""]
    lines += dim(legend)
    for (index, note) in notes.texts.enumerated() {
      lines += dim("\(superscript(index + 1)) \(note)", indent: 2)
    }
    for remark in report.remarks { lines += dim(remark) }
    lines += section("Not measured", report.unmeasured.map { "\($0.subject): \($0.reason)" })
    lines += section("Failed images", report.images.compactMap(Self.failures))
    if let run = report.facts.first(where: { $0.name == "run" }) {
      lines += [""] + dim("run \(run.value)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func dim(_ text: String, indent: Int = 0) -> [String] {
    layout.wrapped(text, indent: indent).map { layout.styled($0, .dim) }
  }

  private func section(_ title: String, _ entries: [String]) -> [String] {
    entries.isEmpty
      ? []
      : ["", layout.styled(title, .bold)]
        + entries.flatMap { layout.wrapped("- \($0)", indent: 2) }
  }

  private static func failures(_ line: TableReport.ImageLine) -> String? {
    guard line.scored < line.expected else { return nil }
    let states = line.failures.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(line.method): \(line.scored) of \(line.expected) scored"
      + (states.isEmpty ? "" : "; \(states.joined(separator: ", "))")
  }

  private var legend: String {
    let cells = rows.flatMap(\.cells)
    var parts: [String] = []
    if cells.contains(where: \.isBest) {
      parts.append("* the best measured value among methods that share their inputs")
    }
    if cells.contains(where: { $0.published != nil }) {
      let limits = report.incomparability.map { ", which do not compare with measured ones: \($0)" }
      parts.append("(…) the paper's values\(limits ?? "")")
    }
    return parts.isEmpty ? "" : parts.joined(separator: "; ") + "."
  }

  // MARK: The table

  private func mainTable(_ notes: inout Notes) -> [String] {
    for contents in Contents.choices {
      var tried = notes
      let columns = columns(contents, &tried)
      if Self.width(of: columns) <= layout.columns {
        notes = tried
        return lines(of: columns)
      }
    }
    let columns = columns(Contents.choices[Contents.choices.count - 1], &notes)
    return Array(parts(of: columns).map(lines).joined(separator: [""]))
  }

  /// Columns, each from its heading down; the first one names the methods.
  private func columns(_ contents: Contents, _ notes: inout Notes) -> [[Cell]] {
    var columns = [[Cell("Method", .bold)]]
    let details = contents.hasDetails ? report.detailHeadings : []
    columns += (details + report.columns.map(report.printedHeading)).map {
      [Cell($0, .bold)]
    }
    // Where a star stands behind one value, a space behind the others keeps points below points.
    let starred = report.columns.indices.map { place in rows.contains { $0.cells[place].isBest } }
    for row in rows {
      let rest: TextLayout.Style = row.row.isAnchor ? .dim : .plain
      let name = row.row.name + notes.marker(row.row.note)
      let cells = zip(row.cells, row.row.cells).enumerated().map { place, pair in
        let (printed, cell) = pair
        return Cell(
          text(of: printed, contents, isStarred: starred[place]) + notes.marker(cell.note),
          printed.isBest ? .best : printed.measured == nil ? .dim : rest)
      }
      let named = [Cell("  " + name, rest)]
      let added = named + row.row.details.prefix(details.count).map { Cell($0, rest) }
      for (index, cell) in (added + cells).enumerated() { columns[index].append(cell) }
    }
    return columns
  }

  private func text(
    of cell: PrintedTable.Cell, _ contents: Contents, isStarred: Bool
  ) -> String {
    let published = cell.published.map { "(\($0))" }
    guard let measured = cell.measured else { return published ?? "–" }
    let error = contents.hasErrors ? cell.error.map { " ± \($0)" } : nil
    return measured + (error ?? "") + (cell.isBest ? "*" : isStarred ? " " : "")
      + (contents.hasBoth ? published.map { " \($0)" } ?? "" : "")
  }

  private static let gap = 2

  private static func width(of column: [Cell]) -> Int { column.map(\.text.count).max() ?? 0 }

  private static func width(of columns: [[Cell]]) -> Int {
    columns.reduce(0) { $0 + width(of: $1) } + gap * (columns.count - 1)
  }

  /// Columns in groups that fit, each beginning with the methods' names.
  private func parts(of columns: [[Cell]]) -> [[[Cell]]] {
    var parts: [[[Cell]]] = []
    for column in columns.dropFirst() {
      if let last = parts.last, Self.width(of: last + [column]) <= layout.columns {
        parts[parts.count - 1].append(column)
      } else {
        parts.append([columns[0], column])
      }
    }
    return parts
  }

  private func lines(of columns: [[Cell]]) -> [String] {
    let widths = columns.map(Self.width)
    let isText = columns.count - report.columns.count
    func line(_ index: Int) -> String {
      columns.enumerated().map { place, column in
        let cell = column[index]
        let space = String(repeating: " ", count: widths[place] - cell.text.count)
        let text = layout.styled(cell.text, cell.style)
        return place < max(1, isText) ? text + space : space + text
      }.joined(separator: String(repeating: " ", count: Self.gap))
    }
    var lines = [line(0)]
    for (index, row) in rows.enumerated() {
      if row.isFirst, !row.section.isEmpty {
        lines += layout.wrapped(row.section).map { layout.styled($0, .bold) }
      }
      lines.append(line(index + 1))
    }
    return lines.map { line in
      var line = line[...]
      while line.last == " " { line.removeLast() }
      return String(line)
    }
  }

  /// Footnotes in the order of their first use, none twice.
  private struct Notes {
    private(set) var texts: [String] = []

    mutating func marker(_ note: String?) -> String {
      guard let note else { return "" }
      if !texts.contains(note) { texts.append(note) }
      return superscript((texts.firstIndex(of: note) ?? 0) + 1)
    }
  }
}
