import Essentials
import Foundation
import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Tables
import Tensors
import Terms
import Verdicts

/// Gathers each metric over all complete runs.
package struct HistoryJob: RunConfigurable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// The metrics to show; empty for all.
  package var metrics: [String] = []
  /// Where the Markdown and its pictures are written; nil writes nothing.
  package var reports: String?
  /// The day up to which nights are expected.
  package var now = Date()

  /// Shows every metric.
  package init() {}

  /// What the command prints: JSON, or Markdown that is also written with its pictures.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for an unknown metric; errors of the store and of files.
  package func text(json: Bool) throws -> String {
    let report = try report()
    if json { return JSONText.encode(report, pretty: true) }
    let markdown = report.markdown(pictures: reports == nil ? nil : "history")
    if let reports {
      let place = OutputPlace(isReplacing: self.isReplacing)
      try place.prepare("\(reports)/history.md", as: .history)
      for series in report.series {
        let path = "\(reports)/history/\(series.pictureName)"
        try place.prepare(path, as: .chart)
        try AtomicFile.write(Array(HistoryChart(series).svg.utf8), to: path)
      }
      try AtomicFile.write(Array(markdown.utf8), to: "\(reports)/history.md")
    }
    return markdown
  }

  /// The history of every series, sorted by protocol, method and metric.
  package func report() throws -> HistoryReport {
    for metric in metrics {
      try NamedChoice.check(metric, as: "metric", from: MetricRegistry.names)
    }
    let store = try ResultsDatabase.open(self.results)
    let runs = try store.runs(RunFilter(statuses: [.complete])).reversed()
    let baselines = try BaselineLibrary(results: self.results).documents()
    var found = Findings()
    var tables: [String: PaperTable?] = [:]
    for record in runs {
      let run = try StoredRun(record, in: store)
      if tables[record.protocolID] == nil {
        // A protocol that is gone leaves the metrics' own scales.
        tables[record.protocolID] = .some(try? StoredReports.table(of: run))
      }
      try gather(run, table: tables[record.protocolID] ?? nil, from: store, into: &found)
    }
    let keys = found.points.keys.sorted()
    let points = keys.map { found.points[$0] ?? [] }
    return HistoryReport(
      series: self.workers.map(keys.count) { index, _ in
        series(keys[index], points[index], baselines)
      }, missingNights: Self.missingNights(runs.map(\.created), until: now),
      leftOut: found.leftOut)
  }

  // MARK: Points

  /// What runs add to the history.
  private struct Findings {
    var points: [Key: [HistoryReport.Point]] = [:]
    /// Scores that are no finite numbers, each in a sentence.
    var leftOut: [String] = []
  }

  /// Adds a run's scores.
  private func gather(
    _ run: StoredRun, table: PaperTable?, from store: Store, into found: inout Findings
  ) throws {
    let record = run.record
    let gate = GateJob(run, table: table)
    let verdicts = try Self.verdicts(ofRun: record.id, in: store)
    for method in run.methods {
      for (name, score) in run.scores[method.name] ?? [:]
      where metrics.isEmpty || metrics.contains(name) {
        guard let value = score.value.number else {
          if let value = score.value.double {
            let kind = value.isNaN ? "not a number" : "infinite"
            found.leftOut.append("\(name) of \(method.name) in run \(record.id) is \(kind)")
          }
          continue
        }
        let factor = gate.factor(of: name)
        let key = Key(
          protocolID: record.protocolID, method: method.name, metric: name,
          fingerprint: score.fingerprint, pairsHash: record.pairsHash, factor: factor)
        found.points[key, default: []].append(
          HistoryReport.Point(
            run: record.id, date: record.created.formatted(.iso8601), value: factor * value,
            halfWidth: score.standardError.map { 1.96 * factor * $0 },
            verdict: verdicts["\(method.name): \(name)"]))
      }
    }
  }

  // MARK: Series

  /// What tells series apart.
  private struct Key: Hashable, Comparable {
    let protocolID, method, metric, fingerprint, pairsHash: String
    let factor: Double

    private var order: [String] { [protocolID, method, metric, fingerprint, pairsHash] }

    static func < (first: Key, second: Key) -> Bool {
      first.order.lexicographicallyPrecedes(second.order)
    }
  }

  private func series(
    _ key: Key, _ points: [HistoryReport.Point], _ baselines: [BaselineDocument]
  ) -> HistoryReport.Series {
    let isLowerBetter = Metric(named: key.metric)?.direction == .lower
    let steps = StepDetection().steps(in: points.map(\.value)).map { step in
      HistoryReport.Step(
        after: points[step.index - 1].run, run: points[step.index].run, before: step.before,
        since: step.after, pValue: step.pValue,
        kind: (step.after > step.before) == isLowerBetter ? "worse" : "better")
    }
    var values: [String: Double] = [:]
    for baseline in baselines where baseline.run.pairsHash == key.pairsHash {
      let score = baseline.methods.first { $0.name == key.method }?.scores[key.metric]
      if let score, score.fingerprint == key.fingerprint, let value = score.value {
        values[baseline.name] = key.factor * value
      }
    }
    return HistoryReport.Series(
      protocol: key.protocolID, method: key.method, metric: key.metric,
      unit: Metric(named: key.metric)?.unit.symbol(ofFactor: key.factor) ?? "",
      fingerprint: String(key.fingerprint.prefix(12)), pairs: String(key.pairsHash.prefix(12)),
      better: isLowerBetter ? "lower" : "higher", points: points, steps: steps, baselines: values)
  }

  /// The last outcome of each check of a run.
  private static func verdicts(
    ofRun run: String, in store: Store
  ) throws -> [String: String] {
    var found: [String: String] = [:]
    for verdict in try store.verdicts(ofRun: run) {
      for check in VerdictDocument(verdict)?.checks ?? [] { found[check.check] = check.outcome }
    }
    return found
  }

  // MARK: Nights

  /// Days without a run, where runs usually come every day.
  ///
  /// Three days with runs, most of them one day after another, make a habit.
  static func missingNights(_ dates: [Date], until now: Date) -> [String] {
    func day(_ date: Date) -> Int { Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) }
    // A date that has not come yet is a clock's mistake, not a night.
    let days = Set(dates.filter { $0 <= now }.map(day)).sorted()
    guard days.count >= 3, let first = days.first else { return [] }
    let gaps = zip(days.dropFirst(), days).map { $0 - $1 }.sorted()
    guard gaps[gaps.count / 2] == 1 else { return [] }
    // Today's run may still come.
    let end = max(days[days.count - 1], day(now) - 1)
    let had = Set(days)
    return (first...end).filter { !had.contains($0) }.map { missing in
      Date(timeIntervalSince1970: Double(missing) * 86_400)
        .formatted(.iso8601.year().month().day())
    }
  }
}
