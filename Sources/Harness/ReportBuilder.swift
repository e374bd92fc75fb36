import Foundation
import Metrics
import Reports
import Store
import Tables

/// Turns a stored run into the plain values that reports print.
package struct ReportBuilder {
  private let run: StoredRun
  private let table: PaperTable?

  /// - Parameters:
  ///   - run: what was measured.
  ///   - table: the protocol it belongs to; nil for scores without a paper.
  package init(_ run: StoredRun, table: PaperTable?) {
    self.run = run
    self.table = table
  }

  /// The report.
  package func report() -> TableReport {
    let columns = self.columns
    return TableReport(
      title: table.map { "\($0.paper.title): \($0.id)" } ?? "Scores of run \(run.record.id)",
      notes: notes, caption: table?.caption ?? "Scores of one folder of images against another.",
      sectionHeading: "Input", detailHeadings: table == nil ? [] : ["Model", "Domain"],
      columns: columns.map(\.printed), sections: sections(columns),
      remarks: table?.remarks ?? [], images: imageLines, notRun: notRun(columns),
      weights: run.settings.networks.map { use in
        TableReport.WeightsLine(
          network: "\(use.network) (\(use.metrics.joined(separator: ", ")))", file: use.file,
          sha256: use.sha256)
      }, fingerprints: fingerprintLines(columns),
      switches: table?.switches.map(TableReport.SwitchLine.init) ?? [], facts: facts)
  }

  // MARK: Columns

  /// A column and where its numbers come from.
  private struct Source {
    let metric: String?
    /// Which accompanying value stands in place of the metric's own.
    var detail: String?
    let factor: Double
    let position: Int?
    let printed: TableReport.Column

    /// The value that the column prints, in the stored scale, and its standard error.
    func value(in score: SetScoreRecord) -> (value: Double, error: Double?)? {
      guard let detail else { return score.value.number.map { ($0, score.standardError) } }
      let details = try? JSONDecoder().decode(
        [String: String].self, from: Data(score.details.utf8))
      guard let value = details?[detail].flatMap(Double.init) else { return nil }
      return (value, details?["\(detail) standard error"].flatMap(Double.init))
    }
  }

  /// The protocol's columns, then whatever else was measured.
  private var columns: [Source] {
    let own = (table?.columns ?? []).enumerated().map { position, column in
      Source(
        metric: column.isPublishedOnly ? nil : column.metric?.rawValue, detail: column.detail,
        factor: column.scale.factor, position: position, printed: TableReport.Column(column))
    }
    let known = Set(own.compactMap(\.metric))
    let measured = Set(run.scores.values.flatMap(\.keys)).subtracting(known)
    let further = MetricIdentifier.allCases.filter { measured.contains($0.rawValue) }.map {
      metric in
      let descriptor = metric.descriptor
      return Source(
        metric: metric.rawValue, factor: descriptor.unit.printedScale, position: nil,
        printed: TableReport.Column(
          id: metric.rawValue, heading: descriptor.title,
          direction: descriptor.direction == .lower ? .lowerIsBetter : .higherIsBetter,
          unit: descriptor.unit.suffix, digits: descriptor.digits,
          publishedDigits: descriptor.digits))
    }
    return own + further
  }

  // MARK: Rows

  private func sections(_ columns: [Source]) -> [TableReport.Section] {
    var sections = (table?.sections ?? []).map { section in
      TableReport.Section(
        title: section.title, rows: section.rows.map { published($0, columns) })
    }
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

  private func published(_ row: PaperTable.Row, _ columns: [Source]) -> TableReport.Row {
    TableReport.Row(
      name: row.method, details: [row.model, row.domain], steps: row.steps,
      note: row.footnote.flatMap { id in table?.footnotes.first { $0.id == id }?.text },
      cells: columns.map { column in
        cell(row.id, column, published: column.position.flatMap { row.published[$0] })
      })
  }

  private func measured(_ method: MethodRecord, _ columns: [Source]) -> TableReport.Row {
    TableReport.Row(
      name: method.name, details: table == nil ? [] : [method.kind, ""],
      isAnchor: run.isAnchor(method),
      cells: columns.map { cell(method.name, $0, published: nil) })
  }

  private func cell(_ method: String, _ column: Source, published: Double?) -> TableReport.Cell {
    guard let metric = column.metric, let score = run.scores[method]?[metric] else {
      let reason = column.metric.flatMap { run.settings.notRun[$0] }
      let isMeasured = run.methods.contains { $0.name == method }
      return TableReport.Cell(
        published: published, note: isMeasured ? reason.map { "not run: \($0)" } : nil)
    }
    guard let (value, error) = column.value(in: score) else {
      return TableReport.Cell(published: published, note: score.value.reason)
    }
    return TableReport.Cell(
      measured: TableReport.Measurement(
        value: value * column.factor, count: score.generatedCount,
        expectedCount: run.settings.pairCount, referenceCount: score.referenceCount,
        standardError: error.map { $0 * column.factor },
        fingerprint: score.fingerprint), published: published)
  }

  // MARK: Around the table

  private var notes: [String] {
    let settings = run.settings
    var notes = [
      "Measured on \(settings.pairCount) pairs of \(settings.dataset) with the weights "
        + "\(settings.weights). Numbers in parentheses are the paper's."
    ]
    if let table, settings.pairCount != table.pairs.count {
      notes.append(
        "The protocol asks for \(table.pairs.count) pairs; numbers on \(settings.pairCount) do not "
          + "compare with the published ones.")
    }
    if run.record.status != .complete {
      notes.append("This run is \(run.record.status.rawValue), not complete.")
    }
    return notes + settings.deviations + settings.findings
  }

  private var imageLines: [TableReport.ImageLine] {
    run.methods.map { method in
      TableReport.ImageLine(
        method: method.name, scored: run.counts[method.name]?.scored ?? 0,
        expected: run.settings.pairCount, failures: run.failureStates(of: method.name))
    }
  }

  private func notRun(_ columns: [Source]) -> [TableReport.NotRunLine] {
    let missing = columns.compactMap { column -> TableReport.NotRunLine? in
      guard let metric = column.metric, let reason = run.settings.notRun[metric] else { return nil }
      return TableReport.NotRunLine(
        subject: "column \(column.printed.heading)", reason: "not run: \(reason)")
    }
    let rows = (table?.sections ?? []).flatMap(\.rows)
    let idle = rows.map(\.id).filter { id in !run.methods.contains { $0.name == id } }
    guard let first = idle.first else { return missing }
    return missing + [
      TableReport.NotRunLine(
        subject: "\(idle.count) of \(rows.count) published methods",
        reason: "no images were given; add for example --method \(first)=folder:DIR")
    ]
  }

  private func fingerprintLines(_ columns: [Source]) -> [TableReport.FingerprintLine] {
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
