import Terms

/// One metric of one method beside its baseline, ready to be judged.
package struct MetricComparison: Sendable, Hashable {
  /// Name of the method.
  package let method: String
  /// What the gate asks of the metric.
  package let rule: MetricRule
  /// In the printed scale; `nil` where there is none.
  package let value: Double?
  /// In the printed scale; `nil` where there is none.
  package let baseline: Double?
  /// What is known of the change from `baseline` to `value`.
  package let evidence: Evidence
  /// What both values are in, for example `%`; empty for plain numbers.
  package var unit = ""
  /// Images whose value is infinite on one side alone; they take no part in ``evidence``.
  package var unbounded = Unbounded()

  /// Images of which a finite value became infinite or an infinite one finite, as the PSNR of an image
  /// that equals its reference is.
  package struct Unbounded: Sendable, Hashable {
    /// Images that went to the worse side.
    package var worse = 0
    /// Images that went to the better side.
    package var better = 0

    /// Counts of images (default: none).
    package init(worse: Int = 0, better: Int = 0) {
      self.worse = worse
      self.better = better
    }
  }

  /// What is known of the change.
  package enum Evidence: Sendable, Hashable {
    /// The change in the printed scale, and what a second metric of the same features says, which can
    /// only take a verdict back.
    case estimate(Estimate, second: Second?)
    /// Every image is infinite on at least one side, so that only ``MetricComparison/unbounded`` decides.
    case boundless
    /// The change cannot be tested; only limits decide.
    case untested(reason: String)
    /// The two sides were not measured in the same way.
    case notComparable(reason: String)
    /// The run lacks what the baseline has.
    case invalid(reason: String)
  }

  /// A metric that must agree before a change counts, as KID beside FID.
  package struct Second: Sendable, Hashable {
    /// Name of the second metric, for example `kid`.
    package let metric: String
    /// Which way of the second metric is better.
    package let direction: Direction
    /// How much the second metric changed, in its own printed scale.
    package let estimate: Estimate

    /// A second metric with its direction and its change.
    package init(metric: String, direction: Direction, estimate: Estimate) {
      self.metric = metric
      self.direction = direction
      self.estimate = estimate
    }
  }

  /// A comparison without unbounded images; ``unbounded`` is set afterwards.
  package init(
    method: String, rule: MetricRule, value: Double?, baseline: Double?, evidence: Evidence
  ) {
    self.method = method
    self.rule = rule
    self.value = value
    self.baseline = baseline
    self.evidence = evidence
  }

  /// The estimate of the change; `nil` where there is none.
  package var estimate: Estimate? {
    if case .estimate(let estimate, _) = evidence { estimate } else { nil }
  }
}
