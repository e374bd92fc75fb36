import Provenance
import Runs
import Store
import Terms
import TestSupport
import Testing

/// How runs begin, are taken up again and end.
struct RunSessionTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
  }

  private func session(
    fingerprint: String = "1", pairs: String = "p0", protocolID: String = "score",
    methods: [String] = ["ours"]
  ) throws -> RunSession {
    let description = RunDescription(
      protocolID: protocolID, commandLine: "evalkit score",
      fingerprint: Fingerprint(["setting": fingerprint]), settings: "{}", pairsHash: pairs)
    return try RunSession(
      store, description,
      methods: methods.map { MethodRecord(name: $0, specification: "folder:x", kind: .folder) },
      fingerprints: [Fingerprint(["metric": "mae@1"])])
  }

  private func status(_ session: RunSession) throws -> RunStatus {
    try store.run(idPrefix: session.id).status
  }

  @Test func aNewRunIsStoredWithItsFingerprints() throws {
    let session = try session()
    #expect(!session.isResumed)
    let run = try store.run(idPrefix: session.id)
    #expect(run.status == .running && run.settings == "{}" && run.pairsHash == "p0")
    #expect(run.toolVersion == Tool.version)
    #expect(try store.text(ofFingerprint: run.fingerprint) == "setting=1")
    #expect(try store.text(ofFingerprint: Fingerprint(["metric": "mae@1"]).hash) == "metric=mae@1")
    #expect(try store.methods(ofRun: session.id).map(\.name) == ["ours"])
    #expect(RunSession.newID().wholeMatch(of: /\d{8}-\d{6}-[0-9a-f]{8}/) != nil)
  }

  @Test(arguments: [RunStatus.running, .interrupted, .failed])
  func anUnfinishedRunIsTakenUpAgain(status: RunStatus) throws {
    let first = try session()
    try store.setStatus(status, ofRun: first.id)
    let second = try session(methods: ["theirs"])
    #expect(second.isResumed && second.id == first.id)
    #expect(try self.status(second) == .running)
    #expect(try store.methods(ofRun: first.id).map(\.name) == ["ours", "theirs"])
  }

  @Test func whatIsFinishedOrOtherIsBegunAnew() throws {
    let first = try session()
    let others = [
      try session(fingerprint: "2"), try session(pairs: "p1"),
      try session(protocolID: "ddgi.table1"),
    ]
    #expect(others.allSatisfy { !$0.isResumed })
    #expect(Set((others + [first]).map(\.id)).count == 4)
    try store.setStatus(.complete, ofRun: first.id)
    #expect(try !session().isResumed)
  }

  @Test func workEndsInItsStatus() throws {
    let done = try session()
    #expect(try done.perform { 7 } == 7)
    #expect(try status(done) == .complete)
    let invalid = try session()
    #expect(try invalid.perform(objection: { _ in HarnessError(.invalid, "no") }) { 8 } == 8)
    #expect(try status(invalid) == .failed)
    for kind in [HarnessError.Kind.cancelled, .runtime, .invalid] {
      let stopped = try session()
      let error = HarnessError(kind, "stopped")
      #expect(throws: error) { try stopped.perform { throw error } }
      #expect(try status(stopped) == (kind == .cancelled ? .interrupted : .failed))
    }
    let broken = try session()
    #expect(throws: ImageFailure.self) {
      try broken.perform {
        throw ImageFailure(state: LedgerState(rawValue: "truncated"), reason: "ends early")
      }
    }
    #expect(try status(broken) == .failed)
  }
}

/// Which runs count.
struct RunValidityTests {
  private let failures = ["a.png ends early", "b.png is no image"].map {
    ImageFailure(state: LedgerState(rawValue: "truncated"), reason: $0)
  }

  private func objection(
    isMeasured: Bool = true, _ failures: [ImageFailure] = [], missing: [String] = [],
    allowing limit: Int? = nil
  ) -> HarnessError? {
    RunValidity(isMeasured: isMeasured, failures: failures, missing: missing)
      .objection(allowing: limit, ledger: "failures.csv")
  }

  @Test func failuresCountAgainstTheLimit() {
    #expect(objection() == nil && objection(failures) == nil)
    #expect(objection(failures, allowing: 2) == nil)
    #expect(
      objection(failures, allowing: 1)
        == HarnessError(
          .invalid,
          "2 images failed, more than the 1 allowed; the ledger in failures.csv names each"))
  }

  @Test func nothingMeasuredIsNoResult() {
    #expect(
      objection(isMeasured: false, failures)?.description
        == "nothing was measured; the first reason is: a.png ends early")
    #expect(
      objection(isMeasured: false)?.description
        == "nothing was measured; the first reason is: there are no images")
    var validity = RunValidity(isMeasured: false, failures: [], missing: ["fid: needs a.pth"])
    validity.nothing = "no image has a score"
    #expect(
      validity.objection(allowing: nil, ledger: "")?.description
        == "no image has a score; fid: needs a.pth")
  }

  @Test func whatWasAskedForByNameMustBeThere() {
    #expect(
      objection(failures, missing: ["fid: needs a.pth", "kid: too few"], allowing: 0)?.description
        == "fid: needs a.pth\n  and kid: too few\n  and 2 images failed, more than the 0 allowed; "
        + "the ledger in failures.csv names each")
  }
}
