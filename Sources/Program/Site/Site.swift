import Provenance
import Reports
import Runs
import Store

/// The pages of a site but those of runs.
struct Site {
  static let runFolder = "runs"
  static let historyFolder = "history"

  /// The one stored last first.
  let runs: [SiteRun]
  let history: HistoryReport
  let claims: ClaimReport

  /// Runs that the overview lists.
  private static let recentRuns = 20

  /// All of them.
  var pages: [SiteFile] {
    [
      page("index.html", "Results", overview), page("runs.html", "Runs", allRuns),
      page("claims.html", "Claims", claimLines),
      page("fingerprints.html", "Fingerprints", fingerprints),
      SiteFile("style.css", HTMLPage.style + "\n"), SiteFile("page.js", HTMLPage.script + "\n"),
    ]
      + tables.map { table in
        SiteFile(
          Self.historyPath(of: table),
          HTMLPage.render(
            title: "History of \(table)",
            body: [Self.navigation(from: Self.historyFolder)] + historyLines(of: table),
            assets: .linked("../")))
      }
  }

  private func page(_ path: String, _ title: String, _ body: [String]) -> SiteFile {
    SiteFile(
      path,
      HTMLPage.render(
        title: title, body: [Self.navigation(from: "")] + body, assets: .linked("")))
  }

  /// The links at the top of a page in a folder of the site.
  static func navigation(from folder: String) -> String {
    let root = folder.isEmpty ? "" : "../"
    let links = [("index", "Overview"), ("runs", "Runs"), ("claims", "Claims")].map {
      "<a href=\"\(root)\($0.0).html\">\($0.1)</a>"
    }
    return "<nav>\(links.joined())</nav>"
  }

  /// Whether a run is the last complete one of its table.
  func isLatest(_ run: SiteRun) -> Bool { latestRun(of: run.table)?.id == run.id }

  /// The run before the last of a table that measured the same pairs; nil for other runs.
  func predecessor(of run: SiteRun) -> SiteRun? {
    guard isLatest(run), let place = runs.firstIndex(where: { $0.id == run.id }) else { return nil }
    return runs[(place + 1)...].first {
      $0.table == run.table && $0.run.record.status == .complete
        && $0.run.record.pairsHash == run.run.record.pairsHash
    }
  }

  private func latestRun(of table: String) -> SiteRun? {
    runs.first { $0.table == table && $0.run.record.status == .complete }
  }

  /// Tables with a complete run, the one measured last first.
  private var tables: [String] {
    runs.filter { $0.run.record.status == .complete }.map(\.table).uniqued
  }

