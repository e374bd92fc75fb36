import Datasets
import Essentials
import Foundation
import Generators
import Measurement
import Metrics
import Provenance
import Reports
import Runs
import Store
import Tables
import Terms

/// A table by its protocol id, measured and rendered, or only planned.
package struct TableJobRequest: Sendable {
  private let tableID: String
  private let options: TableOptions

  /// Asks for a table by its protocol id.
  package init(tableID: String, options: TableOptions) {
    self.tableID = tableID
    self.options = options
  }

  /// Measures, stores, and renders into a folder; a shard is only stored.
  ///
  /// - Throws: the errors of datasets, methods, weights and outputs, one sentence each.
  package func run(reports: String) throws -> ReportOutput {
    let table = try table()
    let isPrinted = table.isPublishedOnly && options.metrics == nil
    if options.shard != nil {
      if isPrinted { throw HarnessError(.usage, "\(table.id) has nothing to measure in shards") }
      return try ShardSummary(TableJob(table, options: options).run().session).output
    }
    let files = ReportFiles(of: table, in: reports, isReplacing: options.isReplacing)
    try files.prepare()
    if isPrinted { return try files.write(PublishedReport(table).report()) }
    let result = try TableJob(table, options: options).run()
    let session = result.session
    var output = try files.write(
      StoredRun.find(session.id, in: session.store), of: table, in: session.store,
      results: options.results)
    output.objection = result.objection
    return output
  }

  /// What the job would cost.
  ///
  /// - Throws: any error that the job itself would end with.
  package func plan() throws -> CostPlan { try CostPlan(try table(), options: options) }

  private func table() throws -> PaperTable {
    let files = try ProtocolLibrary.files()
    let table = try files.table(tableID).setting(options.switches, fidMode: options.fidMode)
    if let note = try files.note(on: tableID) { options.notice(note) }
    try options.tellPublishedRows(of: table)
    return table
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
    self.methods = try MethodSpecification.parse(all: methods, systems: systems)
    self.metrics = try metrics.map { try Metric.list($0) }
    self.fidMode = try fidMode.map { try FrechetMode.named($0) }
  }

  /// Reads `NAME=VALUE` of switches.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package mutating func setSwitches(_ texts: [String]) throws {
    switches = try PaperTable.switches(texts)
  }

  /// Reads `i/n`; nil measures everything.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package mutating func setShard(_ text: String?) throws {
    shard = try text.map { try Shard(option: $0) }
  }
}
