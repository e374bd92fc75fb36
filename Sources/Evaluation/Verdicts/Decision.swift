import Foundation
import Terms

/// The rules that turn one comparison into a verdict.
struct Decision {
  let comparison: MetricComparison
  /// After Holm's correction.
  let adjusted: Double?
  /// Tests in the gate.
  let family: Int
  let levels: DecisionLevels

  private var rule: MetricRule { comparison.rule }

  var verdict: MetricVerdict {
    switch comparison.evidence {
    case .notComparable(let reason): return MetricVerdict(comparison, .notComparable, reason)
    case .invalid(let reason): return MetricVerdict(comparison, .invalid, reason)
    case .untested, .estimate, .boundless: break
    }
    guard let value = comparison.value, !value.isNaN else {
      return MetricVerdict(comparison, .invalid, "The run has no number for \(rule.metric).")
    }
    if let limit = rule.limits.broken(by: value, where: rule.direction) {
      return MetricVerdict(
        comparison, .regression, "\(printed(value)) breaks \(limit).", adjustedPValue: adjusted)
    }
    if let verdict = judgedByInfinities { return verdict }
    switch comparison.evidence {
    case .estimate(let estimate, let second):
      guard estimate.isFinite, second?.estimate.isFinite ?? true, amounts.floor.isFinite,
        amounts.margin.isFinite
      else {
        return MetricVerdict(
          comparison, .notComparable,
          "\(printed(comparison.baseline)) → \(printed(value)): the values are too large to be "
            + "compared.")
      }
      return judged(estimate, second)
    case .boundless:
      return MetricVerdict(comparison, .equivalent, "\(printed(value)) on both sides.")
    case .untested(let reason):
      let isLimited = rule.limits != MetricRule.Limits()
      return MetricVerdict(
        comparison, isLimited ? .pass : .inconclusive,
        isLimited ? "\(printed(value)) keeps its limits; \(reason)." : "\(capital(reason)).")
    case .notComparable(let reason), .invalid(let reason):
      return MetricVerdict(comparison, .invalid, reason)
    }
  }

  // MARK: Infinite values

  /// What infinite values alone decide: more images lost than won are worse, whatever the others say; they
  /// are better only where no other image is left that could be worse.
  private var judgedByInfinities: MetricVerdict? {
    let (worse, better) = (comparison.unbounded.worse, comparison.unbounded.better)
    guard worse + better > 0 else { return nil }
    let change = "\(printed(comparison.baseline)) → \(printed(comparison.value)): \(infinities)"
    if worse > better {
      return MetricVerdict(comparison, .regression, "\(change), which is worse.")
    }
    guard case .boundless = comparison.evidence else { return nil }
    return worse == better
      ? MetricVerdict(comparison, .inconclusive, "\(change).")
      : MetricVerdict(comparison, .improvement, "\(change), which is better.")
  }

  /// How many images became infinite or finite, in words.
  private var infinities: String {
    let (worse, better) = (comparison.unbounded.worse, comparison.unbounded.better)
    let isInfinityBetter = rule.direction == .higher
    let parts = [
      (isInfinityBetter ? better : worse, "became infinite"),
      (isInfinityBetter ? worse : better, "became finite"),
    ].filter { $0.0 > 0 }
    return parts.map { "\($0.0) \($0.0 == 1 ? "image" : "images") \($0.1)" }
      .joined(separator: " and ")
  }

  // MARK: Tests

  private func judged(
    _ estimate: Estimate, _ second: MetricComparison.Second?
  ) -> MetricVerdict {
    let (floor, margin) = amounts
    let change = printedChange(estimate)
    let harm = rule.direction.harm(of: estimate.difference)
    func verdict(_ outcome: Verdict.Outcome, _ finding: String) -> MetricVerdict {
      MetricVerdict(
        comparison, outcome, finding, adjustedPValue: adjusted,
        minimumDetectableEffect: detectable(estimate, floor),
        furtherPairs: outcome == .inconclusive ? furtherPairs(estimate, floor, margin) : nil)
    }
    if isEquivalent(estimate, margin) {
      return verdict(.equivalent, "\(change): within the margin of ±\(printed(margin)).")
    }
    let isSignificant = (adjusted ?? 1) <= levels.falseAlarms && harm != 0
    if isSignificant, abs(harm) >= floor {
      if let objection = second.flatMap({ objection($0, to: harm) }) {
        return verdict(.inconclusive, "\(change), but \(objection).")
      }
      return harm > 0
        ? verdict(.regression, "\(change): worse.")
        : verdict(.improvement, "\(change): better.")
    }
    let reason =
      isSignificant ? "less than the floor of \(printed(floor))" : "not told from chance"
    return verdict(.inconclusive, "\(change): \(reason).\(outlook(estimate, floor, margin))")
  }

  /// Two one-sided tests: the interval of confidence `1 − 2α` lies within the margin.
  ///
  /// Source: Schuirmann, "A Comparison of the Two One-Sided Tests Procedure …", 1987.
  private func isEquivalent(_ estimate: Estimate, _ margin: Double) -> Bool {
    guard let interval = estimate.interval(confidence: 1 - 2 * levels.falseAlarms) else {
      return false
    }
    return interval.lowerBound >= -margin && interval.upperBound <= margin
  }

