import Foundation
import GRDB

extension Store {
  /// Stores a new run with its methods and fingerprints, all at once.
  ///
  /// - Parameters:
  ///   - run: the run; its id must be new.
  ///   - methods: its rows, in the order of the report.
  ///   - fingerprints: texts of the run's and its scores' fingerprints, as far as known.
  /// - Throws: `StoreError`, `rejected` for an id that exists or a fingerprint without text.
  package func begin(
    _ run: RunRecord, methods: [MethodRecord], fingerprints: [FingerprintRecord]
  ) throws(StoreError) {
    try write { database in
      try begin(run, methods: methods, fingerprints: fingerprints, in: database)
    }
  }

  func begin(
    _ run: RunRecord, methods: [MethodRecord], fingerprints: [FingerprintRecord],
    in database: Database
  ) throws {
    try register(fingerprints, in: database)
    try database.execute(
      sql: "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        run.id, run.protocolID, Timestamp.text(run.created), run.commandLine, run.toolVersion,
        run.status.rawValue, run.fingerprint, run.settings, run.machine, run.pairsHash,
      ])
    try add(methods, toRun: run.id, in: database)
  }

  /// Adds methods to a run, behind those it has; one of the same name is kept as it is.
  package func add(_ methods: [MethodRecord], toRun run: String) throws(StoreError) {
    try write { database in try add(methods, toRun: run, in: database) }
  }

  /// Notes how far a run has come.
  package func setStatus(_ status: RunStatus, ofRun run: String) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE run SET status = ? WHERE id = ?", arguments: [status.rawValue, run])
      guard database.changesCount == 1 else {
        throw StoreError.unknownRun(path: path, prefix: run)
      }
    }
  }

  /// Adds to the time that a run was worked on.
  package func add(seconds: Double, toRun run: String) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO runTime VALUES (?, ?)
          ON CONFLICT (runID) DO UPDATE SET seconds = seconds + excluded.seconds
          """, arguments: [run, seconds])
    }
  }

  /// Seconds that a run was worked on, all calls that resumed it together; nil for merged runs and for those of a schema
  /// before the fifth.
  package func seconds(ofRun run: String) throws(StoreError) -> Double? {
    try read { database in
      try Double.fetchOne(
        database, sql: "SELECT seconds FROM runTime WHERE runID = ?", arguments: [run])
    }
  }

  /// The run stored last among those that match, or `nil`.
  package func latestRun(_ filter: RunFilter = RunFilter()) throws(StoreError) -> RunRecord? {
    try runs(filter, limit: 1).first
  }

  /// Runs that match, the last stored first.
  ///
  /// The order is that of their rows, not of their dates: a run of a machine whose clock was ahead must not
  /// stay the last one for ever.
  package func runs(
    _ filter: RunFilter = RunFilter(), limit: Int = 1000
  ) throws(StoreError) -> [RunRecord] {
    try read { database in
      // By what is left out, so that a run with a damaged status is refused and not passed over.
      let others = RunStatus.allCases.filter { !filter.statuses.contains($0) }
        .map { "'\($0.rawValue)'" }.joined(separator: ", ")
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM run
          WHERE protocolID = coalesce(:protocol, protocolID)
            AND fingerprint = coalesce(:fingerprint, fingerprint)
            AND pairsHash = coalesce(:pairs, pairsHash)
            AND status NOT IN (\(others))
          ORDER BY rowid DESC LIMIT :limit
          """,
        arguments: [
          "protocol": filter.protocolID, "fingerprint": filter.fingerprint,
          "pairs": filter.pairsHash, "limit": limit,
        ])
      return try rows.map(RunRecord.init(row:))
    }
  }

  /// The only run whose id begins with a prefix.
  ///
  /// - Throws: `unknownRun` and `ambiguousRun`; a full id is never ambiguous.
  package func run(idPrefix prefix: String) throws(StoreError) -> RunRecord {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT * FROM run WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id",
        arguments: [prefix])
      let runs = try rows.map(RunRecord.init(row:))
      if let exact = runs.first(where: { $0.id == prefix }) { return exact }
      guard !prefix.isEmpty, let run = runs.first else {
        throw StoreError.unknownRun(path: path, prefix: prefix)
      }
      guard runs.count == 1 else {
        throw StoreError.ambiguousRun(path: path, prefix: prefix, matches: runs.map(\.id))
      }
      return run
    }
  }

  /// A run's methods in the order of its report.
  package func methods(ofRun run: String) throws(StoreError) -> [MethodRecord] {
    try read { database in
      let methods = try Row.fetchAll(
        database, sql: "SELECT * FROM method WHERE runID = ? ORDER BY position", arguments: [run]
      ).map { row in
        MethodRecord(
          name: try row.value("name"), specification: try row.value("specification"),
          kind: try row.word("kind"))
      }
      try RowDamage.check(methods.map(\.name), of: "name")
      return methods
    }
  }

  /// Keeps the texts that fingerprints stand for; scores may then refer to them.
  ///
  /// - Throws: `fingerprintCollision` where a hash is known with another text.
  package func register(_ fingerprints: [FingerprintRecord]) throws(StoreError) {
    try write { database in try register(fingerprints, in: database) }
  }

  /// The text that a fingerprint stands for.
  package func text(ofFingerprint hash: String) throws(StoreError) -> String? {
    try read { database in
      try String.fetchOne(
        database, sql: "SELECT text FROM fingerprint WHERE hash = ?", arguments: [hash])
    }
  }

  /// What fingerprints stand for, by their hashes; those that are not known are left out.
  package func texts(ofFingerprints hashes: Set<String>) throws(StoreError) -> [String: String] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT text FROM fingerprint WHERE hash = ?")
      var texts: [String: String] = [:]
      for hash in hashes { texts[hash] = try String.fetchOne(statement, arguments: [hash]) }
      return texts
    }
  }

  private func register(_ fingerprints: [FingerprintRecord], in database: Database) throws {
    for fingerprint in fingerprints {
      try database.execute(
        sql: "INSERT INTO fingerprint VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [fingerprint.hash, fingerprint.text])
      let kept = try String.fetchOne(
        database, sql: "SELECT text FROM fingerprint WHERE hash = ?",
        arguments: [fingerprint.hash])
      guard kept == fingerprint.text else {
        throw StoreError.fingerprintCollision(path: path, hash: fingerprint.hash)
      }
    }
  }

  private func add(_ methods: [MethodRecord], toRun run: String, in database: Database) throws {
    for method in methods {
      try database.execute(
        sql: """
          INSERT INTO method (runID, name, position, specification, kind)
          VALUES (?1, ?2, (SELECT count(*) FROM method WHERE runID = ?1), ?3, ?4)
          ON CONFLICT DO NOTHING
          """,
        arguments: [run, method.name, method.specification, method.kind.rawValue])
    }
  }
}

extension RunRecord {
  fileprivate init(row: Row) throws {
    self.init(
      id: try row.value("id"), protocolID: try row.value("protocolID"),
      created: try row.date("created"), commandLine: try row.value("commandLine"),
      toolVersion: try row.value("toolVersion"), status: try row.word("status"),
      fingerprint: try row.value("fingerprint"), settings: try row.value("settings"),
      machine: try row.value("machine"), pairsHash: try row.value("pairsHash"))
  }
}
