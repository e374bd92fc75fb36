import Foundation
import GRDB
import Store
import Tensors
import Terms
import TestSupport
import Testing

struct ScoreTests {
  @Test func keepsFiniteValuesToTheLastBit() throws {
    let fixture = try StoreFixture()
    let seed: UInt64 = 7
    var random = SplitMix64(seed: seed)
    var values = [
      0, 1, -1, 0.1, 1 / 3, .pi, .leastNonzeroMagnitude, -.leastNormalMagnitude,
      .greatestFiniteMagnitude, 0x1p53 + 2, 1e15, 0x1p62, 24.997,
    ]
    while values.count < 500 {
      let value = Double(bitPattern: random.next())
      if value.isFinite { values.append(value) }
    }
    let scores = values.enumerated().map { index, value in
      ScoreRecord(metric: "m\(1000 + index)", value: value, fingerprint: "f1")
    }
    try fixture.store.record(fixture.scored("1"), scores: scores)
    let read = try fixture.store.scores(ofRun: "r1").map(\.score)
    #expect(read == scores, "seed \(seed)")
    #expect(read.compactMap(\.value.number).map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test(arguments: [
    (Double.nan, "not a number"), (.infinity, "infinite"), (-.infinity, "negatively infinite"),
  ])
  func keepsTheReasonWhyThereIsNoNumber(value: Double, reason: String) throws {
    let fixture = try StoreFixture()
    let score = ScoreRecord(metric: "psnr", value: value, fingerprint: "f1")
    try fixture.store.record(fixture.scored("1"), scores: [score])
    let set = SetScoreRecord(
      method: "ours", metric: "psnr", value: StoredValue(value), generatedCount: 1,
      standardError: value, fingerprint: "f1")
    try fixture.store.replace([set], inRun: "r1")
    #expect(try fixture.store.scores(ofRun: "r1").first?.score.value == .absent(reason: reason))
    let read = try #require(try fixture.store.setScores(ofRun: "r1").first)
    #expect(read.value.number == nil)
    #expect(read.value.reason == reason)
    #expect(read.standardError == nil)
  }

  @Test func dropsTheSignOfZero() {
    #expect(StoredValue(-0.0).number?.sign == .plus)
  }

  @Test func tellsResumedRunsWhatExists() throws {
    let fixture = try StoreFixture()
    let scores = [
      ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1"),
      ScoreRecord(metric: "ssim", value: .absent(reason: "too small"), fingerprint: "f2"),
    ]
    try fixture.store.record(fixture.scored("1"), scores: scores)
    try fixture.store.record(fixture.failed("2"))
    #expect(
      try fixture.store.scoreKeys(ofRun: "r1") == [
        ScoreKey(method: "ours", imageID: "1", metric: "id", fingerprint: "f1"),
        ScoreKey(method: "ours", imageID: "1", metric: "ssim", fingerprint: "f2"),
      ])
    #expect(try fixture.store.scoreKeys(ofRun: "r2").isEmpty)
    #expect(
      try fixture.store.images(ofRun: "r1", method: "ours") == [
        fixture.scored("1"), fixture.failed("2"),
      ])
    let counts = try fixture.store.imageCounts(ofRun: "r1")
    #expect(counts.mapValues(\.scored) == ["ours": 1])
    #expect(counts.mapValues(\.failed) == ["ours": 1])
  }

  @Test func endsEveryImageInOneState() throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    try store.record(fixture.scored("1"), scores: [score])
    try store.record(fixture.failed("1"))
    #expect(try store.scores(ofRun: "r1").isEmpty)
    #expect(
      try store.failures(ofRun: "r1").map(\.failure.reason) == ["1.png ends early"])
    try store.record(fixture.failed("1"))
    let failures = try store.failures(ofRun: "r1", method: "ours")
    #expect(failures.map(\.failure.state.rawValue) == ["truncated"])
    #expect(try store.failures(ofRun: "r1", method: "blurred").isEmpty)
    try store.record(fixture.scored("1"), scores: [score])
    #expect(try store.failures(ofRun: "r1").isEmpty)
    #expect(try store.images(ofRun: "r1", method: "ours") == [fixture.scored("1")])
  }

  @Test func keepsOtherMetricsUnlessTheContentChanged() throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let id = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    let ssim = ScoreRecord(metric: "ssim", value: 0.25, fingerprint: "f2")
    try store.record(fixture.scored("1"), scores: [id])
    try store.record(fixture.scored("1"), scores: [ssim])
    #expect(try store.scores(ofRun: "r1").map(\.score) == [id, ssim])
    try store.record(fixture.scored("1", hash: "c1"), scores: [ssim])
    #expect(try store.scores(ofRun: "r1").map(\.score) == [ssim])
  }

  @Test func replacesSetScores() throws {
    let fixture = try StoreFixture()
    func score(_ value: Double) -> SetScoreRecord {
      SetScoreRecord(
        method: "ours", metric: "fid", value: StoredValue(value), referenceCount: 200,
        generatedCount: 199, standardError: 0.25, details: #"{"dims": 2048}"#, fingerprint: "f2")
    }
    try fixture.store.replace([score(3)], inRun: "r1")
    try fixture.store.replace([score(4)], inRun: "r1")
    #expect(try fixture.store.setScores(ofRun: "r1") == [score(4)])
  }

  @Test func filtersAndSortsByBytes() throws {
    let fixture = try StoreFixture()
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    for id in ["10", "9", "B", "a", "é", "z"].shuffled() {
      try fixture.store.record(fixture.scored(id), scores: [score])
      try fixture.store.record(fixture.scored(id, method: "blurred"), scores: [score])
    }
    let ours = try fixture.store.scores(ofRun: "r1", method: "ours", metric: "id")
    #expect(ours.map(\.imageID) == ["10", "9", "B", "a", "z", "é"])
    #expect(try fixture.store.scores(ofRun: "r1", metric: "ssim").isEmpty)
  }

  @Test func cachesArtifactsByKey() throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let payload = Data((0..<10_000).map { UInt8(truncatingIfNeeded: $0) })
    try store.record(
      fixture.scored("1"), artifacts: [ArtifactRecord(key: "k", payload: payload)])
    try store.insert([
      ArtifactRecord(key: "k", payload: Data()), ArtifactRecord(key: "e", payload: Data()),
    ])
    #expect(try store.artifact("k") == payload)
    #expect(try store.artifact("e") == Data())
    #expect(try store.artifact("none") == nil)
    #expect(try store.existingArtifacts(among: ["k", "none", "e"]) == ["k", "e"])
    #expect(try store.artifactTotals() == (2, 10_000))
  }

  /// Damage that a disk can do, and a payload that belongs to another key.
  @Test(arguments: [
    "UPDATE artifact SET payload = X'0003', byteCount = 2 WHERE key = 'k'",
    "UPDATE artifact SET payload = X'0102', byteCount = 2 WHERE key = 'k'",
    "UPDATE artifact SET payload = zeroblob(3) WHERE key = 'k'",
    "UPDATE artifact SET payload = 'abc' WHERE key = 'k'",
    "UPDATE artifact SET payload = (SELECT payload FROM artifact WHERE key = 'o') WHERE key = 'k'",
    "UPDATE artifactDigest SET digest = 'other' WHERE key = 'k'",
    "DELETE FROM artifactDigest WHERE key = 'k'",
  ])
  func tellsDamagedArtifactsAndReplacesThem(damage: String) throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let record = ArtifactRecord(key: "k", payload: Data([1, 2, 3]))
    try store.insert([record, ArtifactRecord(key: "o", payload: Data([9, 9, 9]))])
    try DatabaseQueue(path: fixture.path).write { try $0.execute(sql: damage) }
    let found = try store.artifacts(among: ["k", "o", "none"])
    #expect(found.damaged == ["k"] && found.payloads == ["o": Data([9, 9, 9])])
    #expect(try store.artifact("k") == nil)
    try store.insert([record])
    #expect(try store.artifact("k") == record.payload)
    #expect(try store.integrityCheck() == [])
  }

  @Test func forgetsImagesThatAreAbsent() throws {
    let fixture = try StoreFixture()
    let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
    try fixture.store.record([(fixture.scored("1"), [score]), (fixture.scored("2"), [score])])
    try fixture.store.record(fixture.failed("3"))
    try fixture.store.record(
      [], absent: ["1", "3", "4"].map { AbsentImage(run: "r1", method: "ours", imageID: $0) })
    #expect(try fixture.store.images(ofRun: "r1", method: "ours").map(\.imageID) == ["2"])
    #expect(try fixture.store.scores(ofRun: "r1").map(\.imageID) == ["2"])
    #expect(try fixture.store.failures(ofRun: "r1").isEmpty)
  }
}
