import Foundation
import GRDB

extension Store {
  /// Deletes what complete runs hold of single images and pairs: their scores, contents and times.
  ///
  /// Scores of sets, failures, and how many images had scores stay, so that reports and histories are what they were.
  ///
  /// - Parameters:
  ///   - runs: ids; one that was pruned before stays as it is.
  ///   - date: when it is done; kept to the millisecond.
  /// - Returns: how many scores were deleted.
  /// - Throws: `StoreError`; nothing is deleted then.
  package func prune(_ runs: [String], at date: Date = Date()) throws(StoreError) -> Int {
    try write { database in
      var deleted = 0
      for run in runs where try Self.pruned(run, in: database) == nil {
        try database.execute(
          sql: """
            INSERT INTO prunedImages
            SELECT runID, method, count(*) FROM image WHERE runID = ? AND state = 'scored'
            GROUP BY method
            """, arguments: [run])
        try database.execute(
          sql: "INSERT INTO prunedRun VALUES (?, ?)", arguments: [run, Timestamp.text(date)])
        try database.execute(sql: "DELETE FROM score WHERE runID = ?", arguments: [run])
        deleted += database.changesCount
        for table in ["generation", "pair", "shardPair"] {
          try database.execute(sql: "DELETE FROM \(table) WHERE runID = ?", arguments: [run])
        }
        // Rows of failures refer to their images.
        try database.execute(
          sql: "DELETE FROM image WHERE runID = ? AND state = 'scored'", arguments: [run])
      }
      return deleted
    }
  }

  /// When a run's values of single images were deleted; nil if they are there.
  package func pruned(_ run: String) throws(StoreError) -> Date? {
    try read { database in try Self.pruned(run, in: database) }
  }

  private static func pruned(_ run: String, in database: Database) throws -> Date? {
    try Row.fetchOne(
      database, sql: "SELECT pruned FROM prunedRun WHERE runID = ?", arguments: [run]
    ).map { try $0.date("pruned") }
  }

  /// Refuses a run whose values of single images were deleted.
  ///
  /// - Throws: `StoreError` of kind `pruned`.
  func requireImages(ofRun run: String, in database: Database) throws {
    guard let date = try Self.pruned(run, in: database) else { return }
    throw StoreError.pruned(path: path, run: run, date: Timestamp.text(date))
  }

  /// How many images of each method of a pruned run had scores; empty for others.
  func prunedCounts(ofRun run: String, in database: Database) throws -> [String: Int] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT method, scored FROM prunedImages WHERE runID = ?", arguments: [run])
    var counts: [String: Int] = [:]
    for row in rows { counts[try row.value("method")] = try row.count("scored") }
    return counts
  }
}
