/// What a gate found.
///
/// The printed words and the exit code both come from `outcome`.
package struct Verdict: Sendable, Hashable {
  /// One line for each check, in the order of the requirements and methods.
  package let lines: [Line]

  /// Whether an undecided gate fails.
  package var isStrict = false

  /// How a check, or the whole gate, ended.
  package enum Outcome: String, CaseIterable, Sendable {
    case pass, improvement, equivalent, inconclusive, regression
    case notComparable = "not-comparable"
    case invalid

    /// Whether a check of this outcome holds.
    package var holds: Bool {
      switch self {
      case .pass, .improvement, .equivalent: true
      case .inconclusive, .regression, .notComparable, .invalid: false
      }
    }
  }

  /// One check and how it ended.
  package struct Line: Sendable, Hashable {
    /// What was checked, for example `ours: fid <= 47.0`.
    package let check: String
    /// How the check ended.
    package let outcome: Outcome
    /// What was found, in one sentence.
    package let finding: String
    /// Whether a regression here fails the gate.
    package var isBlocking = true
    /// Whether the check could have found something; a comparison without a p-value could not.
    package var isTested = true
    /// What values among ``figures`` are in, for example `%`; empty for plain numbers.
    package var unit = ""
    /// Numbers behind the finding, in order.
    package var figures: [Figure] = []

    /// A blocking check with its outcome and a sentence on what was found.
    package init(check: String, outcome: Outcome, finding: String) {
      self.check = check
      self.outcome = outcome
      self.finding = finding
    }
  }

  /// A named number.
  package struct Figure: Sendable, Hashable {
    /// What the number is.
    package let kind: Kind
    /// The number, in the printed scale where it is a score.
    package let value: Double

    /// A number of a kind.
    package init(_ kind: Kind, _ value: Double) {
      self.kind = kind
      self.value = value
    }

    /// What stands behind a finding: a case's name is the key in JSON, its raw value the name in words.
    package enum Kind: String, Sendable {
      case value, baseline, difference, pairs, clusters
      case standardError = "standard error"
      case lowerBound = "lower bound of 95 %"
      case upperBound = "upper bound of 95 %"
      case pValue = "p"
      case adjustedPValue = "p after Holm"
      case minimumDetectableEffect = "minimum detectable effect"
      case furtherPairs = "further pairs"
    }
  }

  /// The gravest outcome of a blocking check; a verdict without any is invalid, for it could not fail.
  ///
  /// Invalid before not comparable before regression: a bound kept or broken by half a run proves
  /// nothing.
  package var outcome: Outcome {
    let counting = lines.filter(\.isBlocking)
    if counting.isEmpty { return .invalid }
    for grave in [Outcome.invalid, .notComparable, .regression, .inconclusive]
    where counting.contains(where: { $0.outcome == grave }) {
      return grave
    }
    return .pass
  }

  /// What the process ends with.
  package var exitStatus: ExitStatus {
    switch outcome {
    case .pass, .improvement, .equivalent: .done
    case .inconclusive: isStrict ? .inconclusive : .done
    case .regression: .regression
    case .notComparable: .notComparable
    case .invalid: .invalidRun
    }
  }

  /// The last line to print: the verdict in words, with its code.
  package var sentence: String {
    let kept = lines.count { $0.outcome.holds }
    var words = "Verdict: \(outcome.rawValue): \(kept) of \(lines.count) checks hold"
    for (title, outcome) in [
      ("improved", Outcome.improvement), ("broken", .regression), ("undecided", .inconclusive),
      ("not comparable", .notComparable), ("invalid", .invalid),
    ] {
      let named = lines.filter { $0.outcome == outcome }.map(\.name)
      if !named.isEmpty { words += "; \(title): \(named.joined(separator: ", "))" }
    }
    return words + " (exit code \(exitStatus.code))."
  }

  /// Wraps checks that were made elsewhere.
  package init(lines: [Line], isStrict: Bool = false) {
    self.lines = lines
    self.isStrict = isStrict
  }

  /// This verdict's checks, then another's.
  package func joined(with other: Verdict) -> Verdict {
    Verdict(lines: lines + other.lines, isStrict: isStrict || other.isStrict)
  }

  /// Holds requirements against evidence.
  ///
  /// - Parameters:
  ///   - requirements: at least one.
  ///   - evidence: what was measured.
  ///   - allowedFailures: how many images of a judged method may have failed.
  /// - Throws: `RequirementError` for a metric or method that does not exist, and for no
  ///   requirements. A metric that exists but was not measured is an invalid run, not a pass.
  package init(
    of requirements: [Requirement], on evidence: Evidence, allowedFailures: Int = 0
  ) throws(RequirementError) {
    guard !requirements.isEmpty else { throw .none }
    var lines: [Line] = []
    if let defect = evidence.defect {
      lines.append(Line(check: "run", outcome: .invalid, finding: "The run is invalid: \(defect)."))
    }
    var judged: [Evidence.Method] = []
    for requirement in requirements {
      let methods = try Self.methods(of: requirement, in: evidence)
      if methods.isEmpty {
        let finding = "The run has no method to judge besides anchors."
        lines.append(Line(check: "\(requirement)", outcome: .invalid, finding: finding))
      }
      for method in methods {
        lines.append(Self.line(requirement, for: method, in: evidence))
        if !judged.contains(method) { judged.append(method) }
      }
    }
    self.lines =
      lines + judged.compactMap { Self.coverage(of: $0, allowedFailures: allowedFailures) }
  }

  private static func methods(
    of requirement: Requirement, in evidence: Evidence
  ) throws(RequirementError) -> [Evidence.Method] {
    guard evidence.knownMetrics.contains(requirement.metric) else {
      throw .unknownMetric(
        text: "\(requirement)", metric: requirement.metric, known: evidence.knownMetrics)
    }
    guard let name = requirement.method else { return evidence.methods.filter { !$0.isAnchor } }
    let methods = evidence.methods.filter { $0.name == name }
    guard !methods.isEmpty else {
      throw .unknownMethod(
        text: "\(requirement)", method: name, known: evidence.methods.map(\.name))
    }
    return methods
  }

  private static func line(
    _ requirement: Requirement, for method: Evidence.Method, in evidence: Evidence
  ) -> Line {
    let bound = "\(requirement.metric) \(requirement.comparison.rawValue) \(requirement.bound)"
    let check = "\(method.name): \(bound)"
    let values = evidence.measurements
      .filter { $0.method == method.name && $0.metric == requirement.metric }.map(\.value)
    guard values.count == 1, let value = values[0], !value.isNaN else {
      let fault = values.count > 1 ? "several values" : "no number"
      return Line(
        check: check, outcome: .invalid,
        finding: "\(method.name) has \(fault) for \(requirement.metric).")
    }
    let holds = requirement.comparison.holds(value, requirement.bound)
    let number = value.isFinite ? "\(value)" : Decision.rounded(value)
    return Line(
      check: check, outcome: holds ? .pass : .regression,
      finding: "\(method.name) has \(requirement.metric) \(number), "
        + (holds ? "which keeps the bound." : "which breaks the bound.")
        + (value.isFinite ? "" : " " + boundless))
  }

  /// What a mean that is infinite does not say.
  private static let boundless =
    "A mean is infinite where one image equals its reference; the mean of the others stands in the run's "
    + "details."

  /// A line about images only where they spoil the verdict.
  package static func coverage(of method: Evidence.Method, allowedFailures: Int) -> Line? {
    guard method.scored == 0 || method.failed + method.missing > allowedFailures else { return nil }
    let finding =
      method.scored == 0
      ? "No image of \(method.name) was scored."
      : loss(of: method, allowedFailures: allowedFailures)
    return Line(check: "\(method.name): images", outcome: .invalid, finding: finding)
  }

  /// How many images of a method were not scored, in words.
  private static func loss(of method: Evidence.Method, allowedFailures: Int) -> String {
    let lost = method.failed + method.missing
    let how =
      method.missing == 0 ? "failed" : method.failed == 0 ? "are missing" : "failed or are missing"
    return "\(lost) of \(method.scored + lost) images of \(method.name) \(how), more than the "
      + "\(allowedFailures) allowed."
  }
}

extension Verdict.Line {
  /// The check as the verdict's sentence names it.
  fileprivate var name: String { isBlocking ? check : "\(check) (not blocking)" }
}
