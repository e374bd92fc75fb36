/// A gate as the Markdown that CI systems show beside a job.
enum StepSummary {
  /// Renders a gate; what counts against it comes first.
  ///
  /// - Parameters:
  ///   - gate: what was checked.
  ///   - sentence: the verdict in words.
  ///   - limit: bytes that the place takes. Checks that do not fit are counted, not dropped in silence.
  /// - Returns: Markdown of at most `limit` bytes, as long as its head fits.
  static func render(_ gate: GateReport, sentence: String, limit: Int) -> String {
    let head =
      "## \(MarkdownReport.escape(gate.name))\n\n**\(MarkdownReport.escape(sentence))**\n\n"
      + MarkdownReport.lines([["Method", "Check", "", "Finding"], [":--", ":--", ":--", ":--"]])
      + "\n"
    let rows = gate.checksByGravity.map { check in
      MarkdownReport.lines([
        [check.subject, check.name, check.outcome.mark, check.finding].map(MarkdownReport.escape)
      ]) + "\n"
    }
    // Room for the line that counts what is left out.
    let room = limit - 100
    var text = head
    for (index, row) in rows.enumerated() {
      let isLast = index == rows.count - 1
      guard text.utf8.count + row.utf8.count <= (isLast ? limit : room) else {
        return text + "\n\(rows.count - index) of \(rows.count) checks do not fit here.\n"
      }
      text += row
    }
    return text
  }
}
