import Foundation
import GRDB

/// What was evicted to save room.
package struct Eviction: Sendable, Hashable {
  /// Which results.
  package let keys: [String]
  /// Bytes of their payloads.
  package let bytes: Int
}

extension Store {
  /// Evicts cached results until the rest takes no more than `limit` bytes, those first that
  /// were of no use for the longest time; equally old ones go by their keys.
  ///
  /// Several processes may do so at once, and others read meanwhile: what is gone is computed again.
  ///
  /// - Parameters:
  ///   - limit: bytes of payloads that may stay.
  ///   - spared: keys that stay, whatever their age.
  /// - Returns: what is gone.
  /// - Throws: `StoreError`.
  package func evictArtifacts(
    downTo limit: Int, sparing spared: Set<String> = []
  ) throws(StoreError) -> Eviction {
    try write { database in
      var total =
        try Int.fetchOne(database, sql: "SELECT coalesce(sum(byteCount), 0) FROM artifact") ?? 0
      guard total > limit else { return Eviction(keys: [], bytes: 0) }
      var leaving: [(key: String, bytes: Int)] = []
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT key, byteCount FROM artifact LEFT JOIN artifactUse USING (key)
          ORDER BY coalesce(used, created), key
          """)
      while total > limit, let row = try rows.next() {
        let (key, bytes): (String, Int) = (try row.value("key"), try row.count("byteCount"))
        if spared.contains(key) { continue }
        leaving.append((key, bytes))
        total -= bytes
      }
      let statement = try database.cachedStatement(sql: "DELETE FROM artifact WHERE key = ?")
      for entry in leaving { try statement.execute(arguments: [entry.key]) }
      return Eviction(keys: leaving.map(\.key), bytes: leaving.reduce(0) { $0 + $1.bytes })
    }
  }

  /// Gives the room of what was deleted back to the disk.
  ///
  /// - Throws: `StoreError`, `locked` while another process uses the file.
  package func compact() throws(StoreError) {
    do {
      try queue.vacuum()
      // All pages were written beside the file.
      _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
    } catch { throw StoreError(error, at: path) }
  }
}
