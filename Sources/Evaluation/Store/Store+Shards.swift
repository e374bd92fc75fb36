import GRDB

extension Store {
  /// Notes which shard of a run measures which pair.
  package func setShards(_ shards: [String: Int], ofRun run: String) throws(StoreError) {
    try write { database in
      for (id, shard) in shards {
        try database.execute(
          sql: "INSERT OR REPLACE INTO shardPair VALUES (?, ?, ?)", arguments: [run, id, shard])
      }
    }
  }

  /// Which shard of a run measures which pair; empty for a run that is not one of several.
  package func shards(ofRun run: String) throws(StoreError) -> [String: Int] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT imageID, shard FROM shardPair WHERE runID = ?", arguments: [run])
      var shards: [String: Int] = [:]
      for row in rows { shards[try row.value("imageID")] = try row.count("shard") }
      return shards
    }
  }

  /// Joins the rows of runs in other files to one run here, with the results that they rest on: all of
  /// it or nothing.
  ///
  /// A row that is there already is left alone if it says the same; so may the whole run be there.
  ///
  /// - Parameters:
  ///   - parts: files and the ids of the runs in them, in any order.
  ///   - run: the run to join them to; begun where its id is new.
  ///   - methods: its rows, in the order of the report.
  ///   - fingerprint: what the run's own fingerprint stands for.
  /// - Throws: `StoreError`, `contradiction` for a row that is there with other values, `damagedResult` for a
  ///   part's remembered result that is not what was stored.
  package func join(
    _ parts: [(store: Store, run: String)], to run: RunRecord, methods: [MethodRecord],
    fingerprint: FingerprintRecord
  ) throws(StoreError) {
    try write { database in
      let known = try String.fetchOne(
        database, sql: "SELECT id FROM run WHERE id = ?", arguments: [run.id])
      if known == nil {
        try begin(run, methods: methods, fingerprints: [fingerprint], in: database)
      }
      for part in parts {
        try part.store.read { source in
          let copy = RunCopy(
            path: part.store.path, source: source, from: part.run, target: database, to: run.id,
            store: self)
          try copy.rows()
          try copy.artifacts()
        }
      }
    }
  }
}

/// The rows of a run on their way to another file.
private struct RunCopy {
  /// Path of the file that they come from.
  let path: String
  let source: Database
  let from: String
  let target: Database
  let to: String
  /// The file that they go to.
  let store: Store

  /// Tables by run, those first that others refer to.
  private static let tables = ["pair", "image", "failure", "score", "generation"]

  func rows() throws {
    let texts = try Row.fetchCursor(source, sql: "SELECT * FROM fingerprint")
    while let row = try texts.next() { try insert(row, into: "fingerprint") }
    for table in Self.tables {
      let rows = try Row.fetchCursor(
        source, sql: "SELECT * FROM \(table) WHERE runID = ?", arguments: [from])
      while let row = try rows.next() { try insert(row, into: table) }
    }
  }

  /// Remembered results; when they were made and used is no part of what they say.
  func artifacts() throws {
    let rows = try Row.fetchCursor(
      source,
      sql: """
        SELECT key, payload, digest, created, coalesce(used, created) AS used
        FROM artifact LEFT JOIN artifactUse USING (key) LEFT JOIN artifactDigest USING (key)
        """)
    while let row = try rows.next() {
      let record = ArtifactRecord(key: try row.value("key"), payload: try row.value("payload"))
      guard try record.digest == row.optional("digest") else {
        throw StoreError.damagedResult(path: path, key: record.key)
      }
      let there = try store.artifacts(among: [record.key], in: target)
      if let payload = there.payloads[record.key] {
        guard payload == record.payload else {
          throw StoreError.contradiction(
            path: path, row: "the remembered result \(record.key)")
        }
        continue
      }
      try store.insert(
        record, created: try row.value("created"), used: try row.value("used"), in: target)
    }
  }

  private func insert(_ row: Row, into table: String) throws {
    let names = Array(row.columnNames)
    let values = row.map { $0.0 == "runID" ? to.databaseValue : $0.1 }
    let marks = names.map { _ in "?" }.joined(separator: ", ")
    try target.cachedStatement(
      sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(marks)) "
        + "ON CONFLICT DO NOTHING"
    ).execute(arguments: StatementArguments(values))
    guard target.changesCount == 0 else { return }
    let same = try target.cachedStatement(
      sql: "SELECT 1 FROM \(table) WHERE "
        + names.map { "\($0) IS ?" }.joined(separator: " AND "))
    guard try Int.fetchOne(same, arguments: StatementArguments(values)) != nil else {
      let keys = ["method", "imageID", "metric", "hash"].compactMap { key in
        (row[key] as String?).map { "\(key) \($0)" }
      }
      throw StoreError.contradiction(
        path: path, row: "the \(table) of \(keys.joined(separator: ", "))")
    }
  }
}
