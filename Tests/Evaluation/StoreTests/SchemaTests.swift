import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// What other programs may rely on.
struct SchemaTests {
  private func query<Value: DatabaseValueConvertible>(
    _ sql: String, of path: String, as type: Value.Type
  ) throws -> [Value] {
    let queue = try DatabaseQueue(path: path)
    return try queue.read { try Value.fetchAll($0, sql: sql) }
  }

  private func columns(of view: String, in path: String) throws -> [String] {
    try query("SELECT name FROM pragma_table_info('\(view)')", of: path, as: String.self)
  }

  @Test func keepsTheViewsStable() throws {
    let fixture = try StoreFixture()
    #expect(
      try columns(of: "scores_per_image", in: fixture.path) == [
        "run", "method", "image", "metric", "value", "fingerprint",
      ])
    #expect(
      try columns(of: "scores", in: fixture.path) == [
        "run", "method", "metric", "value", "n", "stderr", "fingerprint",
      ])
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    try fixture.store.record(fixture.scored("1"), scores: [score])
    let set = SetScoreRecord(
      method: "ours", metric: "fid", value: .number(3), generatedCount: 9, fingerprint: "f2")
    try fixture.store.replace([set], inRun: "r1")
    let image = try query(
      "SELECT run || method || image || metric || value || fingerprint FROM scores_per_image",
      of: fixture.path, as: String.self)
    #expect(image == ["r1ours1id0.5f1"])
    let sets = try query(
      "SELECT run || method || metric || value || n || fingerprint FROM scores",
      of: fixture.path, as: String.self)
    #expect(sets == ["r1oursfid3.09f2"])
  }

  @Test func setsThePragmas() throws {
    let fixture = try StoreFixture()
    #expect(try query("PRAGMA journal_mode", of: fixture.path, as: String.self) == ["wal"])
    #expect(try query("PRAGMA user_version", of: fixture.path, as: Int.self) == [6])
    #expect(
      try query("PRAGMA application_id", of: fixture.path, as: Int.self) == [0x6576_6B74])
    let names = try query(
      "SELECT identifier FROM grdb_migrations ORDER BY rowid", of: fixture.path, as: String.self)
    #expect(
      names == [
        "1 runs, images and scores", "2 pairs, baselines and verdicts", "3 shards, times and use",
        "4 digests of results", "5 durations of runs", "6 pruned runs",
      ])
  }

  /// A released migration may not change: databases made by it are out there.
  @Test func pinsReleasedMigrations() throws {
    let fixture = try StoreFixture()
    #expect(try tables(of: fixture.path) == GoldenFolder().text("schema-6.sql"))
  }

  /// A file of the first schema keeps what it holds and gains what is new.
  @Test func bringsOldFilesUpToDate() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("evalkit.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: GoldenFolder().text("schema-1.sql"))
      try database.execute(
        sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
      try database.execute(
        sql: """
          INSERT INTO grdb_migrations VALUES ('1 runs, images and scores');
          INSERT INTO fingerprint VALUES ('f', 'text');
          INSERT INTO artifact VALUES ('k', X'0102', 2, '2026-01-01T00:00:00.000Z');
          PRAGMA user_version = 1;
          PRAGMA application_id = \(0x6576_6B74);
          """)
    }
    try queue.close()
    #expect(throws: StoreError.olderSchema(path: path, found: 1, supported: 6)) {
      try Store(path: path, access: .readOnly)
    }
    let store = try Store(path: path)
    #expect(try store.text(ofFingerprint: "f") == "text")
    #expect(try store.artifact("k") == Data([1, 2]))
    #expect(try tables(of: path) == GoldenFolder().text("schema-6.sql"))
  }

  private func tables(of path: String) throws -> String {
    try query(
      """
      SELECT sql FROM sqlite_master
      WHERE sql IS NOT NULL AND name <> 'grdb_migrations' ORDER BY type, name
      """, of: path, as: String.self
    ).map { $0 + ";\n" }.joined()
  }

  @Test func deletesEverythingOfARun() throws {
    let fixture = try StoreFixture()
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    let pair = PairRecord(
      run: "r1", imageID: "1", identity: nil, prompt: nil, referenceHash: nil, labelsHash: nil)
    try fixture.store.record([(fixture.scored("1"), [score])], pairs: [pair])
    try fixture.store.record(fixture.failed("2"))
    try fixture.store.add(
      VerdictRecord(
        run: "r1", baseline: "main", created: Date(), outcome: "pass", code: 0, report: "{}"))
    try fixture.store.setShards(["1": 1], ofRun: "r1")
    try fixture.store.replace(
      [GenerationRecord(method: "ours", imageID: "1", seconds: 2, steps: nil)], ofMethod: "ours",
      inRun: "r1")
    try fixture.store.add(seconds: 1, toRun: "r1")
    try fixture.store.add(seconds: 1.5, toRun: "r1")
    #expect(try fixture.store.seconds(ofRun: "r1") == 2.5)
    _ = try fixture.store.prune(["r1"])
    let queue = try DatabaseQueue(path: fixture.path)
    try queue.write { try $0.execute(sql: "DELETE FROM run") }
    for table in [
      "method", "image", "failure", "score", "setScore", "pair", "verdict", "generation",
      "shardPair", "runTime", "prunedRun", "prunedImages",
    ] {
      #expect(try query("SELECT count(*) FROM \(table)", of: fixture.path, as: Int.self) == [0])
    }
    #expect(try fixture.store.integrityCheck() == [])
  }
}
