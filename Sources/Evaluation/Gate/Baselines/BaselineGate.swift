import Foundation
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tables
import Tensors
import Terms
import Verdicts

/// Holds a stored run against a baseline.
struct BaselineGate {
  let run: StoredRun
  let table: PaperTable?
  let baseline: BaselineFiles
  /// What is demanded; nil tests every metric that the baseline has, without floors or margins.
  let gate: GateFile?
  let store: Store
  var isStrict = false
  /// Images of a row that may fail.
  var allowedFailures = 0
  /// Metrics to compare, such as `ours: fid`; nil for all.
  var checks: Set<String>?
  var workers = Workers()

  var document: BaselineDocument { baseline.document }

  /// Levels that the gate decides at.
  var levels: DecisionLevels {
    DecisionLevels(falseAlarms: gate?.falseAlarms ?? 0.05, power: gate?.power ?? 0.8)
  }

  /// How often the gate fires without a change, measured on this run's differences from the baseline.
  ///
  /// Only metrics with values of images take part; a set would have to be measured again every night.
  ///
  /// - Throws: ``HarnessError`` of kind `invalid` where nothing differs; errors of the store.
  func audit() throws -> FalseAlarmAudit {
    var metrics: [FalseAlarmAudit.Metric] = []
    for row in try rows() {
      for (metric, rule) in try rules(row.method) {
        let factor = factor(of: metric)
        let differences = try row.comparison.differencesByCluster(metric, factor: factor)
        if differences.values.contains(where: { $0.contains { $0 != 0 } }) {
          metrics.append(
            FalseAlarmAudit.Metric(
              rule: rule, baseline: factor * (row.method.scores[metric.name]?.value ?? 0),
              differences: differences))
        }
      }
    }
    guard !metrics.isEmpty else {
      throw HarnessError(
        .invalid,
        "no metric of single images differs between run \(run.record.id) and baseline "
          + "\(document.name), so there is nothing to audit; measure another seed of the same method"
      )
    }
    return FalseAlarmAudit(metrics, levels: levels, workers: workers)
  }

  /// The verdict over every row and metric.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a gate that contradicts the metrics; errors of the
  ///   store.
  func verdict() throws -> Verdict {
    var (lines, comparisons) = (runLines, [MetricComparison]())
    for name in try judgedNames() {
      switch try row(name) {
      case .missing(let line): lines.append(line)
      case .found(let row):
        lines += imageLines(row)
        comparisons += try self.comparisons(row)
      }
    }
    let metrics = Verdict(MetricVerdict.decide(comparisons, levels: levels))
    if comparisons.isEmpty, lines.isEmpty, checks == nil {
      lines.append(
        Verdict.Line(
          check: "run", outcome: .invalid, finding: "The gate has nothing to compare."))
    }
    return Verdict(
      lines: lines + metrics.lines, isStrict: isStrict || gate?.isStrict ?? false)
  }

  /// What was decided about every metric of every row that both sides have.
  ///
  /// - Throws: as for the verdict.
  func metricVerdicts() throws -> [MetricVerdict] {
    MetricVerdict.decide(try rows().flatMap(comparisons), levels: levels)
  }

  // MARK: The run

  /// Lines only where something keeps the run from being judged.
  private var runLines: [Verdict.Line] {
    var findings: [(Verdict.Outcome, String)] = []
    if let defect = GateJob(run, table: table).defect {
      findings.append((.invalid, "The run is invalid: \(defect)."))
    }
    if run.record.protocolID != document.run.protocol {
      findings.append(
        (
          .notComparable,
          "The run is one of \(run.record.protocolID), the baseline of \(document.run.protocol)."
        ))
    }
    let created = run.record.created
    if run.record.id != document.run.id, created.formatted(.iso8601) < document.run.created {
      findings.append(
        (
          .invalid,
          "The run is stale: it began before the baseline's run \(document.run.id); measure again."
        ))
    }
    return findings.map { Verdict.Line(check: "run", outcome: $0.0, finding: $0.1) }
  }

  // MARK: Metrics

  private func comparisons(_ row: Row) throws -> [MetricComparison] {
    try rules(row.method).filter { metric, _ in
      checks?.contains("\(row.method.name): \(metric.name)") ?? true
    }.map { metric, rule in
      try row.comparison.compare(metric, rule: rule, factor: factor(of: metric))
    }
  }

  /// From the stored to the printed scale.
  func factor(of metric: Metric) -> Double {
    GateJob(run, table: table).factor(of: metric.name)
  }

  private func rules(
    _ method: BaselineDocument.Method
  ) throws -> [(Metric, MetricRule)] {
    guard let gate else {
      return MetricRegistry.metrics.compactMap { metric in
        guard let score = method.scores[metric.name] else { return nil }
        var rule = MetricRule(metric: metric.name, direction: metric.direction)
        // Machines differ, an extrapolation has no test, and what the baseline could not measure is only reported.
        rule.isBlocking = metric.isBlocking && score.number != nil
        return (metric, rule)
      }
    }
    return try gate.metrics.map { try $0.rule(file: gate.file) }
  }
}

extension GateFile.Metric {
  /// The rule in the form that verdicts take.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` where the direction is not the metric's.
  fileprivate func rule(file: String) throws -> (Metric, MetricRule) {
    guard direction == metric.direction else {
      throw HarnessError(
        .usage,
        "\(file): of \(metric.name) \(metric.direction.rawValue) values are better, not "
          + direction.rawValue)
    }
    var rule = MetricRule(metric: metric.name, direction: metric.direction)
    rule.floor = floor
    rule.margin = margin
    rule.limits = MetricRule.Limits(minimum: minimum, maximum: maximum)
    rule.isBlocking = isBlocking
    return (metric, rule)
  }
}
