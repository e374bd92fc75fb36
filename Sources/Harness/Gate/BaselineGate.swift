import Foundation
import Metrics
import Store
import Tables
import Tensors
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
  /// Age in hours beyond which a run is stale.
  var freshHours: Double?
  var now = Date()
  var workers = Workers()

  private var document: BaselineDocument { baseline.document }

  /// Levels that the gate decides at.
  var levels: DecisionLevels {
    DecisionLevels(falseAlarms: gate?.falseAlarms ?? 0.05, power: gate?.power ?? 0.8)
  }

  /// How often the gate fires without a change, measured on this run's differences from the baseline.
  ///
  /// Only metrics with values of images take part; a set would have to be measured anew every night.
  ///
  /// - Throws: ``HarnessError`` of kind `invalid` where nothing differs; errors of the store.
  func audit() throws -> FalseAlarmAudit {
    var metrics: [FalseAlarmAudit.Metric] = []
    for name in try judgedNames() {
      guard let method = document.methods.first(where: { $0.name == name }),
        run.methods.contains(where: { $0.name == name })
      else { continue }
      let arm = try StoredArm(
        run, method: name, in: store, clustering: clustering, workers: workers)
      let comparison = ArmComparison(
        candidate: arm, baseline: BaselineArm(baseline, method: method, source: nil),
        mismatch: mismatch(arm))
      for (metric, rule) in try rules(method) {
        let factor = GateJob(run, table: table).factor(of: metric.rawValue)
        let differences = try comparison.differencesByCluster(metric, factor: factor)
        if differences.values.contains(where: { $0.contains { $0 != 0 } }) {
          metrics.append(
            FalseAlarmAudit.Metric(
              rule: rule, baseline: factor * (method.scores[metric.rawValue]?.value ?? 0),
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
    var lines = runLines
    var comparisons: [MetricComparison] = []
    for name in try judgedNames() {
      guard let method = document.methods.first(where: { $0.name == name }) else {
        lines.append(
          Verdict.Line(
            check: "\(name): baseline", outcome: .notComparable,
            finding: "Baseline \(document.name) has no row \(name); set it anew, or name the "
              + "methods to judge in the gate's file."))
        continue
      }
      guard run.methods.contains(where: { $0.name == name }) else {
        lines.append(
          Verdict.Line(
            check: "\(name): images", outcome: .invalid,
            finding: "Run \(run.record.id) did not measure \(name), which the baseline has."))
        continue
      }
      let arm = try StoredArm(
        run, method: name, in: store, clustering: clustering, workers: workers)
      lines += imageLines(arm, method)
      comparisons += try self.comparisons(arm, method)
    }
    let metrics = Verdict(MetricVerdict.decide(comparisons, levels: levels))
    if comparisons.isEmpty, lines.isEmpty {
      lines.append(
        Verdict.Line(
          check: "run", outcome: .invalid, finding: "The gate has nothing to compare."))
    }
    return Verdict(
      lines: lines + metrics.lines, isStrict: isStrict || gate?.isStrict ?? false)
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
    if let hours = freshHours ?? gate?.freshHours {
      let age = now.timeIntervalSince(created) / 3600
      if age > hours {
        findings.append(
          (
            .invalid,
            "The run is stale: it began \(Int(age.rounded())) hours ago, and \(hours) are allowed."
          ))
      }
    }
    return findings.map { Verdict.Line(check: "run", outcome: $0.0, finding: $0.1) }
  }

  /// The rows that are judged: those that the gate names, or all of either side.
  private func judgedNames() throws -> [String] {
    let known = Set(document.methods.map(\.name)).union(run.methods.map(\.name))
    guard let named = gate?.methods, !named.isEmpty else {
      let own = run.judgedMethods.map(\.name)
      return document.methods.map(\.name)
        + own.filter { name in !document.methods.contains { $0.name == name } }
    }
    for name in named { try NamedChoice.check(name, as: "method", from: known.sorted()) }
    return named
  }

  private var clustering: Clustering {
    gate.flatMap { Clustering(rawValue: $0.clusters.rawValue) } ?? .automatic
  }

  // MARK: Images

  /// Lines only where a row's images spoil the verdict.
  private func imageLines(
    _ arm: StoredArm, _ method: BaselineDocument.Method
  ) -> [Verdict.Line] {
    let failed = run.counts[arm.method]?.failed ?? 0
    let scored = run.counts[arm.method]?.scored ?? 0
    var findings: [(String, Verdict.Outcome, String)] = []
    let further = gate?.failures.aboveBaseline.map { method.failed + $0 }
    let allowed = min(allowedFailures, further ?? .max)
    if scored == 0 {
      findings.append(("images", .invalid, "No image of \(arm.method) was scored."))
    } else if failed > allowed {
      findings.append(
        (
          "images", .invalid,
          "\(failed) of \(scored + failed) images of \(arm.method) failed, more than the "
            + "\(allowed) allowed."
        ))
    }
    if arm.repeatedImages > method.repeated {
      findings.append(
        (
          "repeated images", .regression,
          "\(arm.repeatedImages) images have the same pixels as another, \(method.repeated) had "
            + "in the baseline."
        ))
    }
    if arm.copiedImages > method.copied {
      findings.append(
        (
          "copied images", .regression,
          "\(arm.copiedImages) images are real images to the last pixel, \(method.copied) were "
            + "in the baseline."
        ))
    }
    return findings.map {
      Verdict.Line(check: "\(arm.method): \($0.0)", outcome: $0.1, finding: $0.2)
    }
  }

  // MARK: Metrics

  private func comparisons(
    _ arm: StoredArm, _ method: BaselineDocument.Method
  ) throws -> [MetricComparison] {
    let source = try? store.run(idPrefix: document.run.id)
    let sourceArm = try source.flatMap { record -> StoredArm? in
      try StoredArm(
        StoredRun(record, in: store), method: method.name, in: store, clustering: clustering,
        workers: workers)
    }
    let comparison = ArmComparison(
      candidate: arm, baseline: BaselineArm(baseline, method: method, source: sourceArm),
      mismatch: mismatch(arm))
    return try rules(method).map { metric, rule in
      try comparison.compare(
        metric, rule: rule, factor: GateJob(run, table: table).factor(of: metric.rawValue))
    }
  }

  private func mismatch(_ arm: StoredArm) -> String? {
    if run.record.pairsHash != document.run.pairsHash {
      return "The run measured other pairs than baseline \(document.name); set it anew."
    }
    if arm.referencesHash != document.run.referencesHash {
      return "Real images or label maps are not those of baseline \(document.name); set it anew."
    }
    return nil
  }

  private func rules(
    _ method: BaselineDocument.Method
  ) throws -> [(MetricIdentifier, MetricRule)] {
    guard let gate else {
      return MetricIdentifier.allCases.filter { method.scores[$0.rawValue]?.value != nil }
        .map { metric in
          var rule = MetricRule(metric: metric.rawValue, direction: metric.direction)
          // Machines differ, and an extrapolation has no test.
          rule.isBlocking = metric != .time && metric != .fidInfinity
          return (metric, rule)
        }
    }
    return try gate.metrics.map { try $0.rule(file: gate.file) }
  }
}

extension GateFile.Metric {
  /// The rule as verdicts know it.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` where the direction is not the metric's.
  fileprivate func rule(file: String) throws -> (MetricIdentifier, MetricRule) {
    guard let metric = MetricIdentifier(rawValue: name.rawValue) else {
      throw HarnessError(.usage, "\(file): \(name.rawValue) is no metric")
    }
    guard direction.rawValue == metric.direction.rawValue else {
      throw HarnessError(
        .usage,
        "\(file): of \(name.rawValue) \(metric.direction.rawValue) values are better, not "
          + direction.rawValue)
    }
    var rule = MetricRule(metric: metric.rawValue, direction: metric.direction)
    rule.floor = MetricRule.Amount(absolute: floor.absolute, relative: floor.relative)
    rule.margin = margin.map { MetricRule.Amount(absolute: $0.absolute, relative: $0.relative) }
    rule.limits = MetricRule.Limits(minimum: minimum, maximum: maximum)
    rule.isBlocking = isBlocking
    return (metric, rule)
  }
}
