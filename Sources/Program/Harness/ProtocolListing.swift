import Foundation
import Measurement
import Metrics
import Models
import Provenance
import Runs
import Scores
import Tables
import Terms

/// The tables that `Protocols/` defines, for people and machines.
package struct ProtocolListing {
  private struct Entry: Encodable {
    let id, title, venue: String
    let pairs, columns, rows: Int
    /// The dataset that the paper measured on, which may not be redistributed.
    let dataset: String
    /// For each column that cannot be measured on this machine, why.
    let missing: [String]
    /// Whether people's answers, and no program, make the numbers.
    let publishedOnly: Bool
  }

  private let entries: [Entry]
  private let broken: [String]

  /// Reads every table; a broken file does not hide the others.
  ///
  /// - Parameter weights: the suite whose files are looked for.
  /// - Throws: ``HarnessError`` if the named folder of protocols is none, or for a manifest of weights that is
  ///   not understood.
  package init(weights: String = "published") throws {
    let files = try ProtocolLibrary.files()
    let loader = ModelLoader(try WeightSuite.expected(weights))
    var entries: [Entry] = []
    var broken: [String] = []
    for id in try files.ids() {
      do {
        let table = try files.table(id)
        entries.append(
          Entry(
            id: id, title: table.title, venue: table.paper?.venue ?? "of no paper",
            pairs: table.pairs.count,
            columns: table.columns.count, rows: table.sections.reduce(0) { $0 + $1.rows.count },
            dataset: "\(table.dataset.name) (\(table.dataset.split))",
            missing: try Self.missing(table, loader), publishedOnly: table.isPublishedOnly))
      } catch { broken.append("\(error)") }
    }
    self.entries = entries
    self.broken = broken
  }

  private static func missing(_ table: PaperTable, _ loader: ModelLoader) throws -> [String] {
    let configuration = try MetricConfiguration(table)
    return configuration.metrics.compactMap { metric in
      loader.unavailability(of: metric, in: configuration).map { "\(metric.name) \($0)" }
    }
  }

  /// What is wrong with files that could not be read.
  package var problem: HarnessError? {
    broken.isEmpty ? nil : HarnessError(.runtime, broken.joined(separator: "\n"))
  }

  /// One table a line, and below it what is missing to measure it.
  package var text: String {
    entries.map { entry in
      let head =
        "\(entry.id)  \(entry.title) (\(entry.venue)): \(entry.columns) columns, "
        + "\(entry.rows) published rows, \(entry.pairs) pairs"
      let needs =
        entry.publishedOnly
        ? ["printed as published; needs the answers of people, see 'evalkit votes'"]
        : entry.missing + ["data: give \(entry.dataset) with --dataset"]
      return ([head] + needs.map { "    \($0)" }).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(entries, pretty: true) }

  /// One table in full.
  package static func show(_ id: String) throws -> String {
    let table = try ProtocolLibrary.files().table(id)
    var lines = [
      "\(table.id): \(table.title)",
      table.paper.map { "\($0.title), \($0.venue)" } ?? "of no paper",
      "data: \(table.dataset.name), \(table.dataset.split)",
      "pairs: \(table.pairs.count); \(table.pairs.sampling)",
      "methods on drawn faces unless --method names some: \(words(table.methods.map(\.name)))",
      "anchors: \(words(table.anchors.map(\.rawValue)))", "", "columns:",
    ]
    lines += table.columns.map { column in
      let arrow = column.direction == .lower ? "↓" : "↑"
      let metric = column.isPublishedOnly ? nil : column.metric?.name
      let detail = column.detail.map { " (\($0))" } ?? ""
      return "  \(column.heading) \(arrow) = \(metric ?? "published only")\(detail)"
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

  private static func words(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
