/// The formats that a report can be written in, named as on the command line.
package enum ReportFormat: String, CaseIterable, Sendable {
  case table, markdown, csv, json, latex, junit, html

  /// Extension of a file in this format, without the dot.
  package var fileExtension: String {
    switch self {
    case .table: "txt"
    case .markdown: "md"
    case .csv: "csv"
    case .json: "json"
    case .latex: "tex"
    case .junit: "xml"
    case .html: "html"
    }
  }

  /// The report as text that ends with a line break.
  ///
  /// - Precondition: every row has as many cells as there are columns, and as many details as there
  ///   are detail headings.
  ///
  /// - Parameters:
  ///   - report: the report.
  ///   - layout: of ``table``; the other formats look the same everywhere.
  /// - Returns: the text.
  package func render(_ report: TableReport, layout: TextLayout = .plain) -> String {
    precondition(
      report.sections.flatMap(\.rows).allSatisfy {
        $0.cells.count == report.columns.count && $0.details.count == report.detailHeadings.count
      }, "a row does not fit the headings")
    return switch self {
    case .table: TerminalReport.render(report, layout)
    case .markdown: MarkdownReport.render(report)
    case .csv: CSVReport.render(report)
    case .json: JSONReport.render(report)
    case .latex: LaTeXReport.render(report)
    case .junit: JUnitReport.render(report)
    case .html: HTMLReport.render(report)
    }
  }
}
