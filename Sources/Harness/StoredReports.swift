import Reports
import Store
import Tables

/// Reads what is stored: reports.
package struct StoredReports {
  private let store: Store

  /// Opens the database of a results folder for reading.
  ///
  /// - Throws: ``HarnessError`` if there is none, errors of the store.
  package init(results: String) throws {
    store = try ResultsDatabase.open(results)
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
    return format.render(ReportBuilder(run, table: try Self.table(of: run)).report())
  }

  /// The protocol of a run, with the switches that were set for it; scores without a paper have none.
  static func table(of run: StoredRun) throws -> PaperTable? {
    let id = run.record.protocolID
    guard id != ScoreJob.protocolID else { return nil }
    let table = try ProtocolLibrary.folder().table(id)
    guard case .table(let recipe)? = run.settings.recipe else { return table }
    return try table.set(by: TableOptions(recipe, run.settings))
  }
}
