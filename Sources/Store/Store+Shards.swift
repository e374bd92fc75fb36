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
      return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }
  }

  /// Joins the rows of runs in other files to one run here, with the results that they rest on: all of
  /// it or nothing.
  ///
  /// A row that is there already is left alone if it says the same.
  ///
  /// - Parameters:
  ///   - parts: files and the ids of the runs in them, in any order.
  ///   - run: the run to join them to; its id must be new.
  ///   - methods: its rows, in the order of the report.
  ///   - fingerprint: what the run's own fingerprint stands for.
  /// - Throws: `StoreError`, `contradiction` for a row that is there with other values.
  package func join(
    _ parts: [(store: Store, run: String)], to run: RunRecord, methods: [MethodRecord],
    fingerprint: FingerprintRecord
  ) throws(StoreError) {
    try write { database in
      try begin(run, methods: methods, fingerprints: [fingerprint], in: database)
      for part in parts {
        try part.store.read { source in
          let copy = RunCopy(
            path: part.store.path, source: source, from: part.run, target: database, to: run.id)
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
        SELECT key, payload, byteCount, created, coalesce(used, created)
        FROM artifact LEFT JOIN artifactUse USING (key)
        """)
    let insertion = try target.cachedStatement(
      sql: "INSERT INTO artifact VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
    let use = try target.cachedStatement(
      sql: "INSERT INTO artifactUse VALUES (?, ?) ON CONFLICT DO NOTHING")
    while let row = try rows.next() {
      let values = Array(row.databaseValues)
      try insertion.execute(arguments: StatementArguments(values.prefix(4)))
      guard target.changesCount == 0 else {
        try use.execute(arguments: [values[0], values[4]])
        continue
      }
      let isSame = try Bool.fetchOne(
        target.cachedStatement(sql: "SELECT payload = ?2 FROM artifact WHERE key = ?1"),
        arguments: [values[0], values[1]])
      guard isSame == true else {
        throw StoreError.contradiction(
          path: path, row: "the remembered result \(values[0])")
      }
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
