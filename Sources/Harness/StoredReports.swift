import Essentials
import Foundation
import Reports
import Store
import Tables
import Verdicts

/// Reads what is stored: reports and verdicts.
package struct StoredReports {
  private let store: Store

  /// Opens the database of a results folder for reading.
  ///
  /// - Throws: ``HarnessError`` if there is none, errors of the store.
  package init(results: String) throws {
    let path = results + "/evalkit.sqlite"
    guard FileManager.default.fileExists(atPath: path) else {
      throw HarnessError(.notComparable, "there is no database at \(path); measure something first")
    }
    store = try Store(path: path, access: .readOnly)
  }

  /// A run in one of the report formats.
  ///
  /// - Throws: ``HarnessError`` for an unknown format or run, errors of the store.
  package static func report(_ id: String?, format: String, results: String) throws -> String {
    let format = try choose(
      format, as: "report format", from: ReportFormat.allCases.map(\.rawValue),
      ReportFormat.init(rawValue:))
    return try StoredReports(results: results).report(id, format: format)
  }

  private func report(_ id: String?, format: ReportFormat) throws -> String {
    let run = try StoredRun.find(id, in: store)
    return format.render(ReportBuilder(run, table: try table(of: run)).report())
  }

  /// A verdict and how it is printed.
  package struct Judgement {
    package let text: String
    package let json: String
    /// The verdict in words.
    package let sentence: String
    package let code: Int32
  }

  /// Holds a run against requirements.
  ///
  /// - Throws: `RequirementError` and ``HarnessError`` for requirements that are not understood and for
  ///   runs that are not there, errors of the store.
  package static func judge(
    _ id: String?, requiring requirements: [String], allowedFailures: Int, junit: String?,
    results: String
  ) throws -> Judgement {
    let requirements = try GateJob.requirements(requirements)
    if let junit { try OutputPlace.check(junit) }
    return try StoredReports(results: results).judge(
      id, requiring: requirements, allowedFailures: allowedFailures, junit: junit)
  }

  private func judge(
    _ id: String?, requiring requirements: [Requirement], allowedFailures: Int, junit: String?
  ) throws -> Judgement {
    let run = try StoredRun.find(id, in: store)
    let verdict = try GateJob(run, table: try table(of: run)).verdict(
      requiring: requirements, allowedFailures: allowedFailures)
    if let junit {
      let report = verdict.report(named: run.record.protocolID)
      try AtomicFile.write(Array(report.junit.utf8), to: junit)
    }
    let lines = verdict.lines.map { "\($0.outcome.rawValue): \($0.check): \($0.finding)" }
    let document = JudgementDocument(
      run: run.record.id, outcome: verdict.outcome.rawValue, code: verdict.exitStatus.code,
      checks: verdict.lines.map {
        JudgementDocument.Check(
          check: $0.check, outcome: $0.outcome.rawValue, finding: $0.finding)
      }, sentence: verdict.sentence)
    return Judgement(
      text: lines.joined(separator: "\n"), json: JSONText.encode(document, pretty: true),
      sentence: verdict.sentence, code: verdict.exitStatus.code)
  }

  /// The protocol of a run; scores without a paper have none.
  private func table(of run: StoredRun) throws -> PaperTable? {
    let id = run.record.protocolID
    return id == ScoreJob.protocolID ? nil : try ProtocolLibrary.folder().table(id)
  }
}

private struct JudgementDocument: Encodable {
  struct Check: Encodable {
    let check, outcome, finding: String
  }

  var schema = 1
  let run, outcome: String
  let code: Int32
  let checks: [Check]
  let sentence: String
}
