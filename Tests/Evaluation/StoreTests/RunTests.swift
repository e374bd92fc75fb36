import Foundation
import Store
import TestSupport
import Testing

struct RunTests {
  @Test func returnsWhatWasStored() throws {
    let fixture = try StoreFixture()
    let run = try fixture.store.run(idPrefix: "r1")
    #expect(run == StoreFixture.run("r1"))
    #expect(try fixture.store.methods(ofRun: "r1") == StoreFixture.methods)
    #expect(try fixture.store.text(ofFingerprint: "f1") == "lpips")
    #expect(try fixture.store.text(ofFingerprint: "none") == nil)
  }

  @Test func addsMethodsOnce() throws {
    let fixture = try StoreFixture()
    let more = MethodRecord(name: "another", specification: "folder:x", kind: .folder)
    try fixture.store.add([StoreFixture.methods[0], more], toRun: "r1")
    #expect(try fixture.store.methods(ofRun: "r1") == StoreFixture.methods + [more])
  }

  @Test func findsTheLatestRunThatMatches() throws {
    let fixture = try StoreFixture()
    // What counts is the order in which they were stored: the first's clock was years ahead.
    for (id, seconds) in [("a2", 1_900_000_002.0), ("a1", 1_700_000_003.0)] {
      try fixture.store.begin(StoreFixture.run(id, at: seconds), methods: [], fingerprints: [])
    }
    #expect(try fixture.store.latestRun()?.id == "a1")
    try fixture.store.setStatus(.complete, ofRun: "a1")
    let open = RunFilter(protocolID: "ddgi.table1", statuses: [.running, .interrupted])
    #expect(try fixture.store.latestRun(open)?.id == "a2")
    #expect(try fixture.store.latestRun(RunFilter(statuses: [.complete]))?.status == .complete)
    #expect(try fixture.store.latestRun(RunFilter(protocolID: "other")) == nil)
    #expect(try fixture.store.latestRun(RunFilter(fingerprint: "f9")) == nil)
    #expect(try fixture.store.latestRun(RunFilter(pairsHash: "p9")) == nil)
    #expect(try fixture.store.runs().map(\.id) == ["a1", "a2", "r1"])
    #expect(try fixture.store.runs(limit: 1).map(\.id) == ["a1"])
  }

  @Test func findsRunsByPrefixWithoutPatterns() throws {
    let fixture = try StoreFixture()
    for id in ["abc1", "abc12", "ab%"] {
      try fixture.store.begin(StoreFixture.run(id), methods: [], fingerprints: [])
    }
    #expect(try fixture.store.run(idPrefix: "abc12").id == "abc12")
    #expect(try fixture.store.run(idPrefix: "abc1").id == "abc1")
    #expect(try fixture.store.run(idPrefix: "ab%").id == "ab%")
    let path = fixture.path
    #expect(throws: StoreError.unknownRun(path: path, prefix: "%")) {
      try fixture.store.run(idPrefix: "%")
    }
    #expect(throws: StoreError.unknownRun(path: path, prefix: "")) {
      try fixture.store.run(idPrefix: "")
    }
    #expect(
      throws: StoreError.ambiguousRun(path: path, prefix: "abc", matches: ["abc1", "abc12"])
    ) { try fixture.store.run(idPrefix: "abc") }
  }

  @Test func refusesRowsThatBreakTheRules() throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    func isRejected(_ body: () throws -> Void) {
      let error = #expect(throws: StoreError.self) { try body() }
      guard case .rejected = error else {
        Issue.record("expected a rejection, found \(String(describing: error))")
        return
      }
    }
    isRejected { try store.begin(StoreFixture.run("r1"), methods: [], fingerprints: []) }
    let unknown = ScoreRecord(metric: "fid", value: 1, fingerprint: "unregistered")
    isRejected { try store.record(fixture.scored("1"), scores: [unknown]) }
    isRejected { try store.record(fixture.scored("1", method: "nobody")) }
    #expect(try store.images(ofRun: "r1", method: "ours").isEmpty)
    #expect(throws: StoreError.fingerprintCollision(path: fixture.path, hash: "f1")) {
      try store.register([FingerprintRecord(hash: "f1", text: "other")])
    }
    #expect(throws: StoreError.unknownRun(path: fixture.path, prefix: "r9")) {
      try store.setStatus(.complete, ofRun: "r9")
    }
  }
}
