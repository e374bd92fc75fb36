import Foundation
import Measurement
import Provenance
import Reports
import Runs
import Store
import Tensors
import Verdicts

/// A verdict and how it is printed.
package struct GateRun: Sendable {
  /// The run that was judged.
  package let run: String
  /// What was decided.
  package let verdict: Verdict

  /// Judges a stored run.
  ///
  /// - Parameters:
  ///   - request: what is asked of the gate.
  ///   - knownAnswers: measures what is known about what a run needed, and returns a line for each answer that
  ///     is wrong.
  /// - Throws: `RequirementError` and ``HarnessError`` for what is not understood and for runs and
  ///   baselines that are not there; errors of the store.
  package init(
    _ request: GateRequest, knownAnswers: (StoredRun) throws -> [Verdict.Line]
  ) throws {
    let materials = try GateMaterials(request)
    try GateOutputs.check(request)
    var verdict = try Self.verdict(request, materials, knownAnswers)
    if let command = request.confirm, !verdict.alarms.isEmpty, verdict.outcome == .regression {
      verdict = try Confirmation(command: command, request: request).verdict(
        after: verdict, of: materials)
    }
    run = materials.run.record.id
    self.verdict = verdict
    try GateOutputs(request: request, materials: materials, verdict: verdict).write()
    if materials.baseline != nil { try remember(request, materials.store.path) }
  }

  /// The verdict of the gate; where known answers are wrong, that alone, for then a method's scores would be
  /// held against those of another instrument.
  private static func verdict(
    _ request: GateRequest, _ materials: GateMaterials,
    _ knownAnswers: (StoredRun) throws -> [Verdict.Line]
  ) throws -> Verdict {
    request.progress(JobProgress(activity: "asking for known answers"))
    let wrong: [Verdict.Line]
    do { wrong = try knownAnswers(materials.run) } catch {
      throw HarnessError(.invalid, "the known answers cannot be asked for: \(error)")
    }
    request.progress(JobProgress(activity: "judging"))
    return wrong.isEmpty ? try materials.verdict(request) : Verdict(lines: wrong)
  }

  /// Measures how often a gate fires without a change.
  ///
  /// - Returns: one sentence.
  /// - Throws: as for a judgment.
  package static func audit(_ request: GateRequest) throws -> String {
    guard let comparison = try GateMaterials(request).comparison(request) else {
      throw HarnessError(.usage, "--audit needs --baseline")
    }
    request.progress(JobProgress(activity: "judging nights without a change"))
    let audit = try comparison.audit()
    let share = (audit.rate * 1000).rounded() / 10
    return "Audit: \(audit.alarms) of \(audit.nights) nights without a change raised an alarm "
      + "(\(share) %), over \(audit.metrics) metrics of images; the gate allows "
      + "\((comparison.levels.falseAlarms * 1000).rounded() / 10) %."
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
      VerdictDocument(
        run: run, outcome: verdict.outcome.rawValue, code: verdict.exitStatus.code,
        checks: verdict.lines.map { line in
          VerdictDocument.Check(
            check: line.check, outcome: line.outcome.rawValue, finding: line.finding,
            blocking: line.isBlocking, unit: line.unit,
            figures: Dictionary(
              line.figures.map { ("\($0.kind)", $0.value) }, uniquingKeysWith: { $1 }))
        }, sentence: verdict.sentence), pretty: true)
  }

  /// The verdict in words.
  package var sentence: String { verdict.sentence }

  /// What the process ends with.
  package var code: Int32 { verdict.exitStatus.code }
}