  /// Why a second metric does not support a change; `nil` if it does.
  ///
  /// FID is biased, and the bias moves with what is compared; KID is not. A change of FID counts only
  /// where KID, on the same features and images, moves the same way at the gate's level. As a veto it
  /// needs no correction: it can only take an alarm back.
  private func objection(_ second: MetricComparison.Second, to harm: Double) -> String? {
    let other = second.direction.harm(of: second.estimate.difference)
    let p = second.estimate.pValue ?? 1
    if other * harm > 0, p <= levels.falseAlarms { return nil }
    return "\(second.metric) of the same features does not move with it "
      + "(p = \(Self.rounded(p)))"
  }

  // MARK: What could have been found

  /// The floor and the margin at this baseline.
  private var amounts: (floor: Double, margin: Double) {
    let baseline = comparison.baseline ?? 0
    let floor = rule.floor.resolved(at: baseline)
    return (floor, rule.margin.map { $0.resolved(at: baseline) } ?? floor)
  }

  /// How far beyond what counts a true change must lie to be found with the gate's power.
  ///
  /// `(max(t_crit·SE, floor) + t_power·SE)·(1 + 1/ν)`, with the level that the strictest of Holm's steps
  /// uses. The last factor makes up for the standard error being an estimate, which on average is too
  /// small by `1/4ν`, and for the sign-flip test, which must agree; simulations hold the promised power.
  ///
  /// - Returns: nil without a standard error, and where so few clusters can be flipped in so few ways that
  ///   no change would ever be significant.
  private func detectable(_ estimate: Estimate, _ floor: Double) -> Double? {
    guard let error = estimate.standardError, missingClusters(estimate) == 0 else { return nil }
    if error == 0 { return floor }
    let freedom = estimate.degreesOfFreedom
    let distribution = StudentDistribution(degreesOfFreedom: freedom)
    let critical = distribution.criticalValue(twoSided: levels.falseAlarms / Double(family))
    let effect = max(critical * error, floor) + distribution.quantile(levels.power) * error
    return effect * (1 + 1 / freedom)
  }

  /// Clusters beyond those at hand until the sign-flip test can reach the gate's level at all: its
  /// smallest p-value is `2^(1 − G)`.
  private func missingClusters(_ estimate: Estimate) -> Int {
    let least =
      estimate.method == .pairedImages
      ? Int(clamping: (1 + log2(Double(family) / levels.falseAlarms)).rounded(.up)) : 2
    return max(0, least - estimate.clusters)
  }

  /// The smallest change that matters: the margin, else the floor, else the change that was seen.
  private func target(_ estimate: Estimate, _ floor: Double, _ margin: Double) -> Double {
    margin > 0 ? margin : floor > 0 ? floor : abs(estimate.difference)
  }

  /// Pairs beyond those at hand until a change of the target's size would be found; the standard error
  /// shrinks with the root of their number.
  private func furtherPairs(
    _ estimate: Estimate, _ floor: Double, _ margin: Double
  ) -> Int? {
    let missing = missingClusters(estimate)
    if missing > 0 {
      let perCluster = Double(estimate.pairs) / Double(max(1, estimate.clusters))
      return Int(clamping: (Double(missing) * max(1, perCluster)).rounded(.up))
    }
    let target = target(estimate, floor, margin)
    guard let effect = detectable(estimate, 0), target > 0, estimate.pairs > 0 else { return nil }
    let factor = (effect / target) * (effect / target)
    let needed = Double(estimate.pairs) * factor
    guard needed.isFinite, needed < 1e12 else { return nil }
    return max(0, Int(needed.rounded(.up)) - estimate.pairs)
  }

  private func outlook(_ estimate: Estimate, _ floor: Double, _ margin: Double) -> String {
    guard let effect = detectable(estimate, floor) else {
      let more = furtherPairs(estimate, floor, margin) ?? 0
      return " \(estimate.clusters) independent images are too few to tell; "
        + "\(more) more pairs are the least."
    }
    let share = Int((levels.power * 100).rounded())
    var words = " A change of \(printed(effect)) would be found in \(share) % of cases."
    if let more = furtherPairs(estimate, floor, margin), more > 0 {
      words +=
        " \(more) more pairs would settle a change of "
        + "\(printed(target(estimate, floor, margin)))."
    }
    return words
  }

  // MARK: Words

  private func printedChange(_ estimate: Estimate) -> String {
    var words = "\(printed(comparison.baseline)) → \(printed(comparison.value))"
    if !infinities.isEmpty { words += "; \(infinities); without them" }
    guard let half = estimate.halfWidth(confidence: 1 - levels.falseAlarms) else { return words }
    let sign = estimate.difference < 0 ? "−" : "+"
    words += ", \(sign)\(printed(abs(estimate.difference))) ± \(printed(half))"
    if let adjusted { words += ", p = \(Self.rounded(adjusted))" }
    return words
  }

  private func printed(_ value: Double?) -> String { value.map(Self.rounded) ?? "–" }

  private func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// Five significant digits, without zeros at the end.
  static func rounded(_ value: Double) -> String {
    if value == 0 { return "0" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    let text = String(format: "%.5g", value)
    return text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}

extension Int {
  /// The nearest whole number there is; 0 for NaN.
  init(clamping value: Double) {
    self = value.isNaN ? 0 : Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }
}
