import Terms
import Testing
import Verdicts

/// The decision about one metric.
struct MetricVerdictTests {
  private func rule(
    _ metric: String = "lpips-alex", _ direction: Direction = .lower,
    floor: Double? = nil, margin: Double? = nil
  ) -> MetricRule {
    var rule = MetricRule(metric: metric, direction: direction)
    rule.floor.absolute = floor
    rule.margin = margin.map { Amount(absolute: $0) }
    return rule
  }

  private func estimate(
    _ difference: Double, _ error: Double, pairs: Int = 200
  ) -> Estimate {
    Estimate(
      method: .pairedImages, difference: difference, standardError: error,
      degreesOfFreedom: Double(pairs - 1), pairs: pairs, clusters: pairs)
  }

  private func verdict(
    _ rule: MetricRule, _ estimate: Estimate, second: MetricComparison.Second? = nil,
    value: Double? = 0.32, baseline: Double? = 0.30
  ) -> MetricVerdict {
    MetricVerdict.decide([
      MetricComparison(
        method: "ours", rule: rule, value: value, baseline: baseline,
        evidence: .estimate(estimate, second: second))
    ])[0]
  }

  @Test func fourOutcomes() {
    #expect(verdict(rule(), estimate(0.02, 0.004)).outcome == .regression)
    #expect(verdict(rule(), estimate(-0.02, 0.004)).outcome == .improvement)
    #expect(verdict(rule("id", .higher), estimate(-0.02, 0.004)).outcome == .regression)
    #expect(verdict(rule("id", .higher), estimate(0.02, 0.004)).outcome == .improvement)
    #expect(verdict(rule(margin: 0.01), estimate(0.001, 0.004)).outcome == .equivalent)
    #expect(verdict(rule(margin: 0.005), estimate(0.001, 0.004)).outcome == .inconclusive)
    #expect(verdict(rule(), estimate(0, 0)).outcome == .equivalent)
  }

  @Test func theFloorHoldsBack() {
    let small = verdict(rule(floor: 0.03), estimate(0.02, 0.004))
    #expect(small.outcome == .equivalent)
    let close = verdict(rule(floor: 0.021), estimate(0.02, 0.004))
    #expect(close.outcome == .inconclusive && close.finding.contains("less than the floor"))
    var relative = rule()
    relative.floor.relative = 0.5
    #expect(verdict(relative, estimate(0.02, 0.004)).outcome == .equivalent)
    relative.floor = Amount(absolute: 0.001, relative: 0.05)
    #expect(verdict(relative, estimate(0.02, 0.004)).outcome == .regression)
  }

  @Test func anInconclusiveVerdictSaysWhatWouldSettleIt() throws {
    let found = verdict(rule(margin: 0.005), estimate(0.001, 0.004))
    let effect = try #require(found.minimumDetectableEffect)
    // (t of 0.975 + t of 0.8 with 199 degrees of freedom) · 0.004, from SciPy.
    let plain = (1.9719565442517533 + 0.8434311999372966) * 0.004
    #expect(abs(effect - plain * (1 + 1.0 / 199)) < 1e-12)
    let more = try #require(found.furtherPairs)
    #expect(more == Int((200 * (effect / 0.005) * (effect / 0.005)).rounded(.up)) - 200)
    #expect(found.finding.contains("\(more) more pairs"))
    let few = verdict(
      rule(),
      Estimate(
        method: .pairedImages, difference: 1, standardError: nil, degreesOfFreedom: 1, pValue: nil,
        pairs: 1, clusters: 1))
    #expect(few.outcome == .inconclusive && few.finding.contains("too few"))
    // Five signs give no p-value below 1/16, six none below 1/32.
    for (pairs, further) in [(5, 1), (3, 3)] {
      let found = verdict(
        rule(), PairedDifferences(clusters: (1...pairs).map { [Double($0)] }).estimate())
      #expect(found.outcome == .inconclusive && found.minimumDetectableEffect == nil)
      #expect(found.furtherPairs == further)
    }
    let six = PairedDifferences(clusters: (1...6).map { [10 + Double($0)] }).estimate()
    #expect(verdict(rule(), six).outcome == .regression)
  }

  @Test func limitsStandByThemselves() {
    var bounded = rule("fid")
    bounded.limits = MetricRule.Limits(minimum: 5, maximum: 40)
    #expect(verdict(bounded, estimate(0, 0), value: 41).outcome == .regression)
    let suspicious = verdict(bounded, estimate(-20, 1), value: 2)
    #expect(suspicious.outcome == .regression && suspicious.finding.contains("at least 5"))
    #expect(verdict(bounded, estimate(0, 0), value: 5).outcome == .equivalent)
    #expect(verdict(bounded, estimate(0, 0), value: .nan).outcome == .invalid)
    #expect(verdict(bounded, estimate(0, 0), value: nil).outcome == .invalid)
    func untested(_ rule: MetricRule) -> Verdict.Outcome {
      MetricVerdict.decide([
        MetricComparison(
          method: "ours", rule: rule, value: 9, baseline: 8,
          evidence: .untested(reason: "nothing tells its uncertainty"))
      ])[0].outcome
    }
    #expect(untested(bounded) == .pass)
    #expect(untested(rule("fid-infinity")) == .inconclusive)
  }

  @Test func fidNeedsKID() {
    func second(_ difference: Double) -> MetricComparison.Second {
      MetricComparison.Second(
        metric: "kid", direction: .lower, estimate: estimate(difference, 0.0001))
    }
    let fid = rule("fid")
    #expect(verdict(fid, estimate(2, 0.2), second: second(0.001)).outcome == .regression)
    let alone = verdict(fid, estimate(2, 0.2), second: second(0.0001))
    #expect(alone.outcome == .inconclusive && alone.finding.contains("kid"))
    #expect(verdict(fid, estimate(2, 0.2), second: second(-0.001)).outcome == .inconclusive)
    #expect(verdict(fid, estimate(-2, 0.2), second: second(-0.001)).outcome == .improvement)
  }

