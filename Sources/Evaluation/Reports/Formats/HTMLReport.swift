import Foundation

/// One page that needs no other file: charts and the contact sheet are part of it.
enum HTMLReport {
  static func render(_ report: TableReport) -> String {
    let printed = PrintedTable(report)
    var lines = ["<h1>\(XMLText.escape(report.title))</h1>"]
    lines += report.notes.map(paragraph)
    lines += mainTable(report, printed)
    lines.append(paragraph(report.legend))
    if !printed.footnotes.isEmpty {
      lines += ["<ol>"] + printed.footnotes.map { "<li>\(XMLText.escape($0))</li>" } + ["</ol>"]
    }
    lines += report.remarks.map(paragraph)
    lines += pictures(of: report)
    for appendix in Appendix.all(of: report) {
      lines.append("<h2>\(appendix.title)</h2>")
      lines += table(appendix)
    }
    return page(title: report.title, body: lines)
  }

  /// A whole page around lines that are HTML already.
  static func page(title: String, body: [String]) -> String {
    let head = [
      "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<title>\(XMLText.escape(title))</title>", "<style>", style, "</style>", "</head>", "<body>",
    ]
    return (head + body + ["</body>", "</html>"]).joined(separator: "\n") + "\n"
  }

  private static let style = """
    :root { color-scheme: light dark; }
    body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
    table { border-collapse: collapse; margin: 1rem 0; }
    caption { text-align: left; font-style: italic; padding: .3rem .6rem; }
    th, td { padding: .2rem .6rem; text-align: left; vertical-align: top; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    thead th { border-top: 2px solid; border-bottom: 1px solid; }
    tr.section td { border-top: 1px solid; }
    tbody tr:last-child td { border-bottom: 2px solid; }
    figure { margin: 1rem 0; }
    figure img, figure svg { max-width: 100%; height: auto; }
    """

  private static func pictures(of report: TableReport) -> [String] {
    let charts = report.charts
    var lines = charts.isEmpty ? [] : ["<h2>Charts</h2>"]
    lines += charts.map { "<figure>\n\($0.svg)</figure>" }
    guard let sheet = report.sheet else { return lines }
    let data = Data(sheet.jpeg).base64EncodedString()
    return lines + [
      "<h2>Contact sheet</h2>",
      "<figure><img alt=\"Some of the images\" src=\"data:image/jpeg;base64,\(data)\">",
      "<figcaption>\(XMLText.escape(sheet.caption))</figcaption></figure>",
    ]
  }

  private static func paragraph(_ text: String) -> String { "<p>\(XMLText.escape(text))</p>" }

  private static func mainTable(_ report: TableReport, _ printed: PrintedTable) -> [String] {
    let names = [report.sectionHeading, "Method"] + report.detailHeadings
    let headings =
      names.map { "<th>\(XMLText.escape($0))</th>" }
      + report.columns.map {
        "<th class=\"number\">\(XMLText.escape(report.printedHeading(of: $0)))</th>"
      }
    let rows = printed.rows.map { row in
      let name = XMLText.escape(row.row.name) + markers(row.marker.map { [$0] } ?? [])
      let texts =
        [row.isFirst ? XMLText.escape(row.section) : "", name]
        + row.row.details.map(XMLText.escape)
      let fields =
        texts.map { "<td>\($0)</td>" }
        + row.cells.map { "<td class=\"number\">\(text($0))</td>" }
      return "<tr\(row.isFirst ? " class=\"section\"" : "")>\(fields.joined())</tr>"
    }
    return ["<table>", "<caption>\(XMLText.escape(report.caption))</caption>"]
      + ["<thead><tr>\(headings.joined())</tr></thead>", "<tbody>"] + rows
      + ["</tbody>", "</table>"]
  }

  private static func text(_ cell: PrintedTable.Cell) -> String {
    let published = cell.published.map { "(\($0))" }
    guard let measured = cell.measured else {
      return (published ?? "–") + markers(cell.markers)
    }
    let value = measured + (cell.error.map { " ± \($0)" } ?? "")
    return (cell.isBest ? "<strong>\(value)</strong>" : value) + markers(cell.markers)
      + (published.map { " \($0)" } ?? "")
  }

  private static func markers(_ numbers: [Int]) -> String {
    numbers.isEmpty ? "" : "<sup>\(numbers.map(String.init).joined(separator: ","))</sup>"
  }

  private static func table(_ appendix: Appendix) -> [String] {
    let headings = appendix.headings.map { heading in
      "<th\(heading.style == .number ? " class=\"number\"" : "")>\(heading.text)</th>"
    }
    let rows = appendix.rows.map { row in
      let fields = zip(row, appendix.headings).map { text, heading in
        let text = XMLText.escape(text)
        return switch heading.style {
        case .plain: "<td>\(text)</td>"
        case .code: "<td><code>\(text)</code></td>"
        case .number: "<td class=\"number\">\(text)</td>"
        }
      }
      return "<tr>\(fields.joined())</tr>"
    }
    return ["<table>", "<thead><tr>\(headings.joined())</tr></thead>", "<tbody>"] + rows
      + ["</tbody>", "</table>"]
  }
}
