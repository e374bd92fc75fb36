import Terms
import Testing
import Verdicts

/// What a second run of another seed may change, and how often it errs.
struct ConfirmationTests {
  private static func line(
    _ check: String, _ outcome: Verdict.Outcome, blocking: Bool = true
  ) -> Verdict.Line {
    var line = Verdict.Line(check: check, outcome: outcome, finding: "\(check) was found.")
    line.isBlocking = blocking
    line.figures = [Verdict.Figure(.value, 1)]
    return line
  }

  private static let first = Verdict(lines: [
    line("ours: fid", .regression), line("ours: id", .regression), line("ours: mae", .equivalent),
    line("ours: time", .regression, blocking: false),
  ])

  @Test func onlyAlarmsAreAskedAboutAndTakenBack() throws {
    #expect(Self.first.alarms == ["ours: fid", "ours: id"])
    let second = Verdict(lines: [
      Self.line("ours: fid", .regression), Self.line("ours: id", .inconclusive),
      Self.line("ours: mae", .regression),
    ])
    let verdict = Self.first.confirmed(by: second, of: "b2")
    #expect(
      verdict.lines.map(\.outcome) == [.regression, .inconclusive, .equivalent, .regression])
    #expect(verdict.lines.map(\.isBlocking) == [true, true, true, false])
    #expect(verdict.lines[0].finding.contains("Run b2 of another seed confirms it: ours: fid was"))
    #expect(verdict.lines[1].finding.contains("does not confirm it"))
    #expect(verdict.lines[2] == Self.first.lines[2] && verdict.lines[3] == Self.first.lines[3])
    #expect(verdict.lines.allSatisfy { $0.figures.count == 1 })
    #expect(verdict.outcome == .regression && verdict.exitStatus.code == 2)
  }

  @Test func whatTheSecondRunHasNotTestedStays() {
    let gone = Self.first.confirmed(by: Verdict(lines: []), of: "b2")
    #expect(gone.outcome == .regression && gone.exitStatus.code == 2)
    #expect(
      gone.lines[0].finding.contains("Not taken back: run b2 of another seed has no such check"))
    var untested = Self.line("ours: id", .inconclusive)
    untested.isTested = false
    let partly = Self.first.confirmed(
      by: Verdict(lines: [Self.line("ours: fid", .equivalent), untested]), of: "b2")
    #expect(partly.lines.map(\.outcome).prefix(2) == [.inconclusive, .regression])
    #expect(partly.lines[1].finding.contains("run b2 of another seed tests nothing"))
  }

  @Test func whatTheSecondRunTestsInVainIsTakenBack() {
    let second = Verdict(lines: [
      Self.line("ours: fid", .inconclusive), Self.line("ours: id", .pass),
    ])
    var strict = Self.first
    #expect(strict.confirmed(by: second, of: "b2").exitStatus.code == 0)
    strict.isStrict = true
    #expect(strict.confirmed(by: second, of: "b2").exitStatus.code == 3)
  }

  @Test(arguments: [Verdict.Outcome.invalid, .notComparable])
  func aRunThatSaysNothingTakesNothingBack(outcome: Verdict.Outcome) {
    let second = Verdict(lines: [Self.line("run", outcome)])
    let verdict = Self.first.confirmed(by: second, of: "b2")
    #expect(verdict.lines.map(\.outcome) == Self.first.lines.map(\.outcome))
    #expect(
      verdict.lines[0].finding.contains("nor taken back: run b2 says nothing: run was found."))
  }

  // MARK: Rates

  private static let nights = 400
  private static let metrics = 4
  private static let clusters = 24

  /// The gate over the metrics of some names; both runs share the baseline's chance.
  private static func gate(
    _ noise: inout Noise, _ baseline: [[Double]], change: Double, only: Set<String>? = nil
  ) -> [MetricVerdict] {
    let comparisons = (0..<metrics).map { metric in
      let differences = PairedDifferences(
        clusters: (0..<clusters).map { cluster in
          [(metric == 0 ? change : 0) + noise.normal() - baseline[metric][cluster]]
        })
      return MetricComparison(
        method: "ours", rule: MetricRule(metric: "m\(metric)", direction: .lower), value: 1,
        baseline: 1,
        evidence: .estimate(differences.estimate(seed: UInt64(metric), flips: 999), second: nil))
    }
    return MetricVerdict.decide(
      comparisons.filter { only?.contains("ours: \($0.rule.metric)") ?? true })
  }

  /// Alarms of a night before and after confirmation.
  private static func night(
    _ noise: inout Noise, change: Double = 0, sharing: Double
  ) -> (first: Set<String>, confirmed: Set<String>) {
    let baseline = (0..<metrics).map { _ in noise.normals(clusters).map { sharing * $0 } }
    let first = Verdict(gate(&noise, baseline, change: change))
    if first.alarms.isEmpty { return ([], []) }
    let second = Verdict(gate(&noise, baseline, change: change, only: first.alarms))
    return (first.alarms, first.confirmed(by: second, of: "b2").alarms)
  }

  /// Bounds on shares leave three standard errors, `3·√(p(1 − p)/n)`.
  private static func slack(_ p: Double) -> Double {
    3 * (p * (1 - p) / Double(nights)).squareRoot()
  }

  /// Whatever the runs share, no more than 5 % of nights end with an alarm, and hardly any where they
  /// share nothing: 5 % of 5 %.
  @Test(arguments: [0.0, 1, 3])
  func theBudgetOfFalseAlarmsIsKept(sharing: Double) {
    let seed: UInt64 = 50
    var noise = Noise(seed: seed)
    var (before, after) = (0, 0)
    for _ in 0..<Self.nights {
      let night = Self.night(&noise, sharing: sharing)
      if !night.first.isEmpty { before += 1 }
      if !night.confirmed.isEmpty { after += 1 }
      #expect(night.confirmed.isSubset(of: night.first))
    }
    let (first, second) = (
      Double(before) / Double(Self.nights), Double(after) / Double(Self.nights)
    )
    #expect(first <= 0.05 + Self.slack(0.05) && before > 0, "seed \(seed): \(before)")
    #expect(second <= 0.05, "seed \(seed), sharing \(sharing): \(after) of \(Self.nights)")
    if sharing == 0 { #expect(second <= 0.0025 + Self.slack(0.0025), "seed \(seed): \(after)") }
  }

  @Test func changesOfTwiceTheStatedSizeAreConfirmed() throws {
    let seed: UInt64 = 51
    var noise = Noise(seed: seed)
    let baseline = (0..<Self.metrics).map { _ in noise.normals(Self.clusters) }
    let stated =
      (0..<50).map { _ in
        Self.gate(&noise, baseline, change: 0)[0].minimumDetectableEffect ?? .nan
      }.reduce(0, +) / 50
    var found = 0
    for _ in 0..<Self.nights {
      let night = Self.night(&noise, change: 2 * stated, sharing: 1)
      if night.confirmed.contains("ours: m0") { found += 1 }
    }
    let share = Double(found) / Double(Self.nights)
    #expect(
      share >= 0.95 - Self.slack(0.95), "seed \(seed): \(found) of \(Self.nights) at \(stated)")
  }
}
