import Foundation
import Provenance
import Store

/// Deletes what old runs hold of single images, so that a database of many nights stays small.
///
/// Scores of sets stay, and with them histories and reports. The latest runs of every table, runs that baselines were made
/// of, and runs that are not complete stay as they are.
package struct RunPruning: Encodable {
  private let schema = 1
  /// The file.
  private let database: String
  /// Ids of the runs that were pruned, or would be.
  package let runs: [String]
  /// Scores of single images that were deleted; nil where nothing was.
  private let scores: Int?
  /// Of the file, before and now.
  private let bytesBefore, bytes: Int

  /// Prunes runs.
  ///
  /// - Parameters:
  ///   - results: folder of the database.
  ///   - count: how many runs of each table, dataset and weights stay as they are, the latest ones.
  ///   - isTried: whether nothing is deleted.
  /// - Throws: ``HarnessError`` where there is no database; errors of the store.
  package init(results: String, keeping count: Int, isTried: Bool) throws {
    let store = try ResultsDatabase.open(results, access: isTried ? .readOnly : .readWrite)
    let frozen = Set(try store.baselinesByRun().keys)
    var kept: [[String]: Int] = [:]
    var runs: [String] = []
    for record in try store.runs(RunFilter(statuses: [.complete]), limit: .max) {
      let settings = try RunSettings(json: record.settings, run: record.id)
      let kind = [record.protocolID, settings.dataset, settings.weights]
      kept[kind, default: 0] += 1
      let isOld = kept[kind, default: 0] > count
      if isOld, !frozen.contains(record.id), try store.pruned(record.id) == nil {
        runs.append(record.id)
      }
    }
    self.runs = runs
    database = store.path
    bytesBefore = Self.bytes(of: store.path)
    guard !isTried, !runs.isEmpty else {
      scores = nil
      bytes = bytesBefore
      return
    }
    scores = try store.prune(runs)
    try store.compact()
    bytes = Self.bytes(of: store.path)
  }

  private static func bytes(of path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  /// For people.
  package var text: String {
    guard let scores else {
      return runs.isEmpty
        ? "no run is old enough" : "would prune \(words): \(runs.joined(separator: ", "))"
    }
    return "pruned \(words): \(scores.grouped) scores of single images deleted; "
      + "\(database) has \(bytes.inBytes), \(bytesBefore.inBytes) before"
  }

  private var words: String { runs.count == 1 ? "1 run" : "\(runs.count) runs" }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}
