import Datasets
import Essentials
import Foundation
import Generators
import Metrics
import Reports
import Store
import Tables

/// A table by its protocol id, measured and rendered, or only planned.
package struct TableJobRequest: Sendable {
  private let tableID: String
  private let options: TableOptions

  /// Asks for a table by its protocol id.
  package init(tableID: String, options: TableOptions) {
    self.tableID = tableID
    self.options = options
  }

  /// What was written and is printed.
  package struct Output: Sendable {
    package let markdown: String
    package let json: String
    /// The Markdown file.
    package let path: String
  }

  /// Measures, stores, and renders into a folder.
  ///
  /// - Throws: whatever stands in the way, one sentence each.
  package func run(reports: String) throws -> Output {
    let table = try table()
    // The default table's report has a name of its own, which other tools rely on.
    let path = "\(reports)/\(table.id == "ddgi.table1" ? "table1" : table.id).md"
    try OutputPlace.prepare(path)
    let session = try TableJob(table, options: options).run()
    let run = try StoredRun.find(session.id, in: session.store)
    let report = ReportBuilder(run, table: table).report()
    let markdown = ReportFormat.markdown.render(report)
    try AtomicFile.write(Array(markdown.utf8), to: path)
    return Output(markdown: markdown, json: ReportFormat.json.render(report), path: path)
  }

  /// What the job would cost.
  ///
  /// - Throws: whatever would stand in the way of the job.
  package func plan() throws -> CostPlan { try CostPlan(try table(), options: options) }

  /// The protocol, with the switches that the command line changes.
  private func table() throws -> PaperTable {
    let table = try ProtocolLibrary.folder().table(tableID)
    guard let mode = options.fidMode else { return table }
    return try table.setting("fid_impl", to: mode.rawValue)
  }
}

extension TableOptions {
  /// Reads what the command line spells as text; nil leaves the default.
  ///
  /// - Throws: errors that name what is not understood and the nearest valid word.
  package mutating func read(
    dataset: String, methods: [String], metrics: String?, fidMode: String?
  ) throws {
    self.dataset = try DatasetSpecification(parsing: dataset)
    self.methods = try MethodSpecification.parse(all: methods)
    self.metrics = try metrics.map { try MetricIdentifier.list($0) }
    self.fidMode = try fidMode.map { try FrechetMode.named($0) }
  }

  /// Changes how many seconds an external command may take for an image, and in addition to start.
  package mutating func setCommandTimeouts(request: Double?, start: Double?) {
    if let request { command.secondsPerRequest = request }
    if let start { command.secondsToStart = start }
  }
}
