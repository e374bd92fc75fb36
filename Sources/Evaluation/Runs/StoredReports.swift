import Measurement
import Provenance
import Reports
import Store
import Tables

/// Reads what is stored: reports.
package enum StoredReports {
  /// A run in one of the report formats.
  ///
  /// - Parameters:
  ///   - id: of the run, or what it begins with; nil for the latest.
  ///   - format: of the report.
  ///   - layout: of the report's table.
  ///   - results: folder of the database.
  /// - Returns: the text.
  /// - Throws: ``HarnessError`` for an unknown run, or where there is no database; errors of the store.
  package static func report(
    _ id: String?, as format: ReportFormat, layout: TextLayout = .plain, results: String
  ) throws -> String {
    let store = try ResultsDatabase.open(results)
    let run = try StoredRun.find(id, in: store)
    return format.render(
      try report(run, of: table(of: run), in: store, results: results), layout: layout)
  }

  /// All that is stored of a run: the table, the sheet of images if it is asked for, and ranks where the protocol wants
  /// them.
  ///
  /// - Throws: errors of the store.
  package static func report(
    _ run: StoredRun, of table: PaperTable?, in store: Store, results: String, hasSheet: Bool = true
  ) throws -> TableReport {
    let isRanked = table?.isRanked == true && !run.isPruned
    let ranks = isRanked ? try StoredRanks(run, in: store).ranks(in: table) : []
    var report = ReportBuilder(run, table: table, ranks: ranks).report()
    // What the sheet shows is chosen by values of single images.
    if hasSheet, !run.isPruned {
      report.sheet = try SheetFile(run, in: store, results: results).shown
    }
    return report
  }

  /// The protocol of a run, with the switches that were set for it; scores without a paper have none.
  package static func table(of run: StoredRun) throws -> PaperTable? {
    let id = run.record.protocolID
    guard id != StoredRun.scoreProtocolID else { return nil }
    return try table(of: run, in: ProtocolLibrary.files().table(id))
  }

  /// A protocol with the switches that were set for a run of it.
  package static func table(of run: StoredRun, in table: PaperTable) throws -> PaperTable {
    guard case .table(let recipe)? = run.settings.recipe else { return table }
    return try table.setting(
      PaperTable.switches(recipe.switches), fidMode: recipe.fidMode.map(FrechetMode.named))
  }
}
