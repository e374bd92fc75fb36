import Terms

/// Comma-separated values after RFC 4180: one line for each cell of the table.
///
/// Columns `measured` and `published` hold the number to the last bit, `…_text` the number as
/// printed in every other format. Empty means absent; `note` says why.
enum CSVReport {
  static let headings = [
    "section", "method", "kind", "details", "column", "direction", "unit", "measured",
    "measured_text", "standard_error", "published", "published_text", "difference", "n",
    "n_expected", "n_reference", "best", "note", "fingerprint",
  ]

  static func render(_ report: TableReport) -> String {
    var lines = [headings]
    for row in PrintedTable(report).rows {
      for ((cell, printed), column) in zip(zip(row.row.cells, row.cells), report.columns) {
        let head = [
          row.section, row.row.name, row.row.isAnchor ? "anchor" : "method",
          row.row.details.joined(separator: " "), column.id, column.direction.rawValue,
          column.unit,
        ]
        lines.append(head.map(CSVField.text) + fields(of: cell, printed))
      }
    }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func fields(
    of cell: TableReport.Cell, _ printed: PrintedTable.Cell
  ) -> [String] {
    let measurement = cell.measured
    let numbers: [String] = [
      text(cell.value), printed.measured ?? "", text(cell.standardError),
      text(cell.published), printed.published ?? "", text(cell.difference),
      text(measurement?.count), text(measurement?.expectedCount),
      text(measurement?.referenceCount), printed.isBest ? "true" : "false",
    ]
    let notes: [String] = [cell.explanation ?? "", measurement?.fingerprint ?? ""]
    return numbers.map(CSVField.quoted) + notes.map(CSVField.text)
  }

  /// The shortest decimal that gives the same number back; nothing for no number.
  private static func text(_ number: (some Numeric)?) -> String { number.map { "\($0)" } ?? "" }
}

extension TableReport.Cell {
  /// The measured number if it is one.
  var value: Double? { measured.flatMap { $0.value.isFinite ? $0.value : nil } }

  /// The standard error of a measured number, if it is a number too.
  var standardError: Double? {
    value == nil ? nil : measured?.standardError.flatMap { $0.isFinite ? $0 : nil }
  }

  /// Measured less published.
  var difference: Double? {
    guard let value, let published else { return nil }
    return value - published
  }

  /// The note, or why a measurement shows no number.
  var explanation: String? {
    note ?? (measured != nil && value == nil ? "the result is no finite number" : nil)
  }
}
