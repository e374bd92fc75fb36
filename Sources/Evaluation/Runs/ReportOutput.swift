import Provenance
import Reports

/// What was written and is printed.
package struct ReportOutput: Sendable {
  private enum Content: Sendable {
    case report(TableReport)
    case line(text: String, json: String)
  }

  private let content: Content
  /// What to say of the files that were written.
  package let note: String
  /// Why the run does not count although all this was written; nil if it counts.
  package var objection: HarnessError?

  /// A report and where it is.
  package init(_ report: TableReport, note: String) {
    content = .report(report)
    self.note = note
  }

  /// What stands in place of a report.
  ///
  /// - Parameters:
  ///   - text: for people.
  ///   - json: for programs, one JSON object.
  ///   - note: what to say of the files that were written.
  package init(text: String, json: String, note: String) {
    content = .line(text: text, json: json)
    self.note = note
  }

  /// What is printed.
  ///
  /// - Parameters:
  ///   - format: of a report.
  ///   - layout: of a report's table.
  /// - Returns: the text.
  package func text(as format: ReportFormat, layout: TextLayout = .plain) -> String {
    switch content {
    case .report(let report): format.render(report, layout: layout)
    case .line(let text, let json): format == .json ? json : text
    }
  }
}
