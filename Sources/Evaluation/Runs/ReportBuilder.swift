import Foundation
import Measurement
import Metrics
import Reports
import Store
import Tables
import Terms

/// Turns a stored run into the plain values that reports print.
package struct ReportBuilder {
  private let run: StoredRun
  private let table: PaperTable?
  private let ranks: [TableReport.Ranks]
  /// Every metric that the run requested.
  private let metrics: Set<String>

  /// - Parameters:
  ///   - run: what was measured.
  ///   - table: the protocol it belongs to; nil for scores without a paper.
  ///   - ranks: how methods rank over images.
  package init(_ run: StoredRun, table: PaperTable?, ranks: [TableReport.Ranks] = []) {
    self.run = run
    self.table = table
    self.ranks = ranks
    metrics = run.requestedMetrics
  }

  /// The report.
  package func report() -> TableReport {
    let columns = ReportColumn.columns(of: metrics, in: table)
    let paper = table.map { PaperComparison(run, table: $0, isReplaced: isReplaced) }
    return TableReport(
      title: table.map { "\($0.heading): \($0.id)" } ?? "Scores of run \(run.record.id)",
      notes: notes + (paper?.notes ?? []) + run.settings.deviations
        + run.settings.findings,
      caption: paper?.caption ?? "Scores of one folder of images against another.",
      sectionHeading: "Input", detailHeadings: table == nil ? [] : ["Model", "Domain"],
      columns: columns.map(\.printed), sections: sections(columns),
      remarks: paper?.remarks(columns) ?? [], ranks: ranks, images: imageLines,
      unmeasured: unmeasured(columns),
      weights: run.settings.networks.map { use in
        TableReport.WeightsLine(
          network: "\(use.network) (\(use.metrics.joined(separator: ", ")))", file: use.file,
          sha256: use.sha256)
      }, fingerprints: fingerprintLines(columns),
      switches: paper?.switches ?? [], incomparability: paper?.incomparability, facts: facts)
  }

  /// Whether the run's metrics replace the protocol's columns.
  private var isReplaced: Bool { table?.isReplaced(by: metrics) ?? false }

  // MARK: Rows

  private func sections(_ columns: [ReportColumn]) -> [TableReport.Section] {
    var sections = (table?.sections ?? []).map { section in
      TableReport.Section(
        title: section.title, rows: section.rows.map { published($0, columns) })
    }
    if isReplaced { sections = sections.compactMap(\.withoutEmptyRows) }
    let named = Set((table?.sections ?? []).flatMap { $0.rows.map(\.id) })
    let others = run.methods.filter { !run.isAnchor($0) && !named.contains($0.name) }
    let anchors = run.methods.filter { run.isAnchor($0) }
    if !others.isEmpty {
      sections.append(
        TableReport.Section(title: "Measured here", rows: others.map { measured($0, columns) }))
    }
    if !anchors.isEmpty {
      sections.append(
        TableReport.Section(
          title: "Anchors: a floor and a ceiling for every column",
          rows: anchors.map { measured($0, columns) }))
    }
    return sections
  }

  private func published(_ row: PaperTable.Row, _ columns: [ReportColumn]) -> TableReport.Row {
    TableReport.Row(
      name: row.method, details: [row.model, row.domain], steps: row.steps,
      note: row.footnote.flatMap { id in table?.footnotes.first { $0.id == id }?.text },
      cells: columns.map { column in
        cell(row.id, column, published: column.position.flatMap { row.published[$0] })
      })
  }

  private func measured(_ method: MethodRecord, _ columns: [ReportColumn]) -> TableReport.Row {
    TableReport.Row(
      name: method.name, details: table == nil ? [] : [method.kind.rawValue, ""],
      isAnchor: run.isAnchor(method),
      cells: columns.map { cell(method.name, $0, published: nil) })
  }

  private func cell(_ method: String, _ column: ReportColumn, published: Double?)
    -> TableReport.Cell
  {
    guard let metric = column.metric, let score = run.scores[method]?[metric] else {
      let reason = column.metric.flatMap { run.settings.notRun[$0] }
      let isMeasured = run.methods.contains { $0.name == method }
      return TableReport.Cell(
        published: published, note: isMeasured ? reason.map { "not run: \($0)" } : nil)
    }
    guard let (value, error) = column.value(in: score) else {
      return TableReport.Cell(published: published, note: score.value.reason)
    }
    // Older versions wrote 0 where statistics did not record how many images they were computed from.
    let references = score.referenceCount.flatMap { $0 > 0 ? $0 : nil }
    let comparesSets = Metric(named: metric)?.comparesSets ?? false
    return TableReport.Cell(
      measured: TableReport.Measurement(
        value: value * column.factor, count: score.generatedCount,
        expectedCount: run.settings.pairCount, referenceCount: references,
        hasUncountedReference: comparesSets && references == nil,
        standardError: error.map { $0 * column.factor },
        fingerprint: score.fingerprint), published: published)
  }

  // MARK: Around the table

  private var notes: [String] {
    let settings = run.settings
    var notes = [
      "Measured on \(settings.pairCount) pairs of \(settings.measuredPlace) with the weights "
        + "\(settings.weights)."
        + (table?.paper == nil ? "" : " Numbers in parentheses are the paper's.")
    ]
    if run.record.status != .complete {
      notes.append("This run is \(run.record.status.rawValue), not complete.")
    }
    let unknown = run.unknownMetrics
    if !unknown.isEmpty {
      notes.append(
        "Stored but not shown, because this version does not know the metric: "
          + unknown.joined(separator: ", ") + ".")
    }
    return notes
  }

  private var imageLines: [TableReport.ImageLine] {
    run.methods.map { method in
      TableReport.ImageLine(
        method: method.name, scored: run.counts[method.name]?.scored ?? 0,
        expected: run.settings.pairCount, failures: run.failureStates(of: method.name))
    }
  }

  private func unmeasured(_ columns: [ReportColumn]) -> [TableReport.UnmeasuredLine] {
    let missing = columns.compactMap { column -> TableReport.UnmeasuredLine? in
      guard let metric = column.metric, let reason = run.settings.notRun[metric] else { return nil }
      return TableReport.UnmeasuredLine(
        subject: "column \(column.printed.heading)", reason: "not run: \(reason)")
    }
    let rows = (table?.sections ?? []).flatMap(\.rows)
    let idle = rows.map(\.id).filter { id in !run.methods.contains { $0.name == id } }
    guard let first = idle.first else { return missing }
    return missing + [
      TableReport.UnmeasuredLine(
        subject: "\(idle.count) of \(rows.count) published methods",
        reason: "no images were given; add for example --method \(first)=folder:DIR")
    ]
  }

  private func fingerprintLines(_ columns: [ReportColumn]) -> [TableReport.FingerprintLine] {
    columns.compactMap { column in
      let hashes = Set(
        run.scores.values.compactMap { scores in column.metric.flatMap { scores[$0]?.fingerprint } }
      )
      guard let metric = column.metric, let hash = hashes.sorted().first else { return nil }
      return TableReport.FingerprintLine(
        metric: metric, hash: hash, text: run.fingerprints[hash] ?? "")
    }
  }

  /// Name of the fact that no two runs share.
  static let runFact = "run"

  private var facts: [TableReport.Fact] {
    [
      TableReport.Fact(name: Self.runFact, value: run.record.id),
      TableReport.Fact(name: "tool", value: "evalkit \(run.record.toolVersion)"),
      TableReport.Fact(name: "pairs", value: run.record.pairsHash),
      TableReport.Fact(name: "seed", value: "\(run.settings.seed)"),
    ]
  }
}
