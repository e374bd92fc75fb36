import Foundation

/// Metrics over runs, as plain values.
package struct HistoryReport: Sendable, Hashable, Encodable {
  /// Version of the JSON's keys.
  package var schema = 1
  /// One series for each metric that was measured in one way.
  package let series: [Series]
  /// Days without a complete run between the first and the last, or since the last, as `2026-01-31`.
  package let missingNights: [String]
  /// Numbers that have no place in a series, one sentence each.
  package let leftOut: [String]

  /// One metric of one method, measured in one way.
  package struct Series: Sendable, Hashable, Encodable {
    /// Id of the table, for example `ddgi.table1`.
    package let `protocol`: String
    /// Name of the method.
    package let method: String
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// What values are in, for example `%`; empty for plain numbers.
    package let unit: String
    /// The first digits of the fingerprint.
    package let fingerprint: String
    /// The first digits of the hash of the pairs.
    package let pairs: String
    /// `lower` or `higher`.
    package let better: String
    /// Oldest first.
    package let points: [Point]
    /// Changes of level, oldest first.
    package let steps: [Step]
    /// What baselines say, by name.
    package let baselines: [String: Double]

    /// A series with the steps that were found in it; values are in the printed scale.
    package init(
      protocol: String, method: String, metric: String, unit: String = "", fingerprint: String,
      pairs: String,
      better: String, points: [Point], steps: [Step], baselines: [String: Double]
    ) {
      self.protocol = `protocol`
      self.method = method
      self.metric = metric
      self.unit = unit
      self.fingerprint = fingerprint
      self.pairs = pairs
      self.better = better
      self.points = points
      self.steps = steps
      self.baselines = baselines
    }
  }

  /// A run's number.
  package struct Point: Sendable, Hashable, Encodable {
    /// Id of the run.
    package let run: String
    /// ISO 8601, UTC.
    package let date: String
    /// The score in the printed scale.
    package let value: Double
    /// Half the width of the 95 % interval; `nil` where none is known.
    package let halfWidth: Double?
    /// What gates said about the metric that night, the last one.
    package let verdict: String?

    /// A run's score, with the date and verdict of its night.
    package init(
      run: String, date: String, value: Double, halfWidth: Double?, verdict: String?
    ) {
      self.run = run
      self.date = date
      self.value = value
      self.halfWidth = halfWidth
      self.verdict = verdict
    }
  }

  /// A change of level.
  package struct Step: Sendable, Hashable, Encodable {
    /// The last run on the old level.
    package let after: String
    /// The first run on the new one.
    package let run: String
    /// Mean before the step, in the printed scale.
    package let before: Double
    /// Mean since the step, in the printed scale.
    package let since: Double
    /// Share of shuffled series with as strong a split.
    package let pValue: Double
    /// `worse` or `better`.
    package let kind: String

    /// A change of level between two runs.
    package init(
      after: String, run: String, before: Double, since: Double, pValue: Double, kind: String
    ) {
      self.after = after
      self.run = run
      self.before = before
      self.since = since
      self.pValue = pValue
      self.kind = kind
    }
  }

  /// A report of series and of what is missing from them.
  package init(series: [Series], missingNights: [String], leftOut: [String] = []) {
    self.series = series
    self.missingNights = missingNights
    self.leftOut = leftOut
  }
}

extension HistoryReport.Series {
  /// Name of the series' picture, `protocol.method.metric.fingerprint.pairs.svg`, with characters that a
  /// file system may not like as `_`.
  package var pictureName: String {
    let name = "\(`protocol`).\(method).\(metric).\(fingerprint).\(pairs)"
    return String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || ".-".contains($0)) ? $0 : "_" })
      + ".svg"
  }
}

extension HistoryReport {
  /// The history as Markdown.
  ///
  /// - Parameter pictures: the folder of the charts, relative to the file; `nil` leaves them out.
  /// - Returns: the text.
  package func markdown(pictures: String?) -> String {
    var text = "# History\n"
    if series.isEmpty { text += "\nNo run has been completed yet.\n" }
    if !missingNights.isEmpty {
      text +=
        "\n**Missing nights: \(missingNights.count)** (\(missingNights.prefix(10).joined(separator: ", "))"
        + (missingNights.count > 10 ? ", …" : "") + ")\n"
    }
    for series in series { text += "\n" + Self.section(series, pictures) }
    if !leftOut.isEmpty {
      text += "\nLeft out: \(MarkdownReport.escape(leftOut.prefix(10).joined(separator: "; ")))"
      text += (leftOut.count > 10 ? "; …" : "") + ".\n"
    }
    return text
  }

  private static func section(_ series: Series, _ pictures: String?) -> String {
    let arrow = series.better == "lower" ? "↓" : "↑"
    let title = "\(series.method): \(series.metric)"
    var text = "## \(MarkdownReport.escape(title)) \(arrow)\n\n"
    text += "\(series.`protocol`), fingerprint `\(series.fingerprint)`, pairs `\(series.pairs)`"
    for name in series.baselines.keys.sorted() {
      let value = ChangeReport.text(series.baselines[name])
      text += "; baseline \(MarkdownReport.escape(name)) \(value)"
    }
    text += ".\n\n"
    if let pictures { text += "![\(title)](\(pictures)/\(series.pictureName))\n\n" }
    for step in series.steps {
      text +=
        "- **\(step.kind)** from run \(step.run) on: \(ChangeReport.text(step.before)) → "
        + "\(ChangeReport.text(step.since)) (after \(step.after), p = \(ChangeReport.text(step.pValue)))\n"
    }
    if !series.steps.isEmpty { text += "\n" }
    let rows = series.points.suffix(30).map { point in
      [
        point.date, point.run, ChangeReport.text(point.value),
        point.halfWidth.map { "± " + ChangeReport.text($0) } ?? "–", point.verdict ?? "–",
      ]
    }
    text += MarkdownReport.lines(
      [["Date", "Run", "Value", "95 %", "Verdict"], [":--", ":--", "--:", "--:", ":--"]] + rows)
    if series.points.count > rows.count {
      text += "\n\n\(series.points.count - rows.count) earlier runs are left out."
    }
    return text + "\n"
  }
}
