import Foundation
import Provenance
import Reports
import Store

/// Stored runs, the one stored last first.
package struct RunListing {
  private struct Entry: Encodable {
    let id, table, created, status, dataset, weights: String
    let pairs: Int
    /// Names of the rows, anchors left out.
    let methods: [String]
    /// Images that have no scores, anchors' included.
    let failed: Int
  }

  private let entries: [Entry]
  private let isCut: Bool

  /// Reads the runs of a results folder.
  ///
  /// - Parameters:
  ///   - results: the folder.
  ///   - limit: how many runs at most.
  /// - Throws: ``HarnessError`` where there is no database; errors of the store.
  package init(results: String, limit: Int) throws {
    let store = try ResultsDatabase.open(results)
    let records = try store.runs(limit: limit + 1)
    isCut = records.count > limit
    entries = try records.prefix(limit).map { record in
      let run = try StoredRun(record, in: store)
      return Entry(
        id: record.id, table: record.protocolID, created: record.created.formatted(.iso8601),
        status: record.status.rawValue, dataset: run.settings.dataset,
        weights: run.settings.weights, pairs: run.settings.pairCount,
        methods: run.methods.filter { !run.isAnchor($0) }.map(\.name),
        failed: run.counts.filter { $0.key != MethodRecord.reference.name }
          .reduce(0) { $0 + $1.value.failed })
    }
  }

  /// One run a line.
  package var text: String {
    guard !entries.isEmpty else { return "no run is stored yet" }
    var table = TextTable([
      ("run", .left), ("table", .left), ("date (UTC)", .left), ("status", .left), ("pairs", .right),
      ("failed", .right), ("methods", .left), ("dataset", .left), ("weights", .left),
    ])
    for entry in entries {
      table.add([
        entry.id, entry.table, entry.created, entry.status, entry.pairs.grouped,
        entry.failed.grouped, entry.methods.joined(separator: ", ").harmless,
        entry.dataset.harmless, entry.weights.harmless,
      ])
    }
    return table.text + (isCut ? "\nolder runs are left out; --limit shows more" : "")
  }

  /// The same as a JSON array.
  package var json: String { JSONText.encode(entries, pretty: true) }
}
