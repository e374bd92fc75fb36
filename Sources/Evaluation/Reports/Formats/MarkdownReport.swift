/// GitHub-flavored Markdown: the primary format.
enum MarkdownReport {
  static func render(_ report: TableReport) -> String {
    let printed = PrintedTable(report)
    var blocks = ["# \(escape(report.title))"]
    blocks += report.notes.map(escape)
    blocks.append("*\(escape(report.caption))*")
    blocks.append(mainTable(report, printed))
    blocks.append(report.legend)
    let footnotes = printed.footnotes.enumerated().map {
      "- \(superscript($0.offset + 1)) \(escape($0.element))"
    }
    if !footnotes.isEmpty { blocks.append(footnotes.joined(separator: "\n")) }
    blocks += report.remarks.map(escape)
    if let folder = report.pictureFolder { blocks += pictures(of: report, in: folder) }
    for appendix in Appendix.all(of: report) {
      blocks.append("## \(appendix.title)")
      blocks.append(table(appendix))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func pictures(of report: TableReport, in folder: String) -> [String] {
    let charts = report.charts.map { "![\(escape($0.caption))](\(folder)/\($0.name))" }
    let sheet = report.sheet.map { sheet in
      [
        "## Contact sheet", "![Some of the images](\(folder)/\(TableReport.ContactSheet.fileName))",
        escape(sheet.caption),
      ]
    }
    return (charts.isEmpty ? [] : ["## Charts"] + charts) + (sheet ?? [])
  }

  private static func mainTable(_ report: TableReport, _ printed: PrintedTable) -> String {
    let names = [report.sectionHeading, "Method"] + report.detailHeadings
    let headings = names + report.columns.map(report.printedHeading)
    let rules = names.map { _ in ":--" } + report.columns.map { _ in "--:" }
    let rows = printed.rows.map { row in
      let name = escape(row.row.name) + (row.marker.map(superscript) ?? "")
      return [row.isFirst ? escape(row.section) : "", name] + row.row.details.map(escape)
        + row.cells.map(text)
    }
    return lines([headings.map(escape), rules] + rows)
  }

  private static func text(_ cell: PrintedTable.Cell) -> String {
    let markers = cell.markers.map(superscript).joined(separator: " ")
    let published = cell.published.map { "(\($0))" }
    guard let measured = cell.measured else { return (published ?? "–") + markers }
    let value = measured + (cell.error.map { " ± \($0)" } ?? "")
    return (cell.isBest ? "**\(value)**" : value) + markers + (published.map { " \($0)" } ?? "")
  }

  private static func table(_ appendix: Appendix) -> String {
    let rules = appendix.headings.map { $0.style == .number ? "--:" : ":--" }
    let rows = appendix.rows.map { row in
      zip(row, appendix.headings).map { text, heading in
        heading.style == .code ? code(text) : escape(text)
      }
    }
    return lines([appendix.headings.map(\.text), rules] + rows)
  }

  static func lines(_ rows: [[String]]) -> String {
    rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// A code span where the text is harmless inside one, plain escaped text elsewhere.
  private static func code(_ text: String) -> String {
    let isHarmless = !text.isEmpty && text.allSatisfy { !"`|\\".contains($0) && !$0.isNewline }
    return isHarmless ? "`\(text)`" : escape(text)
  }

  /// Text that shows itself: no character of it is markup, and it stays on one line.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "$": escaped += "\\\(character)"
      case _ where character.isNewline: escaped += " "
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