  @Test func correctsForTheWholeGate() {
    // p of about 0.02 each: any one alone counts, five of them do not.
    let comparison = MetricComparison(
      method: "ours", rule: rule(), value: 1, baseline: 1,
      evidence: .estimate(estimate(0.0094, 0.004), second: nil))
    #expect(MetricVerdict.decide([comparison])[0].outcome == .regression)
    let five = MetricVerdict.decide(Array(repeating: comparison, count: 5))
    #expect(five.allSatisfy { $0.outcome == .inconclusive })
  }

  @Test func wordsAndCodeComeFromOneValue() {
    func gate(_ outcomes: [(Double, Double)], isStrict: Bool = false) -> Verdict {
      Verdict(
        MetricVerdict.decide(
          outcomes.map {
            MetricComparison(
              method: "ours", rule: rule(margin: 0.005), value: 1, baseline: 1,
              evidence: .estimate(estimate($0.0, $0.1), second: nil))
          }), isStrict: isStrict)
    }
    #expect(gate([(0, 0)]).exitStatus == .done)
    #expect(gate([(-1, 0.1)]).exitStatus == .done)
    #expect(gate([(-1, 0.1)]).sentence.contains("improved: ours: lpips-alex"))
    #expect(gate([(1, 0.1), (0, 1)]).exitStatus == .regression)
    #expect(gate([(0, 0), (0, 1)]).exitStatus == .done)
    #expect(gate([(0, 0), (0, 1)], isStrict: true).exitStatus == .inconclusive)
    #expect(
      gate([(0, 0), (0, 1)]).sentence
        == "Verdict: inconclusive: 1 of 2 checks hold; undecided: ours: lpips-alex (exit code 0).")
    #expect(Verdict(lines: []).exitStatus == .invalidRun)
  }

  @Test func whatDoesNotBlockIsOnlyTold() {
    var told = rule()
    told.isBlocking = false
    let regression = verdict(told, estimate(0.02, 0.004))
    let verdict = Verdict([regression, verdict(rule(), estimate(0, 0))])
    #expect(verdict.outcome == .pass && verdict.sentence.contains("(not blocking)"))
    #expect(Verdict([regression]).outcome == .invalid)
  }

  // MARK: Numbers that are not finite

  private func unbounded(
    _ worse: Int, _ better: Int, _ evidence: MetricComparison.Evidence,
    value: Double? = .infinity, baseline: Double? = .infinity
  ) -> MetricVerdict {
    var comparison = MetricComparison(
      method: "ours", rule: rule("psnr", .higher), value: value, baseline: baseline,
      evidence: evidence)
    comparison.unbounded = MetricComparison.Unbounded(worse: worse, better: better)
    return MetricVerdict.decide([comparison])[0]
  }

  @Test func imagesThatAreNoLongerInfiniteAreWorse() {
    let steady = MetricComparison.Evidence.estimate(estimate(0, 0), second: nil)
    let lost = unbounded(1, 0, steady, value: 30)
    #expect(lost.outcome == .regression)
    #expect(lost.finding == "∞ → 30: 1 image became finite, which is worse.")
    #expect(unbounded(2, 1, .boundless).outcome == .regression)
    #expect(unbounded(0, 2, .boundless, baseline: 30).outcome == .improvement)
    #expect(unbounded(0, 0, .boundless).outcome == .equivalent)
    #expect(unbounded(1, 1, .boundless).outcome == .inconclusive)
  }

  /// One image that equals its reference must not hide what the others lost.
  @Test func anInfiniteMeanHidesNoLoss() {
    let worse = MetricComparison.Evidence.estimate(estimate(-2, 0.1), second: nil)
    let found = unbounded(0, 1, worse, baseline: 30)
    #expect(found.outcome == .regression)
    #expect(found.finding.contains("30 → ∞; 1 image became infinite; without them, −2"))
    let vague = MetricComparison.Evidence.estimate(estimate(-0.1, 1), second: nil)
    #expect(unbounded(0, 1, vague, baseline: 30).outcome == .inconclusive)
  }

  @Test(arguments: [1e308, -1e308, 1e154])
  func numbersTooLargeAreNotCompared(size: Double) {
    let baseline = SetReplicates(value: size, leftOut: [size, -size, size, -size])
    let other = SetReplicates(value: -size, leftOut: [-size, size, 0, size])
    let images = PairedDifferences(
      candidate: ["a": size, "b": -size, "c": 0], baseline: ["a": -size, "b": size, "c": size]
    ) { _ in nil }
    for estimate in [
      other.change(from: baseline, pairs: 4, clusters: 4), images.estimate(),
      images.estimate().scaled(by: 100),
    ].compactMap(\.self) {
      var rule = rule(floor: 1)
      rule.margin = Amount(relative: 1e10)
      let found = verdict(rule, estimate, value: size, baseline: -size)
      #expect(found.outcome == .notComparable, "\(found)")
      #expect(Verdict([found]).lines[0].figures.allSatisfy { $0.value.isFinite })
    }
  }

  @Test func levelsNearZeroNeedMorePairsThanThereAre() {
    let few = PairedDifferences(clusters: [[1], [2], [1.5]]).estimate()
    let comparison = MetricComparison(
      method: "ours", rule: rule(), value: 1, baseline: 0, evidence: .estimate(few, second: nil))
    let levels = DecisionLevels(falseAlarms: .leastNonzeroMagnitude)
    let found = MetricVerdict.decide([comparison], levels: levels)
    #expect(found[0].outcome == .inconclusive)
  }
}
