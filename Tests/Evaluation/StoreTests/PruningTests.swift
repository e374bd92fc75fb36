import Foundation
import Store
import Terms
import Testing

/// Deleting what old runs hold of single images.
@Suite struct PruningTests {
  private let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
    let store = fixture.store
    try store.begin(StoreFixture.run("r2"), methods: StoreFixture.methods, fingerprints: [])
    for run in ["r1", "r2"] {
      let score = ScoreRecord(metric: "id", value: 0.5, fingerprint: "f1")
      let images = ["1", "2"].map {
        ImageRecord(run: run, method: "ours", imageID: $0, contentHash: "c", outcome: .scored)
      }
      try store.record(
        images.map { ($0, [score]) },
        pairs: images.map {
          PairRecord(
            run: run, imageID: $0.imageID, identity: nil, prompt: nil, referenceHash: nil,
            labelsHash: nil)
        })
      try store.replace(
        [
          SetScoreRecord(
            method: "ours", metric: "fid", value: .number(3), generatedCount: 2, fingerprint: "f2")
        ], inRun: run)
      try store.replace(
        [GenerationRecord(method: "ours", imageID: "1", seconds: 2, steps: nil)], ofMethod: "ours",
        inRun: run)
      try store.setShards(["1": 1, "2": 2], ofRun: run)
    }
    try store.record(fixture.failed("3"))
  }

  /// Counts, failures and scores of sets are what they were; single values are refused with the reason.
  @Test func whatReportsShowStays() throws {
    let store = fixture.store
    let (counts, failures) = (
      try store.imageCounts(ofRun: "r1"), try store.failures(ofRun: "r1")
    )
    let scores = try store.setScores(ofRun: "r1")
    let date = Date(timeIntervalSince1970: 1_700_000_000)
    #expect(try store.prune(["r1"], at: date) == 2)
    #expect(try store.pruned("r1") == date)
    #expect(try store.imageCounts(ofRun: "r1") == counts)
    #expect(try store.failures(ofRun: "r1") == failures && failures.count == 1)
    #expect(try store.setScores(ofRun: "r1") == scores && scores.count == 1)
    let refusal = StoreError.pruned(
      path: fixture.path, run: "r1", date: "2023-11-14T22:13:20.000Z")
    #expect(refusal.description.contains("deleted them on 2023-11-14"))
    #expect(throws: refusal) { try store.scores(ofRun: "r1") }
    #expect(throws: refusal) { try store.images(ofRun: "r1", method: "ours") }
    #expect(throws: refusal) { try store.pairs(ofRun: "r1") }
    #expect(throws: refusal) { try store.times(ofRun: "r1", method: "ours") }
    #expect(try store.shards(ofRun: "r1") == [:])
    #expect(try store.integrityCheck() == [])
  }

  @Test func otherRunsStayAndASecondTimeDeletesNothing() throws {
    let store = fixture.store
    #expect(try store.prune(["r1"]) == 2)
    let date = try store.pruned("r1")
    #expect(try store.prune(["r1"]) == 0)
    #expect(try store.pruned("r1") == date)
    #expect(try store.pruned("r2") == nil)
    #expect(try store.scores(ofRun: "r2").count == 2)
    #expect(try store.pairs(ofRun: "r2").count == 2)
  }
}
