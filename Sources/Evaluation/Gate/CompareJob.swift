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

/// Compares two stored runs, or two rows of one run, pair by pair.
package struct CompareJob: RunConfigurable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// What is compared with: a run, `RUN:METHOD`, or a method of ``run``.
  package var first: String
  /// What is compared.
  package var second: String
  /// The run that bare method names belong to; nil takes the latest.
  package var run: String?
  /// Whether metrics are left out that have to be measured again without parts of the set, which takes seconds.
  private var isBrief = false

  /// Compares a second run or row with a first.
  package init(first: String, second: String) {
    self.first = first
    self.second = second
  }

  /// The changes from the first to the second.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for what names nothing, `notComparable` where no metric
  ///   can be compared; errors of the store.
  package func report() throws -> ChangeReport {
    let store = try ResultsDatabase.open(self.results)
    let other = try Side(second, run: run, in: store)
    return try report(
      from: Side(first, run: run, in: store), to: other,
      table: StoredReports.table(of: other.run), in: store)
  }

  /// The changes from one run to another, as far as they are told without measuring sets again.
  ///
  /// - Parameters:
  ///   - first: what is compared with.
  ///   - second: what is compared.
  ///   - table: the second's protocol; nil if there is none.
  ///   - options: threads.
  ///   - store: where both are stored.
  /// - Returns: the changes.
  /// - Throws: as ``report()``.
  package static func briefReport(
    from first: StoredRun, to second: StoredRun, table: PaperTable?, _ options: RunOptions,
    in store: Store
  ) throws -> ChangeReport {
    var job = CompareJob(first: first.record.id, second: second.record.id)
    job.runOptions = options
    job.isBrief = true
    return try job.report(from: Side(first), to: Side(second), table: table, in: store)
  }

  private func report(
    from one: Side, to other: Side, table: PaperTable?, in store: Store
  ) throws -> ChangeReport {
    let gate = GateJob(other.run, table: table)
    let workers = runOptions.workers
    var comparisons: [MetricComparison] = []
    for (mine, theirs) in try Self.rows(of: other, beside: one) {
      let candidate = try StoredMethod(other.run, method: mine, in: store, workers: workers)
      let baseline = try StoredMethod(one.run, method: theirs, in: store, workers: workers)
      let comparison = MethodComparison(
        candidate: candidate, baseline: baseline, mismatch: Self.mismatch(candidate, baseline))
      for metric in MetricRegistry.metrics
      where candidate.score(metric)?.value != nil || baseline.score(metric)?.value != nil {
        if isBrief, case .sets = try candidate.reduction(of: metric).comparison { continue }
        comparisons.append(
          try comparison.compare(
            metric, rule: MetricRule(metric: metric.name, direction: metric.direction),
            factor: gate.factor(of: metric.name)))
      }
    }
    return try report(comparisons)
  }

  private func report(_ comparisons: [MetricComparison]) throws -> ChangeReport {
    let verdicts = MetricVerdict.decide(comparisons)
    guard verdicts.contains(where: { ![.notComparable, .invalid].contains($0.outcome) }) else {
      let reason = verdicts.first?.finding ?? "They share no metric with a number on both sides."
      throw HarnessError(.notComparable, "\(second) cannot be compared with \(first): \(reason)")
    }
    return ChangeReport(
      first: first, second: second,
      changes: verdicts.map { verdict in
        let estimate = verdict.comparison.estimate
        return ChangeReport.Change(
          method: verdict.comparison.method, metric: verdict.comparison.rule.metric,
          unit: verdict.comparison.unit, first: verdict.comparison.baseline,
          second: verdict.comparison.value,
          difference: estimate?.difference, halfWidth: estimate?.halfWidth(confidence: 0.95),
          pValue: verdict.adjustedPValue, pairs: estimate?.pairs,
          outcome: verdict.outcome.rawValue, finding: verdict.finding,
          test: estimate?.method.rawValue)
      })
  }

  // MARK: Sides

  /// A run and, where one is named, its row.
  private struct Side {
    let run: StoredRun
    let method: String?

    init(_ run: StoredRun) { (self.run, method) = (run, nil) }

    init(_ text: String, run: String?, in store: Store) throws {
      if let colon = text.firstIndex(of: ":") {
        self.run = try StoredRun.find(String(text[..<colon]), in: store)
        let method = String(text[text.index(after: colon)...])
        try Self.check(method, in: self.run)
        self.method = method
        return
      }
      do {
        self.run = try StoredRun.find(text, in: store)
        method = nil
      } catch StoreError.unknownRun {
        self.run = try StoredRun.find(run, in: store)
        try Self.check(text, in: self.run)
        method = text
      }
    }

    private static func check(_ method: String, in run: StoredRun) throws {
      try NamedChoice.check(
        method, as: "run, or method of run \(run.record.id)", from: run.methods.map(\.name))
    }
  }

  /// Which method of one side is compared with which of the other.
  private static func rows(
    of second: Side, beside first: Side
  ) throws -> [(mine: String, theirs: String)] {
    let mine = second.method.map { [$0] } ?? second.run.judgedMethods.map(\.name)
    let theirs = first.method.map { [$0] } ?? first.run.judgedMethods.map(\.name)
    if mine.count == 1, theirs.count == 1 { return [(mine[0], theirs[0])] }
    let shared = mine.filter(theirs.contains)
    if shared.isEmpty {
      throw HarnessError(
        .usage,
        "the runs share no method: \(mine.joined(separator: ", ")) and "
          + "\(theirs.joined(separator: ", ")); name them, as RUN:METHOD")
    }
    return shared.map { ($0, $0) }
  }

  private static func mismatch(_ candidate: StoredMethod, _ baseline: StoredMethod) -> String? {
    guard candidate.run.record.pairsHash == baseline.run.record.pairsHash else {
      return "The runs measured other pairs."
    }
    return candidate.referencesHash == baseline.referencesHash
      ? nil : "The runs' real images or label maps differ."
  }
}

extension CompareJob {
  /// The report as it is printed.
  package func text(json: Bool) throws -> String {
    let report = try report()
    return json ? JSONText.encode(report, pretty: true) : report.markdown
  }
}
