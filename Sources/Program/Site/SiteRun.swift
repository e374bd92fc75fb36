import Foundation
import Gate
import Provenance
import Reports
import Runs
import Store
import Tables

/// A run with its page.
struct SiteRun {
  let run: StoredRun
  /// The last verdict; nil where none was given.
  let verdict: VerdictRecord?
  private let seconds: Double?

  var id: String { run.record.id }
  var table: String { run.record.protocolID }
  var date: String { run.record.created.formatted(.iso8601) }

  init(_ record: RunRecord, in store: Store) throws {
    run = try StoredRun(record, in: store)
    verdict = try store.verdicts(ofRun: record.id).last
    seconds = try store.seconds(ofRun: record.id)
  }

  /// Where its page lies, from the site's folder.
  var path: String { "\(Site.runFolder)/\(id).html" }

  /// Images that have no scores, anchors' included.
  var failed: Int {
    run.counts.filter { $0.key != MethodRecord.reference.name }.reduce(0) { $0 + $1.value.failed }
  }

  /// The duration in words; empty where it is not known.
  var duration: String { seconds.map(JobProgress.duration) ?? "" }

  /// The page in its protocol's columns and, of the latest run of a table, charts, pictures and what changed since the run
  /// before it.
  ///
  /// - Throws: errors of the store.
  func files(
    of table: PaperTable?, isLatest: Bool, after predecessor: SiteRun?, _ options: RunOptions,
    in store: Store
  ) throws -> [SiteFile] {
    let table = table.flatMap { try? StoredReports.table(of: run, in: $0) }
    var report = try StoredReports.report(
      run, of: table, in: store, results: options.results, hasSheet: isLatest)
    let sheet = report.sheet
    report.sheet = nil
    // Their texts are long and mostly alike; one page holds each once.
    let fingerprints = report.fingerprints
    report.fingerprints = []
    var body = [Site.navigation(from: Site.runFolder)]
    body += report.htmlLines(hasCharts: isLatest)
    if !fingerprints.isEmpty {
      body.append("<h2>Fingerprints</h2>")
      body +=
        HTMLTable(
          headings: [HTMLTable.Heading(text: "Metric"), HTMLTable.Heading(text: "Fingerprint")],
          rows: fingerprints.map { line in
            [HTMLTable.Cell(line.metric), HTMLTable.Cell(html: Site.fingerprintLink(line.hash))]
          }
        ).lines
    }
    body += verdictLines
    if let predecessor {
      body += try changeLines(since: predecessor, in: table, options, in: store)
    }
    var files: [SiteFile] = []
    if let sheet {
      let name = "\(id).jpg"
      body.append("<h2>Contact sheet</h2>")
      body.append(
        "<figure><img alt=\"Some of the images\" loading=\"lazy\" src=\"\(name)\">"
          + "<figcaption>\(XMLText.escape(sheet.caption))</figcaption></figure>")
      files.append(SiteFile("\(Site.runFolder)/\(name)", bytes: sheet.jpeg))
    }
    files.append(
      SiteFile(path, HTMLPage.render(title: report.title, body: body, assets: .linked("../"))))
    return files
  }

  /// What the run's fingerprints stand for, by their beginning.
  var fingerprints: [String: String] {
    Dictionary(
      run.fingerprints.map { (Site.beginning(of: $0.key), $0.value) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What changed since another run, as far as it is told without measuring sets again.
  private func changeLines(
    since other: SiteRun, in table: PaperTable?, _ options: RunOptions, in store: Store
  ) throws -> [String] {
    let link = "<a href=\"\(other.id).html\">\(XMLText.escape(other.id))</a>"
    let heading = "<h2>Changes since run \(link)</h2>"
    let report: ChangeReport
    do {
      report = try CompareJob.briefReport(
        from: other.run, to: run, table: table, options, in: store)
    } catch let error as HarnessError
      where [.notComparable, .usage].contains(error.kind)
    { return [heading, "<p>\(XMLText.escape("\(error)"))</p>"] } catch StoreError.pruned(
      _, let run, _)
    {
      return [heading, "<p>Values of single images of run \(run) were deleted.</p>"]
    }
    return [heading]
      + HTMLTable(
        headings: ["Method", "Metric"].map { HTMLTable.Heading(text: $0) }
          + ["Before", "Now", "Change", "95 %", "p (Holm)"].map {
            HTMLTable.Heading(text: $0, isNumber: true)
          } + [HTMLTable.Heading(text: "Outcome")],
        rows: report.changes.map { change in
          [HTMLTable.Cell(change.method), HTMLTable.Cell(change.metric)]
            + [
              change.first, change.second, change.difference, change.halfWidth, change.pValue,
            ].map { HTMLTable.Cell(ChangeReport.text($0), isNumber: true) }
            + [HTMLTable.Cell(change.outcome)]
        }
      ).lines
  }

  /// The last verdict, check by check.
  private var verdictLines: [String] {
    guard let verdict, let document = VerdictDocument(verdict) else { return [] }
    let baseline = verdict.baseline.isEmpty ? "" : " beside baseline \(verdict.baseline)"
    return ["<h2>Verdict\(XMLText.escape(baseline))</h2>"]
      + (document.sentence.map { ["<p><strong>\(XMLText.escape($0))</strong></p>"] } ?? [])
      + HTMLTable(
        headings: ["Check", "Outcome", "Finding"].map { HTMLTable.Heading(text: $0) },
        rows: document.checks.map { check in
          [check.check, check.outcome, check.finding].map { HTMLTable.Cell($0) }
        }
      ).lines
  }
}
