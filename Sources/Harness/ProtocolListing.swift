import Foundation
import Tables

/// The tables that `Protocols/` defines, for people and machines.
package struct ProtocolListing {
  private struct Entry: Encodable {
    let id, title, venue: String
    let pairs, columns, rows: Int
  }

  private let entries: [Entry]
  private let broken: [String]

  /// Reads every table; a broken file does not hide the others.
  package init() throws {
    let folder = try ProtocolLibrary.folder()
    var entries: [Entry] = []
    var broken: [String] = []
    for id in try folder.ids() {
      do {
        let table = try folder.table(id)
        entries.append(
          Entry(
            id: id, title: table.title, venue: table.paper.venue, pairs: table.pairs.count,
            columns: table.columns.count, rows: table.sections.reduce(0) { $0 + $1.rows.count }))
      } catch { broken.append("\(error)") }
    }
    self.entries = entries
    self.broken = broken
  }

  /// What is wrong with files that could not be read.
  package var problem: HarnessError? {
    broken.isEmpty ? nil : HarnessError(.runtime, broken.joined(separator: "\n"))
  }

  /// One table a line.
  package var text: String {
    entries.map {
      "\($0.id)  \($0.title) (\($0.venue)): \($0.columns) columns, \($0.rows) published rows, "
        + "\($0.pairs) pairs"
    }.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(entries, pretty: true) }

  /// One table in full.
  package static func show(_ id: String) throws -> String {
    let table = try ProtocolLibrary.folder().table(id)
    var lines = [
      "\(table.id): \(table.title)", "\(table.paper.title), \(table.paper.venue)",
      "data: \(table.dataset.name), \(table.dataset.split)",
      "pairs: \(table.pairs.count); \(table.pairs.sampling)", "", "columns:",
    ]
    lines += table.columns.map { column in
      let arrow = column.direction == .lowerIsBetter ? "↓" : "↑"
      return "  \(column.heading) \(arrow) = \(column.metric?.rawValue ?? "published only")"
    }
    for section in table.sections {
      lines += ["", section.title + ":"]
      lines += section.rows.map { row in
        let values = row.published.map { $0.map { "\($0)" } ?? "-" }.joined(separator: "  ")
        return "  \(row.id): \(values)"
      }
    }
    lines += ["", "switches (value; how sure; why):"]
    lines += table.switches.map {
      "  \($0.name) = \($0.value); \($0.confidence.rawValue); \($0.reason)"
    }
    return lines.joined(separator: "\n")
  }
}
