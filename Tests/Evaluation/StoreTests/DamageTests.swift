import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// Rows that no evalkit wrote are refused with the column's name; none ends the program.
struct DamageTests {
  private static let damages: [(sql: String, column: String)] = [
    ("UPDATE run SET created = 'yesterday'", "created"),
    ("UPDATE run SET created = X'FF00'", "created"),
    ("UPDATE run SET status = 'complete\u{7}'", "status"),
    ("UPDATE run SET toolVersion = X'80'", "toolVersion"),
    ("UPDATE method SET name = X'80' WHERE name = 'ours'", "name"),
    ("UPDATE image SET state = 'scorfd'", "state"),
    ("UPDATE image SET imageID = X'80' WHERE imageID = '1'", "imageID"),
    ("UPDATE score SET value = 9e999", "value"),
    ("UPDATE score SET value = 'much'", "value"),
    ("UPDATE score SET reason = 'none'", "value"),
    ("UPDATE setScore SET generatedCount = -9223372036854775808", "generatedCount"),
    ("UPDATE setScore SET generatedCount = 'many'", "generatedCount"),
    ("UPDATE setScore SET referenceCount = -1", "referenceCount"),
    ("UPDATE setScore SET standardError = -1", "standardError"),
    ("UPDATE setScore SET value = NULL, reason = NULL", "value"),
    ("UPDATE failure SET reason = X'80'", "reason"),
    ("UPDATE pair SET identity = X'80'", "identity"),
    ("UPDATE generation SET seconds = 'long'", "seconds"),
    ("UPDATE generation SET steps = -3", "steps"),
    ("UPDATE shardPair SET shard = 'first'", "shard"),
    ("UPDATE verdict SET code = 'two'", "code"),
    ("UPDATE verdict SET created = ''", "created"),
    ("UPDATE baseline SET images = X'80'", "images"),
  ]

  private func filled() throws -> StoreFixture {
    let fixture = try StoreFixture()
    let store = fixture.store
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    try store.record(
      [(fixture.scored("1"), [score])],
      pairs: [
        PairRecord(
          run: "r1", imageID: "1", identity: "a", prompt: nil, referenceHash: nil, labelsHash: nil)
      ])
    try store.record(fixture.failed("2"))
    try store.replace(
      [
        SetScoreRecord(
          method: "ours", metric: "fid", value: .number(3), referenceCount: 9, generatedCount: 9,
          standardError: 1, fingerprint: "f2")
      ], inRun: "r1")
    try store.add(
      VerdictRecord(
        run: "r1", baseline: "main", created: Date(), outcome: "pass", code: 0, report: "{}"))
    try store.setShards(["1": 1], ofRun: "r1")
    try store.replace(
      [GenerationRecord(method: "ours", imageID: "1", seconds: 2, steps: 4)], ofMethod: "ours",
      inRun: "r1")
    try store.replace(BaselineRecord(name: "main", run: "r1", document: "{}", images: "x"))
    return fixture
  }

  /// Everything that reports, gates and histories read.
  private func readAll(_ store: Store) throws {
    for run in try store.runs().map(\.id) {
      _ = try (store.pairs(ofRun: run), store.setScores(ofRun: run), store.imageCounts(ofRun: run))
      _ = try (store.failures(ofRun: run), store.verdicts(ofRun: run), store.shards(ofRun: run))
      _ = try (store.scores(ofRun: run), store.scoreKeys(ofRun: run))
      for method in try store.methods(ofRun: run).map(\.name) {
        _ = try (
          store.images(ofRun: run, method: method), store.times(ofRun: run, method: method)
        )
      }
    }
    for name in try store.baselineNames() { _ = try store.baseline(name) }
  }

  @Test(arguments: damages.indices)
  func wrongRowsAreRefused(index: Int) throws {
    let (sql, column) = Self.damages[index]
    let fixture = try filled()
    try readAll(fixture.store)
    try DatabaseQueue(path: fixture.path).writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; \(sql)")
    }
    let error = try #require(throws: StoreError.self, "\(sql)") { try readAll(fixture.store) }
    guard case .corrupt(_, let reason) = error else {
      Issue.record("\(sql): \(error)")
      return
    }
    #expect(reason.contains("'\(column)'"), "\(sql): \(reason)")
  }
}
