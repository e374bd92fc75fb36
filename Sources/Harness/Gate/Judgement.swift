import Essentials
import Foundation
import Reports
import Store
import Tables
import Tensors
import Verdicts

/// What the command line asks of a gate.
package struct GateRequest: Sendable {
  /// A run's id or the beginning of one; nil takes the latest.
  package var run: String?
  /// Bounds as they are typed.
  package var requirements: [String] = []
  /// Name of a baseline.
  package var baseline: String?
  /// Name or path of a gate file; nil takes the one named like the baseline's protocol, if there is one.
  package var gate: String?
  /// Whether an undecided gate fails.
  package var isStrict = false
  /// Images of a row that may fail; nil leaves it to the gate file.
  package var allowedFailures: Int?
  /// Age in hours beyond which a run is stale.
  package var freshHours: Double?
  /// Where to write the checks as JUnit XML.
  package var junit: String?
  /// Where to append the checks as Markdown, as in `$GITHUB_STEP_SUMMARY`.
  package var summary: String?
  /// Folder of the database and the baselines.
  package var results = "Results"
  /// Threads; nil takes all cores.
  package var jobs: Int?

  package init() {}
}

/// A verdict and how it is printed.
package struct Judgement: Sendable {
  /// The run that was judged.
  package let run: String
  package let verdict: Verdict
  /// What is judged, for reports.
  let name: String

  /// Judges a stored run.
  ///
  /// - Throws: `RequirementError` and ``HarnessError`` for what is not understood and for runs and
  ///   baselines that are not there; errors of the store.
  package init(_ request: GateRequest) throws {
    let requirements = try GateJob.requirements(request.requirements)
    for place in [request.junit, request.summary].compactMap(\.self) {
      try OutputPlace.check(place)
    }
    let store = try ResultsDatabase.open(request.results)
    let baseline = try request.baseline.map {
      try BaselineLibrary(results: request.results).files($0)
    }
    let run = try StoredRun.find(
      request.run, protocolID: baseline?.document.run.protocol, in: store)
    let table = try StoredReports.table(of: run)
    let gate = try Self.gate(request, baseline)
    let failures = request.allowedFailures ?? gate?.failures.maximum ?? 0
    var verdict = Verdict(lines: [], isStrict: request.isStrict)
    if !requirements.isEmpty {
      verdict = try verdict.joined(
        with: GateJob(run, table: table).verdict(
          requiring: requirements, allowedFailures: failures))
    }
    if let baseline {
      var comparison = BaselineGate(
        run: run, table: table, baseline: baseline, gate: gate, store: store)
      comparison.allowedFailures = failures
      comparison.freshHours = request.freshHours
      comparison.workers = Workers(count: request.jobs)
      verdict = verdict.joined(with: try comparison.verdict())
    }
    self.run = run.record.id
    self.verdict = verdict
    name = run.record.protocolID
    if let junit = request.junit {
      try AtomicFile.write(Array(verdict.report(named: name).junit.utf8), to: junit)
    }
    if let summary = request.summary { try append(to: summary) }
    if baseline != nil { try remember(request, store.path) }
  }

  /// Measures how often a gate fires without a change.
  ///
  /// - Returns: one sentence.
  /// - Throws: as for a judgement.
  package static func audit(_ request: GateRequest) throws -> String {
    let store = try ResultsDatabase.open(request.results)
    guard let name = request.baseline else {
      throw HarnessError(.usage, "--audit needs --baseline")
    }
    let baseline = try BaselineLibrary(results: request.results).files(name)
    let run = try StoredRun.find(
      request.run, protocolID: baseline.document.run.protocol, in: store)
    var comparison = BaselineGate(
      run: run, table: try StoredReports.table(of: run), baseline: baseline,
      gate: try gate(request, baseline), store: store)
    comparison.workers = Workers(count: request.jobs)
    let audit = try comparison.audit()
    let share = (audit.rate * 1000).rounded() / 10
    return "Audit: \(audit.alarms) of \(audit.nights) nights without a change raised an alarm "
      + "(\(share) %), over \(audit.metrics) metrics of images; the gate allows "
      + "\((comparison.levels.falseAlarms * 1000).rounded() / 10) %."
  }

  /// The gate file that was asked for, or the protocol's own.
  private static func gate(
    _ request: GateRequest, _ baseline: BaselineFiles?
  ) throws -> GateFile? {
    guard let baseline else {
      if request.gate == nil { return nil }
      throw HarnessError(.usage, "--gate needs --baseline: its rules are about changes")
    }
    do {
      if let name = request.gate { return try ProtocolLibrary.folder().gate(name) }
      let own = baseline.document.run.protocol
      // Scores without a paper have no protocol, and need no folder of protocols.
      if own == ScoreJob.protocolID { return nil }
      let folder = try ProtocolLibrary.folder()
      return folder.hasGate(own) ? try folder.gate(own) : nil
    } catch let error as TableError {
      // A gate that cannot be read must never look like a run that failed.
      throw HarnessError(.usage, error.description)
    }
  }

  /// Adds to what other commands of the step have written, within the limit of the whole.
  private func append(to path: String) throws {
    let exists = FileManager.default.fileExists(atPath: path)
    let before = exists ? try RegularFile(path).contents() : []
    let text = verdict.report(named: name).stepSummary(
      sentence: sentence, limit: (1 << 20) - before.count)
    try AtomicFile.write(before + Array(text.utf8), to: path)
  }

  /// Notes the verdict in the database, for the history.
  private func remember(_ request: GateRequest, _ path: String) throws {
    guard FileManager.default.isWritableFile(atPath: path) else { return }
    let store = try Store(path: path)
    try store.add(
      VerdictRecord(
        run: run, baseline: request.baseline ?? "", created: Date(),
        outcome: verdict.outcome.rawValue, code: Int(verdict.exitStatus.code), report: json))
  }

  // MARK: Print

  /// One line a check.
  package var text: String {
    verdict.lines.map { line in
      "\(line.outcome.rawValue): \(line.check): \(line.finding)"
        + (line.isBlocking ? "" : " (not blocking)")
    }.joined(separator: "\n")
  }

  /// The verdict as JSON.
  package var json: String {
    JSONText.encode(
      Document(
        run: run, outcome: verdict.outcome.rawValue, code: verdict.exitStatus.code,
        checks: verdict.lines.map { line in
          Document.Check(
            check: line.check, outcome: line.outcome.rawValue, finding: line.finding,
            blocking: line.isBlocking,
            figures: Dictionary(
              line.figures.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        }, sentence: verdict.sentence), pretty: true)
  }

  /// The verdict in words.
  package var sentence: String { verdict.sentence }

  /// What the process ends with.
  package var code: Int32 { verdict.exitStatus.code }

  private struct Document: Encodable {
    struct Check: Encodable {
      let check, outcome, finding: String
      let blocking: Bool
      let figures: [String: Double]
    }

    var schema = 1
    let run, outcome: String
    let code: Int32
    let checks: [Check]
    let sentence: String
  }
}
