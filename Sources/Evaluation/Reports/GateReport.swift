/// What a gate checked, as plain values.
package struct GateReport: Sendable, Hashable {
  /// What was judged, for example `ddgi.table1`.
  package let name: String
  /// The checks, in the verdict's order.
  package let checks: [Check]

  /// How a check ended, in JUnit's terms.
  package enum Outcome: String, CaseIterable, Sendable {
    case passed
    /// A bound is broken: `failure`.
    case broken
    /// The run cannot be judged: `error`.
    case invalid
    /// Not decided, or not run: `skipped`.
    case undecided

    /// One character for tables.
    var mark: String {
      switch self {
      case .passed: "✓"
      case .broken: "✗"
      case .invalid: "⚠"
      case .undecided: "?"
      }
    }
  }

  /// One check.
  package struct Check: Sendable, Hashable {
    /// The method, which groups checks.
    package let subject: String
    /// What was asked, for example `fid <= 47.0`.
    package let name: String
    /// How the check ended.
    package let outcome: Outcome
    /// What was found, in one sentence.
    package let finding: String
    /// Numbers and hashes that belong to it, in order.
    package let properties: [TableReport.Fact]

    /// A check of a method with its finding.
    package init(
      subject: String, name: String, outcome: Outcome, finding: String,
      properties: [TableReport.Fact] = []
    ) {
      self.subject = subject
      self.name = name
      self.outcome = outcome
      self.finding = finding
      self.properties = properties
    }
  }

  /// A report of the checks of what was judged.
  package init(name: String, checks: [Check]) {
    self.name = name
    self.checks = checks
  }

  /// The checks, those that count against the gate first.
  var checksByGravity: [Check] {
    [Outcome.invalid, .broken, .undecided, .passed].flatMap { outcome in
      checks.filter { $0.outcome == outcome }
    }
  }

  /// The checks as JUnit XML, which CI systems show as tests.
  package var junit: String { JUnitReport.render(self) }

  /// The checks as Markdown for a place that takes `limit` bytes, 1 MiB for a step on GitHub.
  package func stepSummary(sentence: String, limit: Int = 1 << 20) -> String {
    StepSummary.render(self, sentence: sentence, limit: limit)
  }
}
