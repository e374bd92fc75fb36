import Foundation
import Terms

/// One page that needs no other file: charts and the contact sheet are part of it.
enum HTMLReport {
  static func render(_ report: TableReport) -> String {
    HTMLPage.render(title: report.title, body: body(report))
  }

  /// What stands on the page.
  fileprivate static func body(_ report: TableReport, hasCharts: Bool = true) -> [String] {
    let printed = PrintedTable(report)
    var lines = ["<h1>\(XMLText.escape(report.title))</h1>"]
    lines += report.notes.map(paragraph)
    lines += mainTable(report, printed)
    lines.append(paragraph(report.legend))
    if !printed.footnotes.isEmpty {
      let notes = printed.footnotes.enumerated().map { index, note in
        "<li id=\"note-\(index + 1)\">\(XMLText.escape(note))</li>"
      }
      lines += ["<ol>"] + notes + ["</ol>"]
    }
    lines += report.remarks.map(paragraph)
    if hasCharts { lines += charts(of: report) }
    lines += sheet(of: report)
    lines += report.browser?.lines ?? []
    for appendix in Appendix.all(of: report) {
      lines.append("<h2>\(appendix.title)</h2>")
      lines += table(appendix)
    }
    return lines
  }

  private static func charts(of report: TableReport) -> [String] {
    let charts = report.charts
    return (charts.isEmpty ? [] : ["<h2>Charts</h2>"])
      + charts.map { "<figure>\n\($0.svg)</figure>" }
  }

  private static func sheet(of report: TableReport) -> [String] {
    guard let sheet = report.sheet else { return [] }
    let data = Data(sheet.jpeg).base64EncodedString()
    return [
      "<h2>Contact sheet</h2>",
      "<figure><img alt=\"Some of the images\" src=\"data:image/jpeg;base64,\(data)\">",
      "<figcaption>\(XMLText.escape(sheet.caption))</figcaption></figure>",
    ]
  }

  private static func paragraph(_ text: String) -> String { "<p>\(XMLText.escape(text))</p>" }

  private static func mainTable(_ report: TableReport, _ printed: PrintedTable) -> [String] {
    let headings =
      (["Method"] + report.detailHeadings).map { HTMLTable.Heading(text: $0) }
      + report.columns.map {
        HTMLTable.Heading(
          text: report.printedHeading(of: $0), isNumber: true,
          isLargestFirst: $0.direction == .higher)
      }
    var groups: [HTMLTable.Group] = []
    var rows: [[HTMLTable.Cell]] = []
    for (index, row) in printed.rows.enumerated() {
      let name = XMLText.escape(row.row.name) + markers(row.marker.map { [$0] } ?? [])
      rows.append(
        [HTMLTable.Cell(html: name, value: row.row.name)]
          + row.row.details.map { HTMLTable.Cell($0) }
          + zip(row.cells, row.row.cells).map { printed, cell in
            let value = cell.value ?? (cell.measured == nil ? cell.published : nil)
            return HTMLTable.Cell(
              html: text(printed), isNumber: true, value: value.map { "\($0)" } ?? "")
          })
      let next = index + 1
      if next == printed.rows.count || printed.rows[next].isFirst {
        groups.append(HTMLTable.Group(title: row.section, rows: rows))
        rows = []
      }
    }
    return HTMLTable(caption: report.caption, headings: headings, groups: groups).lines
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
    let links = numbers.map { "<a href=\"#note-\($0)\">\($0)</a>" }
    return links.isEmpty ? "" : "<sup>\(links.joined(separator: ","))</sup>"
  }

  private static func table(_ appendix: Appendix) -> [String] {
    HTMLTable(
      headings: appendix.headings.map {
        HTMLTable.Heading(text: $0.text, isNumber: $0.style == .number)
      },
      rows: appendix.rows.map { row in
        zip(row, appendix.headings).map { text, heading in
          switch heading.style {
          case .plain: HTMLTable.Cell(text)
          case .code: HTMLTable.Cell(html: "<code>\(XMLText.escape(text))</code>", value: text)
          case .number: HTMLTable.Cell(text, isNumber: true)
          }
        }
      }
    ).lines
  }
}

extension TableReport {
  /// The report as lines of a page.
  ///
  /// - Parameter hasCharts: whether the charts are drawn.
  /// - Returns: the lines.
  package func htmlLines(hasCharts: Bool) -> [String] {
    HTMLReport.body(self, hasCharts: hasCharts)
  }
}
