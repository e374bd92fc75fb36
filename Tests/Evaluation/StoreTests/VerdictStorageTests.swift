import Foundation
import Store
import Testing

/// Pairs, baselines and verdicts as they are kept.
struct VerdictStorageTests {
  @Test func keepsPairs() throws {
    let fixture = try StoreFixture()
    let pairs = ["2", "1"].map { id in
      PairRecord(
        run: "r1", imageID: id, identity: id == "1" ? "Ann" : nil, prompt: "p\(id)",
        referenceHash: "c\(id)", labelsHash: nil)
    }
    try fixture.store.record([(fixture.scored("1"), []), (fixture.scored("2"), [])], pairs: pairs)
    #expect(try fixture.store.pairs(ofRun: "r1") == pairs.reversed())
    // Measuring again replaces.
    try fixture.store.record([(fixture.scored("1"), [])], pairs: [pairs[1]])
    #expect(try fixture.store.pairs(ofRun: "r1").count == 2)
    #expect(try fixture.store.pairs(ofRun: "r2") == [])
  }

  @Test func keepsBaselines() throws {
    let store = try StoreFixture().store
    let first = BaselineRecord(name: "main", run: "gone", document: "{}", images: "a\n")
    try store.replace(first)
    try store.replace(BaselineRecord(name: "beta", run: "r1", document: "{}", images: ""))
    #expect(try store.baseline("main") == first)
    let second = BaselineRecord(name: "main", run: "r1", document: "[]", images: "")
    try store.replace(second)
    #expect(try store.baseline("main") == second)
    #expect(try store.baselineNames() == ["beta", "main"])
    #expect(try store.deleteBaseline("main"))
    #expect(try !store.deleteBaseline("main") && store.baseline("main") == nil)
    #expect(throws: StoreError.self) {
      try store.replace(BaselineRecord(name: "x", run: "r1", document: "{", images: ""))
    }
  }

  @Test func keepsVerdictsInTheirOrder() throws {
    let store = try StoreFixture().store
    let created = Date(timeIntervalSince1970: 1_700_000_000)
    let verdicts = ["pass", "regression"].map { outcome in
      VerdictRecord(
        run: "r1", baseline: "main", created: created, outcome: outcome,
        code: outcome == "pass" ? 0 : 2, report: "{}")
    }
    for verdict in verdicts { try store.add(verdict) }
    #expect(try store.verdicts(ofRun: "r1") == verdicts)
    #expect(throws: StoreError.self) {
      try store.add(
        VerdictRecord(
          run: "r9", baseline: "main", created: created, outcome: "pass", code: 0, report: "{}"))
    }
  }
}
