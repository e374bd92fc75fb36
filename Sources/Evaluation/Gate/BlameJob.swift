import Datasets
import Essentials
import Foundation
import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Tensors
import Terms
import Verdicts

/// Says which images and classes a run's change from a baseline comes from.
package struct BlameJob: RunConfigurable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Name of the baseline.
  package var baseline: String
  /// A run's id or the beginning of one; nil takes the latest.
  package var run: String?
  /// Metrics to explain; empty for those that got worse.
  package var metrics: [String] = []
  /// The row to explain; nil takes all that are judged.
  package var method: String?
  /// Name or path of a gate file, as for the gate.
  package var gate: String?
  /// Images to name for each metric.
  package var count = 10
  /// Where the page is written; nil writes nothing.
  package var reports: String?

  /// Explains a run beside a baseline.
  package init(baseline: String) { self.baseline = baseline }

  /// What the command prints: JSON, or Markdown that is also written with its links.
  ///
  /// - Throws: ``HarnessError`` for what is not there or cannot be compared; errors of the store and of
  ///   files.
  package func text(json: Bool) throws -> String {
    let report = try report()
    if json { return JSONText.encode(report, pretty: true) }
    let path = reports.map { $0 + "/blame.md" }
    if let path { try OutputPlace(isReplacing: self.isReplacing).prepare(path, as: .blame) }
    let markdown = report.markdown(link: Paths.links(from: path ?? "blame.md"))
    if let path { try AtomicFile.write(Array(markdown.utf8), to: path) }
    return markdown
  }

  /// One section for each metric of each row.
  ///
  /// - Throws: as ``text(json:)``.
  package func report() throws -> BlameReport {
    try metrics.forEach {
      try NamedChoice.check($0, as: "metric", from: MetricRegistry.names)
    }
    var request = GateRequest()
    (request.run, request.baseline, request.gate) = (run, baseline, gate)
    request.runOptions = runOptions
    let materials = try GateMaterials(request)
    guard let comparison = materials.comparison(request) else {
      throw HarnessError(.usage, "blame needs a baseline")
    }
    let rows = try chosen(comparison)
    let wanted = try questions(comparison, rows)
    let places = ImagePlaces(materials.run, results: self.results)
    return BlameReport(
      run: materials.run.record.id, baseline: baseline,
      sections: try wanted.map { row, metric in
        try Blame(comparison: row.comparison, places: places, count: count).section(
          metric, factor: comparison.factor(of: metric))
      })
  }

  private func chosen(_ comparison: BaselineGate) throws -> [BaselineGate.Row] {
    let rows = try comparison.rows()
    guard let method else { return rows }
    try NamedChoice.check(method, as: "method", from: rows.map(\.method.name))
    return rows.filter { $0.method.name == method }
  }

  /// Methods and metrics to explain: the requested ones, or those that got worse.
  private func questions(
    _ comparison: BaselineGate, _ rows: [BaselineGate.Row]
  ) throws -> [(BaselineGate.Row, Metric)] {
    if !metrics.isEmpty {
      return rows.flatMap { row in
        metrics.compactMap(Metric.init(named:)).map { (row, $0) }
      }
    }
    let verdicts = try comparison.metricVerdicts()
    return rows.flatMap { row in
      verdicts.filter {
        $0.outcome == .regression && $0.comparison.method == row.method.name
      }.compactMap { Metric(named: $0.comparison.rule.metric) }.map { (row, $0) }
    }
  }
}
