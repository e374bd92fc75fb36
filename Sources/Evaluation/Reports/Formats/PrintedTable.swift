import Foundation
import Terms

/// A table with every number turned into text and every footnote numbered, once for all formats.
struct PrintedTable {
  /// Row by row, section after section.
  let rows: [Row]
  /// Texts of the footnotes; the first has number 1.
  let footnotes: [String]

  struct Row {
    let section: String
    /// Whether it opens its section.
    let isFirst: Bool
    let row: TableReport.Row
    /// Number of the footnote to the name.
    let marker: Int?
    let cells: [Cell]
  }

  struct Cell {
    let measured: String?
    /// Standard error, with the digits of the value.
    let error: String?
    let published: String?
    let isBest: Bool
    /// Numbers of the cell's footnotes.
    let markers: [Int]
  }

  init(_ report: TableReport) {
    var notes = Footnotes()
    var rows: [Row] = []
    for section in report.sections {
      let best = report.columns.indices.map { Self.best(in: section, column: $0, of: report) }
      for (index, row) in section.rows.enumerated() {
        let marker = row.note.map { notes.number(of: $0) }
        let cells = zip(row.cells, report.columns).enumerated().map { position, pair in
          Self.print(
            pair.0, in: pair.1, best: row.isAnchor ? nil : best[position], notes: &notes)
        }
        rows.append(
          Row(
            section: section.title, isFirst: index == 0, row: row, marker: marker, cells: cells))
      }
    }
    self.rows = rows
    footnotes = notes.texts
  }

  /// The printed form of the best measured value; values that print alike are equally good.
  private static func best(
    in section: TableReport.Section, column: Int, of report: TableReport
  ) -> String? {
    let digits = report.columns[column].digits
    let texts = section.rows.filter { !$0.isAnchor }
      .compactMap { $0.cells[column].measured }
      .compactMap { FixedDecimals.text($0.value, digits: digits) }
    let isWorse: (String, String) -> Bool = { (Double($0) ?? 0) < (Double($1) ?? 0) }
    return report.columns[column].direction == .lower
      ? texts.min(by: isWorse) : texts.max(by: isWorse)
  }

  private static func print(
    _ cell: TableReport.Cell, in column: TableReport.Column, best: String?,
    notes: inout Footnotes
  ) -> Cell {
    let measured = cell.measured.flatMap { FixedDecimals.text($0.value, digits: column.digits) }
    var markers: [Int] = []
    if let measurement = cell.measured {
      markers.append(notes.number(of: foundation(of: measurement, in: column)))
    }
    if let note = cell.note { markers.append(notes.number(of: note)) }
    return Cell(
      measured: measured,
      error: measured == nil
        ? nil
        : cell.measured?.standardError.flatMap { FixedDecimals.text($0, digits: column.digits) },
      published: cell.published.flatMap { FixedDecimals.text($0, digits: column.publishedDigits) },
      isBest: measured != nil && measured == best, markers: markers)
  }

  /// What a value depends on, equal for all cells that depend on the same.
  private static func foundation(
    of measurement: TableReport.Measurement, in column: TableReport.Column
  ) -> String {
    var text = "\(column.heading): n = \(measurement.count) of \(measurement.expectedCount)"
    if let reference = measurement.referenceCount {
      text += " against \(reference) real images"
    } else if measurement.hasUncountedReference {
      text += " against an unknown number of real images"
    }
    text += "; fingerprint \(measurement.fingerprint.prefix(12))"
    return measurement.value.isFinite ? text : text + "; the result is no finite number"
  }

  /// Footnotes in the order of their first use, none twice.
  private struct Footnotes {
    private(set) var texts: [String] = []

    mutating func number(of text: String) -> Int {
      if let index = texts.firstIndex(of: text) { return index + 1 }
      texts.append(text)
      return texts.count
    }
  }
}

extension TableReport {
  /// How to read a cell, in one line.
  var legend: String {
    let isPublished = sections.flatMap(\.rows).flatMap(\.cells).contains { $0.published != nil }
    let limits = incomparability.map { ", which do not compare with the measured ones: \($0)" }
    let values =
      isPublished
      ? "Measured values stand first, ± their standard error; in parentheses the values that the paper "
        + "publishes\(limits ?? "")."
      : "Values are followed by ± their standard error."
    return values
      + " Bold marks the best measured value of a column among the methods that share their inputs; "
      + "anchors do not compete."
  }

  /// What charts call published values.
  var publishedName: String {
    incomparability == nil ? "published" : "published, not comparable"
  }

  /// A column's heading with its unit and arrow.
  func printedHeading(of column: Column) -> String {
    let unit = column.unit.isEmpty ? "" : " (\(column.unit))"
    return "\(column.heading)\(unit) \(column.direction.arrow)"
  }
}

/// `12` as `¹²`.
func superscript(_ number: Int) -> String {
  let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
  return String(String(number).compactMap(\.wholeNumberValue).map { digits[$0] })
}
