import Foundation
import Reports
import Terms
import Testing

/// What a reader finds out about one cell of a table, as it is printed.
struct CellReading: Equatable, CustomStringConvertible {
  var measured: String?
  /// Standard error.
  var error: String?
  var published: String?
  var isBest = false
  var count: Int?
  var expectedCount: Int?
  var referenceCount: Int?
  /// At least the beginning of it.
  var fingerprint: String?

  var description: String {
    "\(isBest ? "best " : "")\(measured ?? "–") ± \(error ?? "–") (\(published ?? "–")) "
      + "\(count ?? -1)/\(expectedCount ?? -1)/\(referenceCount ?? -1) \(fingerprint ?? "")"
  }
}

extension CellReading {
  /// Reads a cell in the form `!measured±error[1,2](published)`, `(published)[1,2]` or `–[1,2]`, with `!` for
  /// the best and the numbers of footnotes in brackets.
  init(cell: String, footnotes: [String]) throws {
    let form =
      /(!?)(?:(-?[0-9.]+)(?:±([0-9.]+))?|–)?(?:\[([0-9,]+)\])?(?:\((-?[0-9.]+)\))?(?:\[([0-9,]+)\])?/
    let parts = try #require(try form.wholeMatch(in: cell), "‘\(cell)’ is no cell").output
    isBest = parts.1 == "!"
    measured = parts.2.map(String.init)
    error = parts.3.map(String.init)
    published = parts.5.map(String.init)
    let markers = (parts.4 ?? parts.6 ?? "").split(separator: ",").compactMap { Int($0) }
    let foundation =
      /.*: n = (\d+) of (\d+)(?: against (\d+) real images)?; fingerprint ([0-9a-z]+)(?:;.*)?/
    for marker in markers {
      let note = try #require(marker <= footnotes.count ? footnotes[marker - 1] : nil)
      guard let found = try foundation.wholeMatch(in: note)?.output else { continue }
      count = Int(found.1)
      expectedCount = Int(found.2)
      referenceCount = found.3.flatMap { Int($0) }
      fingerprint = String(found.4)
    }
  }

  /// What every format has to say, worked out from the values alone.
  static func expected(of report: TableReport) -> [CellReading] {
    report.sections.flatMap { section in
      section.rows.flatMap { row in
        zip(row.cells, report.columns).enumerated().map { position, pair in
          let (cell, column) = pair
          var reading = CellReading(
            measured: text(cell.measured?.value, column.digits),
            published: text(cell.published, column.publishedDigits),
            count: cell.measured?.count, expectedCount: cell.measured?.expectedCount,
            referenceCount: cell.measured?.referenceCount,
            fingerprint: cell.measured.map { String($0.fingerprint.prefix(12)) })
          if reading.measured != nil {
            reading.error = text(cell.measured?.standardError, column.digits)
            reading.isBest = !row.isAnchor && isBest(reading.measured, position, column, section)
          }
          return reading
        }
      }
    }
  }

  private static func isBest(
    _ text: String?, _ position: Int, _ column: TableReport.Column, _ section: TableReport.Section
  ) -> Bool {
    let values = section.rows.filter { !$0.isAnchor }.compactMap { row in
      self.text(row.cells[position].measured?.value, column.digits).flatMap(Double.init)
    }
    let best = column.direction == .lower ? values.min() : values.max()
    return text.flatMap(Double.init) == best
  }

  static func text(_ value: Double?, _ digits: Int) -> String? {
    guard let value, value.isFinite else { return nil }
    let text = String(format: "%.\(digits)f", value)
    return Double(text) == 0 ? text.replacing("-", with: "") : text
  }
}
