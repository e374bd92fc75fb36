import Testing
import Verdicts

struct VerdictTests {
  private func evidence(
    fid: Double? = 46, failed: Int = 0, scored: Int = 200, defect: String? = nil
  ) -> Evidence {
    Evidence(
      knownMetrics: ["fid", "id", "miou"],
      methods: [
        Evidence.Method(name: "ours", isAnchor: false, scored: scored, failed: failed),
        Evidence.Method(name: "shuffled", isAnchor: true, scored: 200, failed: 0),
      ],
      measurements: [
        Evidence.Measurement(method: "ours", metric: "fid", value: fid),
        Evidence.Measurement(method: "ours", metric: "id", value: 0.75),
        Evidence.Measurement(method: "shuffled", metric: "fid", value: 3),
        Evidence.Measurement(method: "shuffled", metric: "id", value: 0.1),
      ], defect: defect)
  }

  private func verdict(
    _ texts: String..., on evidence: Evidence, allowedFailures: Int = 0
  ) throws -> Verdict {
    let requirements = try texts.map { try Requirement(parsing: $0) }
    return try Verdict(of: requirements, on: evidence, allowedFailures: allowedFailures)
  }

  @Test func passesWhereEveryBoundIsKept() throws {
    let verdict = try verdict("fid<=47", "id>=0.75", "shuffled:id<0.5", on: evidence())
    #expect(verdict.outcome == .pass)
    #expect(verdict.exitStatus == .done)
    #expect(
      verdict.lines.map(\.check) == [
        "ours: fid <= 47.0", "ours: id >= 0.75", "shuffled: id < 0.5",
      ])
    #expect(verdict.sentence == "Verdict: pass: 3 of 3 checks hold (exit code 0).")
  }

  @Test func leavesAnchorsOutUnlessNamed() throws {
    #expect(try verdict("id>=0.5", on: evidence()).outcome == .pass)
    #expect(try verdict("shuffled:id>=0.5", on: evidence()).outcome == .regression)
  }

  @Test func findsRegressions() throws {
    let verdict = try verdict("fid<=45", "id>=0.75", on: evidence())
    #expect(verdict.outcome == .regression)
    #expect(verdict.exitStatus.code == 2)
    #expect(verdict.lines[0].finding == "ours has fid 46.0, which breaks the bound.")
    #expect(
      verdict.sentence
        == "Verdict: regression: 1 of 2 checks hold; broken: ours: fid <= 45.0 (exit code 2).")
  }

  @Test(arguments: [nil, Double.nan])
  func neverPassesWithoutANumber(value: Double?) throws {
    for bound in ["fid<=47", "fid>=0", "fid<1e9", "fid>-1e9", "fid==1"] {
      let verdict = try verdict(bound, "id>=0.75", on: evidence(fid: value))
      #expect(verdict.outcome == .invalid, "\(bound)")
      #expect(verdict.exitStatus.code == 6)
    }
  }

  @Test func infiniteMeansAreHeldAgainstBoundsAndExplained() throws {
    let kept = try verdict("fid>=30", on: evidence(fid: .infinity)).lines[0]
    #expect(kept.outcome == .pass)
    #expect(
      kept.finding.hasPrefix("ours has fid ∞, which keeps the bound. A mean is infinite where"))
    #expect(try verdict("fid<=1e300", on: evidence(fid: .infinity)).outcome == .regression)
    #expect(try verdict("fid>=-1e300", on: evidence(fid: -.infinity)).outcome == .regression)
    let none = try verdict("fid>=30", on: evidence(fid: nil)).lines[0].finding
    #expect(none == "ours has no number for fid.")
  }

  @Test func neverPassesWhereNothingWasMeasured() throws {
    #expect(try verdict("miou>40", on: evidence()).outcome == .invalid)
    #expect(try verdict("fid<=47", on: evidence(scored: 0)).outcome == .invalid)
    let onlyAnchors = Evidence(
      knownMetrics: ["fid"],
      methods: [Evidence.Method(name: "blurred", isAnchor: true, scored: 9, failed: 0)],
      measurements: [Evidence.Measurement(method: "blurred", metric: "fid", value: 1)])
    #expect(try verdict("fid<=47", on: onlyAnchors).outcome == .invalid)
  }

  @Test func refusesTwoValuesForOneQuestion() throws {
    let twice = Evidence(
      knownMetrics: ["fid"],
      methods: [Evidence.Method(name: "a", isAnchor: false, scored: 9, failed: 0)],
      measurements: [1, 99].map { .init(method: "a", metric: "fid", value: $0) })
    #expect(try verdict("fid<=47", on: twice).outcome == .invalid)
  }

  @Test func countsFailuresAndDefects() throws {
    #expect(try verdict("fid<=47", on: evidence(failed: 1)).outcome == .invalid)
    #expect(
      try verdict("fid<=47", on: evidence(failed: 1), allowedFailures: 1).outcome == .pass)
    let interrupted = try verdict("fid<=47", on: evidence(defect: "it was interrupted"))
    #expect(interrupted.outcome == .invalid)
    #expect(interrupted.lines[0].finding == "The run is invalid: it was interrupted.")
    // An invalid run outranks a regression: its numbers prove nothing.
    #expect(try verdict("fid<=4", on: evidence(failed: 1)).outcome == .invalid)
  }

  @Test func treatsMisspelledNamesAsUsageErrors() throws {
    let metric = #expect(throws: RequirementError.self) {
      try verdict("fdi<=47", on: evidence())
    }
    #expect(metric?.description.contains("fid, id, miou") == true)
    let method = #expect(throws: RequirementError.self) {
      try verdict("our:fid<=47", on: evidence())
    }
    #expect(method?.description.contains("ours, shuffled") == true)
    #expect(throws: RequirementError.none) { try Verdict(of: [], on: evidence()) }
    #expect([metric?.exitStatus, method?.exitStatus] == [.usage, .usage])
  }

  @Test func derivesCodeAndWordsFromOneValue() throws {
    for (fid, failed) in [(46.0, 0), (48, 0), (46, 3), (.nan, 0)] {
      let verdict = try verdict("fid<=47", on: evidence(fid: fid, failed: failed))
      #expect(verdict.sentence.contains("Verdict: \(verdict.outcome.rawValue):"))
      #expect(verdict.sentence.hasSuffix("(exit code \(verdict.exitStatus.code))."))
      #expect((verdict.outcome == .pass) == (verdict.exitStatus.code == 0))
    }
  }
}
