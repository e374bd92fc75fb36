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
    /// For people.
    package let text: String
    package let json: String
    /// What to say of the file that was written.
    package let note: String
    /// What keeps the run from counting, though all this is there; nil if nothing does.
    package var objection: HarnessError?
  }

  /// Measures, stores, and renders into a folder; a shard is only stored.
  ///
  /// - Throws: whatever stands in the way, one sentence each.
  package func run(reports: String) throws -> Output {
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
  /// - Throws: whatever would stand in the way of the job.
  package func plan() throws -> CostPlan { try CostPlan(try table(), options: options) }

  private func table() throws -> PaperTable {
    let table = try ProtocolLibrary.folder().table(tableID).set(by: options)
    try options.tellPublishedRows(of: table)
    return table
  }
}

extension PaperTable {
  /// The protocol with the switches that options change.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a switch or value that does not exist.
  func set(by options: TableOptions) throws -> PaperTable {
    var table = self
    for (name, value) in options.switches {
      do { table = try table.setting(name, to: value) } catch {
        throw HarnessError(.usage, "--set \(name)=\(value): \(error)")
      }
    }
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

  /// Reads `NAME=VALUE` of switches.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package mutating func setSwitches(_ texts: [String]) throws {
    switches = try texts.map { text in
      let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2 else {
        throw HarnessError(.usage, "--set wants SWITCH=VALUE, not '\(text)'")
      }
      return (halves[0], halves[1])
    }
  }

  /// Reads `i/n`; nil measures everything.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package mutating func setShard(_ text: String?) throws {
    shard = try text.map { try Shard(parsing: $0) }
  }

  /// Changes how external commands are run.
  package mutating func setCommand(_ limits: CommandLimits) { limits.apply(to: &command) }
}
