import Terms

/// What a gate asks of one metric; amounts are in the scale that the table prints.
package struct MetricRule: Sendable, Hashable {
  /// Name of the metric, for example `fid`.
  package let metric: String
  /// Which way is better.
  package let direction: Direction
  /// Changes below it are not worth a verdict; both parts must be exceeded.
  package var floor = Amount()
  /// Changes within it do not matter; without one the floor serves.
  package var margin: Amount?
  /// What the value itself must keep, whatever the baseline says.
  ///
  /// A bound on the better side catches a result that is too good to be true, such as FID of leaked or
  /// repeated images.
  package var limits = Limits()
  /// Whether a regression fails the gate; otherwise it is only reported.
  package var isBlocking = true

  /// Bounds of the value, inclusive.
  package struct Limits: Sendable, Hashable {
    /// The least value that passes; nil for no lower limit.
    package var minimum: Double?
    /// The greatest value that passes; nil for no upper limit.
    package var maximum: Double?

    /// Inclusive bounds in the printed scale.
    package init(minimum: Double? = nil, maximum: Double? = nil) {
      self.minimum = minimum
      self.maximum = maximum
    }

    /// The bound that a value breaks, in words; NaN breaks any.
    func broken(by value: Double, where better: Direction) -> String? {
      let tooGood = ", too good to be true: look for leaked or repeated images"
      if let maximum, !(value <= maximum) {
        return "the limit of at most \(maximum)" + (better == .higher ? tooGood : "")
      }
      if let minimum, !(value >= minimum) {
        return "the limit of at least \(minimum)" + (better == .lower ? tooGood : "")
      }
      return nil
    }
  }

  /// A rule without floor, margin and limits, whose regressions block.
  package init(metric: String, direction: Direction) {
    self.metric = metric
    self.direction = direction
  }
}

/// Levels that a gate decides at.
package struct DecisionLevels: Sendable, Hashable {
  /// Probability of any false alarm in the whole gate.
  package var falseAlarms: Double
  /// Probability with which a change of the minimum detectable effect is found.
  package var power: Double

  /// Levels of a gate, both in (0, 1).
  package init(falseAlarms: Double = 0.05, power: Double = 0.8) {
    self.falseAlarms = falseAlarms
    self.power = power
  }
}
