/// A gate on one page.
enum GatePage {
  /// Findings that are shown; the others are counted.
  private static let limit = 200

  /// - Parameters:
  ///   - record: the gate.
  ///   - link: where an image lies, seen from the page.
  ///   - picture: an image as a `data:` address, so that the page needs no other file; nil where it cannot be read.
  /// - Returns: the page.
  static func render(
    _ record: GateRecord, link: (String) -> String, picture: (String) -> String?
  ) -> String {
    let title = record.report.name
    var body = ["<h1>\(XMLText.escape(title))</h1>"]
    body.append("<p><strong>\(XMLText.escape(record.sentence))</strong></p>")
    body.append("<p>\(XMLText.escape("Run \(record.run)."))</p>")
    body += table(
      ["Method", "Check", "", "Finding"],
      record.report.checksByGravity.map { check in
        [check.subject, check.name, check.outcome.mark, check.finding].map(XMLText.escape)
      })
    body.append("<h2>Scores</h2>")
    body += table(
      ["Method", "Metric", "Score", "Standard error"],
      record.measurements.map { measurement in
        [
          measurement.method, measurement.metric, ChangeReport.text(measurement.value),
          ChangeReport.text(measurement.error),
        ].map(XMLText.escape)
      })
    body.append("<h2>Images</h2>")
    body += table(
      ["Method", "Scored", "Failed"],
      record.images.map { [XMLText.escape($0.method), "\($0.scored)", "\($0.failed)"] })
    body += findings(record.findings, link, picture)
    return HTMLPage.render(title: title, body: body)
  }

  private static func findings(
    _ findings: [FileFinding], _ link: (String) -> String, _ picture: (String) -> String?
  ) -> [String] {
    let (shown, omitted) = findings.within(limit)
    if shown.isEmpty { return [] }
    let rows = shown.map { finding in
      let picture = finding.path.map { path in
        let place = XMLText.escape(link(path))
        let shown = picture(path).map { "<img src=\"\($0)\" width=\"96\" alt=\"\">" }
        return "<a href=\"\(place)\">\(shown ?? place)</a>"
      }
      return [finding.rule.rawValue, finding.method, finding.image, finding.message]
        .map(XMLText.escape) + [picture ?? ""]
    }
    let rest =
      omitted == 0 ? [] : ["<p>\(omitted) of \(findings.count) findings are left out.</p>"]
    return ["<h2>Findings</h2>"] + table(["Rule", "Method", "Image", "Finding", ""], rows) + rest
  }

  /// A table of cells that are HTML already.
  private static func table(_ headings: [String], _ rows: [[String]]) -> [String] {
    HTMLTable(
      headings: headings.map { HTMLTable.Heading(text: $0) },
      rows: rows.map { $0.map { HTMLTable.Cell(html: $0) } }
    ).lines
  }
}
