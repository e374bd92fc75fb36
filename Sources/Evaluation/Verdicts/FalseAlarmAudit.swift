import Tensors

/// How often a gate raises an alarm on nights without a change, measured on real differences.
///
/// Such a night is made of a real one: the mean change is taken out, and for each cluster of images a
/// coin decides which side is the candidate. All metrics follow the same coins, so that what they have in
/// common stays, and the whole gate with its correction is run.
package struct FalseAlarmAudit: Sendable {
  /// The differences of one metric of one row by cluster, and the rule that judges them.
  package struct Metric: Sendable {
    /// What the gate asks of the metric.
    package let rule: MetricRule
    /// The baseline's score of the set, in the printed scale.
    package let baseline: Double
    /// Method minus baseline of each image, by the name of its cluster.
    package let differences: [String: [Double]]

    /// A metric by its rule, its baseline and the differences of its images.
    package init(rule: MetricRule, baseline: Double, differences: [String: [Double]]) {
      self.rule = rule
      self.baseline = baseline
      self.differences = differences
    }
  }

  /// Nights that were made.
  package let nights: Int
  /// Nights on which a blocking metric was called a regression.
  package let alarms: Int
  /// Metrics that took part.
  package let metrics: Int

  /// The share of nights with an alarm.
  package var rate: Double { Double(alarms) / Double(max(1, nights)) }

  /// Runs the gate over nights without a change.
  ///
  /// - Parameters:
  ///   - metrics: what the gate judges.
  ///   - levels: as for the gate itself.
  ///   - nights: how many to make.
  ///   - seed: of the coins.
  ///   - workers: threads; the result does not depend on their number.
  package init(
    _ metrics: [Metric], levels: DecisionLevels = DecisionLevels(), nights: Int = 400,
    seed: UInt64 = 0, workers: Workers = Workers(count: 1)
  ) {
    let centered = metrics.map { Night.Series($0) }
    let names = Set(metrics.flatMap(\.differences.keys)).sorted()
    let alarms = workers.map(nights) { night, _ in
      Night(number: night, names: names, seed: seed).raisesAlarm(centered, levels)
    }
    self.nights = nights
    self.alarms = alarms.count { $0 }
    self.metrics = metrics.count
  }

  /// One night.
  private struct Night {
    /// A metric whose mean change is taken out; clusters sorted by name.
    struct Series: Sendable {
      let metric: Metric
      let clusters: [(name: String, values: [Double])]

      init(_ metric: Metric) {
        self.metric = metric
        let mean = PairedDifferences(
          clusters: metric.differences.keys.sorted().map { metric.differences[$0] ?? [] }
        ).mean
        clusters = metric.differences.keys.sorted().map { name in
          (name, (metric.differences[name] ?? []).map { $0 - mean })
        }
      }
    }

    private let isFlipped: [String: Bool]
    private let seed: UInt64

    init(number: Int, names: [String], seed: UInt64) {
      self.seed = seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      var random = SplitMix64(seed: self.seed)
      isFlipped = Dictionary(
        uniqueKeysWithValues: names.map { ($0, random.next() >> 63 == 1) })
    }

    func raisesAlarm(_ series: [Series], _ levels: DecisionLevels) -> Bool {
      let comparisons = series.map { series in
        let differences = PairedDifferences(
          clusters: series.clusters.map { name, values in
            isFlipped[name] ?? false ? values.map { -$0 } : values
          })
        // Fewer flips than the gate draws: p-values of 1/1000 are fine enough for a rate.
        let estimate = differences.estimate(seed: seed, flips: 999)
        // A limit asks about the value, not about a change.
        var rule = series.metric.rule
        rule.limits = MetricRule.Limits()
        return MetricComparison(
          method: "", rule: rule,
          value: series.metric.baseline + estimate.difference, baseline: series.metric.baseline,
          evidence: .estimate(estimate, second: nil))
      }
      return MetricVerdict.decide(comparisons, levels: levels).contains {
        $0.outcome == .regression && $0.comparison.rule.isBlocking
      }
    }
  }
}