  private static func historyPath(of table: String) -> String {
    let name = table.map {
      $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0)) ? $0 : "_"
    }
    return "\(historyFolder)/\(String(name)).html"
  }

  private static func anchor(_ series: HistoryReport.Series) -> String {
    String(series.pictureName.dropLast(4))
  }

  // MARK: Overview

  private var overview: [String] {
    var lines = ["<h1>Results</h1>"]
    if runs.isEmpty { lines.append("<p>No run is stored yet.</p>") }
    for table in tables {
      lines.append(
        "<h2><a href=\"\(Self.historyPath(of: table))\">\(XMLText.escape(table))</a></h2>")
      lines += latest(of: table)
    }
    if !history.missingNights.isEmpty {
      let shown = history.missingNights.suffix(10).joined(separator: ", ")
      lines.append(
        "<p>Nights without a complete run: \(history.missingNights.count) (\(shown)).</p>")
    }
    lines.append("<h2>Latest runs</h2>")
    return lines + table(of: runs.prefix(Self.recentRuns)) + [
      "<p><a href=\"runs.html\">All runs</a></p>"
    ]
  }

  /// The last value of each series of a table, with its change and last step; anchors do not change.
  private func latest(of table: String) -> [String] {
    let headings =
      [HTMLTable.Heading(text: "Metric")]
      + ["Latest", "95 %", "Change", "Nights"].map { HTMLTable.Heading(text: $0, isNumber: true) }
      + ["Verdict", "Last step"].map { HTMLTable.Heading(text: $0) }
    let anchors = anchors(of: table)
    let shown = newest(of: table).filter { !anchors.contains($0.method) }
    let groups = shown.map(\.method).uniqued.map { method in
      HTMLTable.Group(
        title: method, rows: shown.filter { $0.method == method }.compactMap(latest))
    }
    return HTMLTable(headings: headings, groups: groups).lines
  }

  private func latest(of series: HistoryReport.Series) -> [HTMLTable.Cell]? {
    guard let last = series.points.last else { return nil }
    let change = series.points.dropLast().last.map { last.value - $0.value }
    let link = "\(Self.historyPath(of: series.protocol))#\(Self.anchor(series))"
    let step = series.steps.last.map { step in
      "<span class=\"\(step.kind)\">\(step.kind)</span> since \(runLink(step.run, from: ""))"
    }
    return [
      HTMLTable.Cell(
        html: "<a href=\"\(link)\">\(XMLText.escape(series.metric))</a> \(Self.arrow(series))",
        value: series.metric), Self.number(last.value, unit: series.unit),
      HTMLTable.Cell(last.halfWidth.map { "± " + ChangeReport.text($0) } ?? "–", isNumber: true),
      HTMLTable.Cell(
        html: change.map { ($0 > 0 ? "+" : $0 < 0 ? "−" : "") + ChangeReport.text(abs($0)) } ?? "–",
        isNumber: true, value: change.map { "\($0)" } ?? ""),
      HTMLTable.Cell("\(series.points.count)", isNumber: true), HTMLTable.Cell(last.verdict ?? "–"),
      HTMLTable.Cell(html: step ?? "–"),
    ]
  }

  private static func arrow(_ series: HistoryReport.Series) -> String {
    series.better == "lower" ? "↓" : "↑"
  }

  /// Names of the rows of a table's last run that are no methods.
  private func anchors(of table: String) -> Set<String> {
    guard let run = latestRun(of: table) else { return [] }
    return Set(run.run.methods.filter(run.run.isAnchor).map(\.name))
  }

  private static func number(_ value: Double?, unit: String = "") -> HTMLTable.Cell {
    let text = ChangeReport.text(value) + (unit.isEmpty || value == nil ? "" : " \(unit)")
    return HTMLTable.Cell(
      html: XMLText.escape(text), isNumber: true, value: value.map { "\($0)" } ?? "")
  }

  /// Of each method and metric the series that the last run belongs to.
  private func newest(of table: String) -> [HistoryReport.Series] {
    var found: [String: HistoryReport.Series] = [:]
    for series in history.series where series.protocol == table {
      let key = "\(series.method)\n\(series.metric)"
      let last = series.points.last?.date ?? ""
      if last >= found[key]?.points.last?.date ?? "" { found[key] = series }
    }
    return history.series.filter { found["\($0.method)\n\($0.metric)"] == $0 }
  }

  // MARK: Runs

  private var allRuns: [String] { ["<h1>Runs</h1>"] + table(of: runs[...]) }

  private func table(of runs: ArraySlice<SiteRun>) -> [String] {
    let texts = ["Run", "Table", "Status", "Verdict", "Methods", "Dataset", "Weights"]
    let headings =
      texts.map { HTMLTable.Heading(text: $0) }
      + ["Pairs", "Failed", "Duration"].map { HTMLTable.Heading(text: $0, isNumber: true) }
    let rows = runs.map { run in
      let settings = run.run.settings
      let methods = run.run.methods.filter { !run.run.isAnchor($0) }.map(\.name)
      return [HTMLTable.Cell(html: runLink(run.id, from: ""), value: run.id)]
        + [
          run.table, run.run.record.status.rawValue, run.verdict?.outcome ?? "–",
          methods.joined(separator: ", "), settings.dataset, settings.weights,
        ].map { HTMLTable.Cell($0) }
        + [
          HTMLTable.Cell(
            html: settings.pairCount.grouped, isNumber: true, value: "\(settings.pairCount)"),
          HTMLTable.Cell(html: run.failed.grouped, isNumber: true, value: "\(run.failed)"),
          HTMLTable.Cell(run.duration, isNumber: true),
        ]
    }
    return rows.isEmpty ? [] : HTMLTable(headings: headings, rows: rows).lines
  }

  private func runLink(_ id: String, from root: String) -> String {
    let id = XMLText.escape(id)
    return "<a href=\"\(root)\(Self.runFolder)/\(id).html\">\(id)</a>"
  }

  // MARK: History

  /// Nights that a series lists below its chart.
  private static let listedNights = 15

  private func historyLines(of table: String) -> [String] {
    let anchors = anchors(of: table)
    let own = history.series.filter { $0.protocol == table }
    let all =
      own.filter { !anchors.contains($0.method) } + own.filter { anchors.contains($0.method) }
    return ["<h1>History of \(XMLText.escape(table))</h1>"]
      + all.flatMap { series -> [String] in
        let title = "\(series.method): \(series.metric) \(Self.arrow(series))"
        let facts =
          "Fingerprint \(Self.fingerprintLink(series.fingerprint)), pairs <code>\(series.pairs)</code>."
        let steps = series.steps.map { step in
          "<li><span class=\"\(step.kind)\">\(step.kind)</span> from \(runLink(step.run, from: "../")) on: "
            + "\(ChangeReport.text(step.before)) → \(ChangeReport.text(step.since)), "
            + "p = \(ChangeReport.text(step.pValue))</li>"
        }
        let rows = series.points.suffix(Self.listedNights).reversed().map { point in
          [
            HTMLTable.Cell(html: runLink(point.run, from: "../"), value: point.run),
            HTMLTable.Cell(point.date), Self.number(point.value, unit: series.unit),
            HTMLTable.Cell(
              point.halfWidth.map { "± " + ChangeReport.text($0) } ?? "–", isNumber: true),
            HTMLTable.Cell(point.verdict ?? "–"),
          ]
        }
        let headings = [
          HTMLTable.Heading(text: "Run"), HTMLTable.Heading(text: "Date (UTC)"),
          HTMLTable.Heading(text: "Value", isNumber: true),
          HTMLTable.Heading(text: "95 %", isNumber: true), HTMLTable.Heading(text: "Verdict"),
        ]
        return [
          "<h2 id=\"\(Self.anchor(series))\">\(XMLText.escape(title))</h2>", "<p>\(facts)</p>",
        ]
          + ["<figure>\n\(HistoryChart(series).svg)</figure>"]
          + (steps.isEmpty ? [] : ["<ul>"] + steps + ["</ul>"])
          + HTMLTable(headings: headings, rows: rows).lines
      }
  }

  // MARK: Claims and fingerprints

  /// The digits by which people know a fingerprint.
  static func beginning(of fingerprint: String) -> String { String(fingerprint.prefix(12)) }

  /// From a page in a folder of the site to what a fingerprint stands for.
  static func fingerprintLink(_ fingerprint: String) -> String {
    let text = XMLText.escape(beginning(of: fingerprint))
    return "<a href=\"../fingerprints.html#f\(text)\"><code>\(text)</code></a>"
  }

  private var claimLines: [String] {
    ["<h1>Claims of papers</h1>"]
      + claims.papers.flatMap { paper -> [String] in
        let rows = paper.claims.map { claim in
          [claim.id, claim.claim, claim.place, claim.metric, claim.verdict].map {
            HTMLTable.Cell($0)
          }
            + [
              Self.number(claim.test?.effect),
              HTMLTable.Cell(
                claim.test.map {
                  $0.interval.map { ChangeReport.text($0) }.joined(separator: " … ")
                }
                  ?? "–", isNumber: true), Self.number(claim.test?.adjustedPValue),
            ]
        }
        let headings =
          ["Claim", "What is claimed", "Place", "Measured", "Verdict"].map {
            HTMLTable.Heading(text: $0)
          } + ["Effect", "95 %", "p (Holm)"].map { HTMLTable.Heading(text: $0, isNumber: true) }
        return ["<h2>\(XMLText.escape(paper.title)) (\(XMLText.escape(paper.venue)))</h2>"]
          + HTMLTable(headings: headings, rows: rows).lines
      }
  }

  private var fingerprints: [String] {
    var texts: [String: String] = [:]
    for run in runs { texts.merge(run.fingerprints) { first, _ in first } }
    return [
      "<h1>Fingerprints</h1>",
      "<p>Everything that can move a score, apart from the images. Scores compare where these are alike.</p>",
    ]
      + texts.sorted { $0.key < $1.key }.map { hash, text in
        "<h2 id=\"f\(hash)\"><code>\(hash)</code></h2>\n<p>\(XMLText.escape(text))</p>"
      }
  }
}

extension [String] {
  /// Each once, in the order in which they come first.
  fileprivate var uniqued: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
