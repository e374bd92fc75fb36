import Foundation

/// How two rows differ, metric by metric, as plain values.
package struct ChangeReport: Sendable, Hashable, Encodable {
  /// Version of the JSON's keys.
  package var schema = 1
  /// What is compared, the first as the baseline.
  package let first: String
  /// What is compared with `first`.
  package let second: String
  /// One change for each metric of each method.
  package let changes: [Change]

  /// One metric of one row.
  package struct Change: Sendable, Hashable, Encodable {
    /// Name of the method.
    package let method: String
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// What the values are in, for example `%`; empty for plain numbers.
    package let unit: String
    /// The baseline's value in the printed scale; `nil` where there is none.
    package let first: Double?
    /// The candidate's value in the printed scale; `nil` where there is none.
    package let second: Double?
    /// `second` less `first`; `nil` where the change cannot be tested.
    package let difference: Double?
    /// Half the width of the 95 % interval.
    package let halfWidth: Double?
    /// p-value after Holm's correction over all changes.
    package let pValue: Double?
    /// Images that both sides share; `nil` where the metric is not paired.
    package let pairs: Int?
    /// The verdict's word, for example `regression`.
    package let outcome: String
    /// Why, in one sentence.
    package let finding: String
    /// How the change was tested.
    package let test: String?

    /// A change with its test; all numbers are in the printed scale.
    package init(
      method: String, metric: String, unit: String = "", first: Double?, second: Double?,
      difference: Double?,
      halfWidth: Double?, pValue: Double?, pairs: Int?, outcome: String, finding: String,
      test: String?
    ) {
      self.method = method
      self.metric = metric
      self.unit = unit
      self.first = first
      self.second = second
      self.difference = difference
      self.halfWidth = halfWidth
      self.pValue = pValue
      self.pairs = pairs
      self.outcome = outcome
      self.finding = finding
      self.test = test
    }
  }

  /// A report of changes from `first` to `second`.
  package init(first: String, second: String, changes: [Change]) {
    self.first = first
    self.second = second
    self.changes = changes
  }

  /// The changes as a Markdown table, with the tests below.
  package var markdown: String {
    var text = "# \(MarkdownReport.escape(second)) beside \(MarkdownReport.escape(first))\n\n"
    text += MarkdownReport.lines(
      [
        [
          "Method", "Metric", "First", "Second", "Difference", "95 %", "p (Holm)", "Pairs",
          "Verdict",
        ],
        [":--", ":--", "--:", "--:", "--:", "--:", "--:", "--:", ":--"],
      ]
        + changes.map { change in
          [
            MarkdownReport.escape(change.method), change.metric, Self.text(change.first),
            Self.text(change.second), Self.text(change.difference),
            change.halfWidth.map { "± " + Self.text($0) } ?? "–", Self.text(change.pValue),
            change.pairs.map { "\($0)" } ?? "–", change.outcome,
          ]
        })
    text += "\n"
    for change in changes {
      text +=
        "\n- \(MarkdownReport.escape("\(change.method), \(change.metric): \(change.finding)"))"
      if let test = change.test { text += " (\(test))" }
    }
    return text + "\n"
  }

  /// Five significant digits.
  package static func text(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "–" }
    if value.isInfinite { return value > 0 ? "∞" : "−∞" }
    return value == 0 ? "0" : String(format: "%.5g", value)
  }
}
