import Foundation
import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Tables
import Terms
import Verdicts

/// Judges a stored run against requirements.
package struct GateJob {
  private let run: StoredRun
  private let table: PaperTable?
  private let missing: [String: Int]

  /// - Parameters:
  ///   - run: the run to judge.
  ///   - table: the protocol it belongs to, whose scales requirements are written in.
  ///   - missing: images that methods lack beside the other side's, of which the run has no failure.
  package init(_ run: StoredRun, table: PaperTable?, missing: [String: Int] = [:]) {
    self.run = run
    self.table = table
    self.missing = missing
  }

  /// Reads requirements as they are typed.
  ///
  /// - Throws: `RequirementError` and ``HarnessError`` of kind `usage` for what is not understood.
  static func requirements(_ texts: [String]) throws -> [Requirement] {
    let known = MetricRegistry.names
    return try texts.map { text in
      let requirement = try Requirement(parsing: text)
      try NamedChoice.check(requirement.metric, as: "metric", from: known)
      return requirement
    }
  }

  /// The verdict.
  ///
  /// - Throws: `RequirementError` for requirements that name an unknown method.
  func verdict(requiring requirements: [Requirement], allowedFailures: Int) throws -> Verdict {
    try Verdict(of: requirements, on: evidence, allowedFailures: allowedFailures)
  }

  private var evidence: Evidence {
    let methods = run.methods.map { method in
      Evidence.Method(
        name: method.name, isAnchor: run.isAnchor(method),
        scored: run.counts[method.name]?.scored ?? 0, failed: run.counts[method.name]?.failed ?? 0,
        missing: missing[method.name] ?? 0)
    }
    let measurements = run.scores.flatMap { method, scores in
      scores.values.map { score in
        Evidence.Measurement(
          method: method, metric: score.metric,
          value: score.value.double.map { $0 * factor(of: score.metric) })
      }
    }
    return Evidence(
      knownMetrics: MetricRegistry.names, methods: methods,
      measurements: measurements, defect: defect)
  }

  /// Why the run may not be judged at all; nil if it may.
  var defect: String? {
    run.record.status == .complete ? nil : "run \(run.record.id) is \(run.record.status.rawValue)"
  }

  /// From the stored to the printed scale.
  func factor(of metric: String) -> Double {
    if let column = table?.columns.first(where: { $0.metric?.name == metric }) {
      return column.scale.factor
    }
    return Metric(named: metric)?.unit.printedScale ?? 1
  }
}

extension Verdict {
  /// The checks as plain values for JUnit and other renderings.
  package func report(named name: String) -> GateReport {
    GateReport(
      name: name,
      checks: lines.map { line in
        let parts = line.check.split(separator: ":", maxSplits: 1)
        let outcome: GateReport.Outcome =
          switch line.outcome {
          case .pass, .improvement, .equivalent: .passed
          case .regression: line.isBlocking ? .broken : .undecided
          case .inconclusive: .undecided
          case .notComparable, .invalid: line.isBlocking ? .invalid : .undecided
          }
        return GateReport.Check(
          subject: parts.count > 1 ? String(parts[0]) : name,
          name: parts.last?.trimmingCharacters(in: .whitespaces) ?? line.check, outcome: outcome,
          finding: "\(line.outcome.rawValue): \(line.finding)",
          properties: line.figures.map { figure in
            TableReport.Fact(name: figure.kind.rawValue, value: "\(figure.value)")
          })
      })
  }
}
