import Reports
import Tables
import Terms

/// A table that nothing can measure, such as what people prefer: the published values alone.
package struct PublishedReport {
  private let table: PaperTable

  /// Reports what a protocol's paper published.
  package init(_ table: PaperTable) { self.table = table }

  /// The report.
  package func report() -> TableReport {
    TableReport(
      title: "\(table.heading): \(table.id)",
      notes: [
        "Nothing of this table can be measured by a program. Numbers in parentheses are the paper's."
      ], caption: table.caption, sectionHeading: "Input", detailHeadings: ["Model", "Domain"],
      columns: table.columns.map(TableReport.Column.init),
      sections: table.sections.map { section in
        TableReport.Section(
          title: section.title,
          rows: section.rows.map { row in
            TableReport.Row(
              name: row.method, details: [row.model, row.domain], steps: row.steps,
              note: row.footnote.flatMap { id in table.footnotes.first { $0.id == id }?.text },
              cells: row.published.map { TableReport.Cell(published: $0) })
          })
      }, remarks: table.remarks,
      unmeasured: table.columns.map {
        TableReport.UnmeasuredLine(
          subject: "column \($0.heading)", reason: "not run: needs the answers of people")
      }, switches: table.switches.map(TableReport.SwitchLine.init))
  }
}

extension PaperTable {
  /// Texts of the footnotes that belong to no row; the others stand at theirs.
  var remarks: [String] {
    let named = Set(sections.flatMap(\.rows).compactMap(\.footnote))
    return footnotes.filter { !named.contains($0.id) }.map(\.text)
  }
}

extension TableReport.Column {
  /// A protocol's column as it is printed.
  init(_ column: PaperTable.Column) {
    self.init(
      id: column.id, heading: column.heading,
      direction: column.direction == .lower ? .lower : .higher,
      unit: column.scale == .percent ? "%" : "", digits: column.digits,
      publishedDigits: column.publishedDigits)
  }
}

extension TableReport.SwitchLine {
  /// A protocol's switch as it is printed.
  init(_ choice: Switch) {
    self.init(
      name: choice.name, value: choice.value, protocolValue: choice.protocolValue,
      confidence: choice.confidence.rawValue, reason: choice.reason)
  }
}
