import Foundation
import Terms

/// One JSON object with everything that the report holds.
///
/// `schema` grows when a key changes its meaning or goes. A number that could not be measured is
/// `null`, with `note` beside it.
enum JSONReport {
  static func render(_ report: TableReport) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Nothing in the document can fail to encode: numbers are finite, keys are texts.
    guard let data = try? encoder.encode(Document(report)) else { return "null\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private struct Document: Encodable {
    var schema = 2
    let title: String
    let caption: String
    let notes: [String]
    let incomparability: String?
    let remarks: [String]
    let columns: [Column]
    let rows: [Row]
    let ranks: [TableReport.Ranks]?
    let images: [Images]
    let notRun: [[String: String]]
    let weights: [[String: String]]
    let switches: [[String: String]]
    let fingerprints: [[String: String]]
    let facts: [String: String]

    init(_ report: TableReport) {
      title = report.title
      caption = report.caption
      notes = report.notes
      incomparability = report.incomparability
      remarks = report.remarks
      columns = report.columns.map(Column.init)
      rows = PrintedTable(report).rows.map { Row($0, report) }
      ranks = report.ranks.isEmpty ? nil : report.ranks
      images = report.images.map(Images.init)
      notRun = report.unmeasured.map { ["subject": $0.subject, "reason": $0.reason] }
      weights = report.weights.map {
        ["network": $0.network, "file": $0.file, "sha256": $0.sha256, "note": $0.note]
      }
      switches = report.switches.map {
        [
          "name": $0.name, "value": $0.value, "protocol": $0.protocolValue ?? $0.value,
          "confidence": $0.confidence, "reason": $0.reason,
        ]
      }
      fingerprints = report.fingerprints.map {
        ["metric": $0.metric, "hash": $0.hash, "text": $0.text]
      }
      facts = Dictionary(report.facts.map { ($0.name, $0.value) }) { _, last in last }
    }
  }

  private struct Column: Encodable {
    let id, heading, direction, unit: String

    init(_ column: TableReport.Column) {
      id = column.id
      heading = column.heading
      direction = column.direction.rawValue
      unit = column.unit
    }
  }

  private struct Images: Encodable {
    let method: String
    let scored, expected: Int
    let failures: [String: Int]

    init(_ line: TableReport.ImageLine) {
      method = line.method
      scored = line.scored
      expected = line.expected
      failures = line.failures
    }
  }

  private struct Row: Encodable {
    let section, method, kind: String
    let details: TypedDetails
    let note: String?
    let cells: [Cell]

    init(_ row: PrintedTable.Row, _ report: TableReport) {
      section = row.section
      method = row.row.name
      kind = row.row.isAnchor ? "anchor" : "method"
      details = TypedDetails(
        Dictionary(zip(report.detailHeadings, row.row.details)) { first, _ in first })
      note = row.row.note
      cells = zip(zip(row.row.cells, row.cells), report.columns).map {
        Cell($0.0, printed: $0.1, column: $1)
      }
    }
  }

  private struct Cell: Encodable {
    let column: String
    let measured: ExplicitNull<Double>
    let measuredText: String?
    let standardError: Double?
    let published: ExplicitNull<Double>
    let publishedText: String?
    let difference: Double?
    let n, nExpected, nReference: Int?
    let best: Bool
    let note, fingerprint: String?

    init(_ cell: TableReport.Cell, printed: PrintedTable.Cell, column: TableReport.Column) {
      self.column = column.id
      measured = ExplicitNull(cell.value)
      measuredText = printed.measured
      standardError = cell.standardError
      published = ExplicitNull(cell.published)
      publishedText = printed.published
      difference = cell.difference
      n = cell.measured?.count
      nExpected = cell.measured?.expectedCount
      nReference = cell.measured?.referenceCount
      best = printed.isBest
      note = cell.explanation
      fingerprint = cell.measured?.fingerprint
    }
  }
}
