import Essentials
import Foundation
import Provenance
import Reports
import Store
import Tables

/// A table's report on disk: `NAME.md`, and its pictures in the folder `NAME` beside it.
package struct ReportFiles {
  /// Folder of the report.
  let folder: String
  /// The report's name.
  let name: String
  /// Whether files may be replaced that evalkit did not write.
  let isReplacing: Bool

  private var path: String { "\(folder)/\(name).md" }

  private func path(ofPicture picture: String) -> String { "\(folder)/\(name)/\(picture)" }

  /// The files of a table's report.
  package init(of table: PaperTable, in folder: String, isReplacing: Bool) {
    self.folder = folder
    self.isReplacing = isReplacing
    // The default table's report has a fixed name, which other tools rely on.
    name = table.id == "ddgi.table1" ? "table1" : table.id
  }

  /// Makes the folders and refuses what could not be written.
  ///
  /// - Throws: ``HarnessError``.
  package func prepare() throws {
    var place = OutputPlace(isReplacing: isReplacing)
    try place.prepare(path, as: .report)
    // A picture does not record its owner; one at the path that the report links to belongs to the report.
    place.isReplacing = place.isReplacing || FileManager.default.fileExists(atPath: path)
    try place.prepare(path(ofPicture: TableReport.ContactSheet.fileName), as: .picture)
  }

  /// Renders a stored run.
  ///
  /// - Throws: errors of the store, `FileError`.
  package func write(
    _ run: StoredRun, of table: PaperTable, in store: Store, results: String
  ) throws -> ReportOutput {
    try write(StoredReports.report(run, of: table, in: store, results: results))
  }

  /// Writes the pictures, then the Markdown that shows them.
  ///
  /// What is printed names the run, the file does not: the same numbers give the same files, which may be
  /// under version control.
  ///
  /// - Throws: `FileError`.
  package func write(_ report: TableReport) throws -> ReportOutput {
    var report = report
    report.pictureFolder = name
    for chart in report.charts {
      try AtomicFile.write(Array(chart.svg.utf8), to: path(ofPicture: chart.name))
    }
    if let sheet = report.sheet {
      try AtomicFile.write(
        sheet.jpeg, to: path(ofPicture: TableReport.ContactSheet.fileName))
    }
    var lasting = report
    lasting.facts.removeAll { $0.name == ReportBuilder.runFact }
    try AtomicFile.write(Array(ReportFormat.markdown.render(lasting).utf8), to: path)
    let sheet = report.sheet.map { _ in
      ", sheet in \(self.path(ofPicture: TableReport.ContactSheet.fileName))"
    }
    return ReportOutput(report, note: "report in \(path)\(sheet ?? "")")
  }
}
