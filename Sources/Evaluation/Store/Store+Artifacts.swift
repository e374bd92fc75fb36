import Foundation
import GRDB

extension Store {
  /// A use is noted at most once in so many seconds, so that reading remembered results writes little.
  private static let useInterval: TimeInterval = 3600

  /// Keeps results that depend on content alone; a key that is there already is left as it is, unless its
  /// payload is damaged.
  package func insert(_ artifacts: [ArtifactRecord]) throws(StoreError) {
    try write { database in try insert(artifacts, in: database) }
  }

  /// The payload under a key, or `nil` where there is none or it is damaged.
  package func artifact(_ key: String) throws(StoreError) -> Data? {
    try artifacts(among: [key]).payloads[key]
  }

  /// What is there under the given keys, in one transaction.
  package func artifacts(among keys: [String]) throws(StoreError) -> FoundArtifacts {
    try read { database in try artifacts(among: keys, in: database) }
  }

  func artifacts(among keys: [String], in database: Database) throws -> FoundArtifacts {
    let statement = try database.cachedStatement(
      sql: """
        SELECT payload, digest FROM artifact LEFT JOIN artifactDigest USING (key) WHERE key = ?
        """)
    var found = FoundArtifacts()
    for key in keys {
      guard let row = try Row.fetchOne(statement, arguments: [key]) else { continue }
      let payload = try? row.value("payload", as: Data.self)
      if let payload,
        ArtifactRecord(key: key, payload: payload).digest == (try? row.value("digest"))
      {
        found.payloads[key] = payload
      } else {
        found.damaged.insert(key)
      }
    }
    return found
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
      return try (row?.count("count") ?? 0, row?.count("bytes") ?? 0)
    }
  }

  func insert(_ artifacts: [ArtifactRecord], in database: Database) throws {
    let now = Timestamp.text(Date())
    for artifact in artifacts { try insert(artifact, created: now, used: now, in: database) }
  }

  /// Keeps a result with its digest; dates as texts.
  func insert(
    _ artifact: ArtifactRecord, created: String, used: String, in database: Database
  ) throws {
    let insertion = try database.cachedStatement(
      sql: "INSERT INTO artifact VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
    let values: StatementArguments = [
      artifact.key, artifact.payload, artifact.payload.count, created,
    ]
    try insertion.execute(arguments: values)
    if database.changesCount == 0 {
      guard try !artifacts(among: [artifact.key], in: database).damaged.isEmpty else { return }
      try database.execute(sql: "DELETE FROM artifact WHERE key = ?", arguments: [artifact.key])
      try insertion.execute(arguments: values)
    }
    try database.cachedStatement(sql: "INSERT INTO artifactDigest VALUES (?, ?)")
      .execute(arguments: [artifact.key, artifact.digest])
    try database.cachedStatement(sql: "INSERT INTO artifactUse VALUES (?, ?)")
      .execute(arguments: [artifact.key, used])
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
