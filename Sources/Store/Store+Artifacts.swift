import Foundation
import GRDB

extension Store {
  /// A use is noted at most once in so many seconds, so that reading remembered results writes little.
  private static let useInterval: TimeInterval = 3600

  /// Keeps results that depend on content alone; a key that is there already is left as it is.
  package func insert(_ artifacts: [ArtifactRecord]) throws(StoreError) {
    try write { database in try insert(artifacts, in: database) }
  }

  /// The payload under a key, or `nil`.
  package func artifact(_ key: String) throws(StoreError) -> Data? {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT payload FROM artifact WHERE key = ?")
      return try Data.fetchOne(statement, arguments: [key])
    }
  }

  /// The payloads under those of the given keys that are there, in one transaction.
  package func artifacts(among keys: [String]) throws(StoreError) -> [String: Data] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT payload FROM artifact WHERE key = ?")
      var found: [String: Data] = [:]
      for key in keys { found[key] = try Data.fetchOne(statement, arguments: [key]) }
      return found
    }
  }

  /// Those of the given keys that are there, without loading their payloads.
  package func existingArtifacts(among keys: [String]) throws(StoreError) -> Set<String> {
    try read { database in
      let statement = try database.cachedStatement(sql: "SELECT 1 FROM artifact WHERE key = ?")
      return Set(
        try keys.filter { try Int.fetchOne(statement, arguments: [$0]) != nil })
    }
  }

  /// All keys, sorted.
  package func artifactKeys() throws(StoreError) -> [String] {
    try read { try String.fetchAll($0, sql: "SELECT key FROM artifact ORDER BY key") }
  }

  /// How many artifacts there are and how many bytes their payloads take.
  package func artifactTotals() throws(StoreError) -> (count: Int, bytes: Int) {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT count(*) AS count, coalesce(sum(byteCount), 0) AS bytes FROM artifact")
      return (row?["count"] ?? 0, row?["bytes"] ?? 0)
    }
  }

  func insert(_ artifacts: [ArtifactRecord], in database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO artifact VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
    let use = try database.cachedStatement(
      sql: "INSERT INTO artifactUse VALUES (?, ?) ON CONFLICT DO NOTHING")
    let now = Timestamp.text(Date())
    for artifact in artifacts {
      try statement.execute(arguments: [
        artifact.key, artifact.payload, artifact.payload.count, now,
      ])
      try use.execute(arguments: [artifact.key, now])
    }
  }

  /// Notes that remembered results were of use.
  func touch(_ keys: [String], in database: Database) throws {
    let now = Date()
    let statement = try database.cachedStatement(
      sql: "UPDATE artifactUse SET used = ?1 WHERE key = ?2 AND used < ?3")
    for key in keys {
      try statement.execute(arguments: [
        Timestamp.text(now), key, Timestamp.text(now - Self.useInterval),
      ])
    }
  }
}
