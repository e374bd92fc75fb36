import Essentials
import Foundation
import Provenance
import Reports
import Store

/// A stored run as one HTML page.
package enum ReportPage {
  /// Writes the page of a run below its results.
  ///
  /// - Parameters:
  ///   - prefix: of the run's id; nil for the latest.
  ///   - results: folder of the database.
  /// - Returns: the page's path.
  /// - Throws: ``HarnessError`` where there is no database or no run; errors of the store, `FileError`.
  package static func write(_ prefix: String?, results: String) throws -> String {
    let store = try ResultsDatabase.open(results)
    let run = try StoredRun.find(prefix, in: store)
    let path = "\(results)/pages/\(run.record.id).html"
    try FileManager.default.createDirectory(
      atPath: PathText.folder(of: path), withIntermediateDirectories: true)
    let table = try StoredReports.table(of: run)
    var report = try StoredReports.report(run, of: table, in: store, results: results)
    report.browser = try ImageBrowser(
      run, columns: ReportColumn.columns(of: run, in: table), in: store, results: results,
      page: path)
    try AtomicFile.write(Array(ReportFormat.html.render(report).utf8), to: path)
    return path
  }
}
