import ArgumentParser
import Cluster
import Datasets
import Foundation
import Harness
import Provenance
import Reports
import Runs

/// What `table1` and `table` share.
struct TableArguments: ParsableArguments {
  @Option(help: .dataset)
  var dataset = "synthetic"

  @OptionGroup var outside: OutsideFlag
  @OptionGroup var protocols: ProtocolsOption

  @Option(
    in: .pairs, default: "the protocol's number",
    help: ArgumentHelp("How many pairs to measure", valueName: "n"))
  var pairs: Int?

  @Option(
    name: .customLong("method"),
    help: ArgumentHelp.method.telling(default: "the protocol's own").repeatable)
  var methods: [String] = []

  @Option(
    of: .metrics, default: "the protocol's columns",
    help: ArgumentHelp(
      "Metrics to measure, with commas; one without any value ends the run with 6, after the others are measured",
      valueName: "list"))
  var metrics: String?

  @Option(
    of: .fidModes, default: "the protocol's",
    help: ArgumentHelp("Input pipeline of FID", valueName: "mode"))
  var fidMode: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Switch of the protocol, for example fid_ref=all; see 'evalkit protocols show ID'",
      default: "the protocol's values",
      valueName: "switch=value"
    ).repeatable)
  var switches: [String] = []

  @OptionGroup var print: PrintOptions

  @Flag(help: "Show no first table of a few pairs while a long one is measured on a terminal")
  var noPreview = false

  @OptionGroup var failures: FailureLimit
  @OptionGroup var part: ShardOption
  @OptionGroup var command: CommandArguments
  @OptionGroup var measurement: MeasurementOptions
  @OptionGroup var common: CommonOptions

  /// Measures, writes the report and prints it.
  func run(table id: String) throws {
    Interruption.listen()
    let options = try options()
    try announce(id, options)
    let output = try TableJobRequest(tableID: id, options: options)
      .run(reports: common.reports.reports)
    try print.show(output, json: common.json)
    common.notice("\(output.note); 'evalkit open' shows the page")
    if let objection = output.objection { throw objection }
  }

  /// Pairs from which on a table takes minutes, and those of the first look.
  private static let (manyPairs, fewPairs) = (1000, 100)

  /// Says what is coming and how long it takes; shows a table of a few pairs to who waits at a terminal, until the
  /// whole one takes its place.
  ///
  /// Only drawn faces under the compact suite, whose cost is known in a second.
  private func announce(_ id: String, _ options: TableOptions) throws {
    var silent = options
    silent.notice = { _ in }
    // What keeps a table from being measured is said by measuring it.
    guard options.weights == "compact", options.dataset == .synthetic, options.shard == nil,
      options.pairCount ?? Self.manyPairs >= Self.manyPairs,
      let plan = try? TableJobRequest(tableID: id, options: silent).plan(),
      plan.pairs >= Self.manyPairs, plan.estimatedSeconds > 30
    else { return }
    common.notice(plan.headline)
    guard !noPreview, !common.json, Console.resultColumns != nil else { return }
    var few = silent
    few.pairCount = Self.fewPairs
    few.results = "\(options.results)/preview"
    defer { try? FileManager.default.removeItem(atPath: few.results) }
    let look = try TableJobRequest(tableID: id, options: few).run(reports: "\(few.results)/reports")
    try Console.draft(
      "A first look at \(Self.fewPairs) of \(plan.pairs) pairs\n\n"
        + look.text(as: .table, layout: print.layout))
  }

  /// The options in the harness's terms.
  func options() throws -> TableOptions {
    var options = TableOptions()
    options.runOptions = try RunOptions(common, measurement)
    try options.read(dataset: dataset, methods: methods, metrics: metrics, fidMode: fidMode)
    try options.setSwitches(switches)
    try options.setShard(part.shard)
    options.command = command.options
    options.pairCount = [pairs, common.limit].compactMap(\.self).min()
    options.allowsOutside = outside.allowOutside
    options.maximumFailures = failures.maxFailures
    return options
  }
}

/// A command that measures a table in shards on a cluster.
protocol ClusterTableCommand: ClusterCommand {
  /// Id of the protocol.
  var tableID: String { get }
  /// What the command line says of it.
  var arguments: TableArguments { get }
}

extension ClusterTableCommand {
  var work: SlurmJob.Work {
    .table(results: arguments.common.place.results, reports: arguments.common.reports.reports)
  }
  var givenShard: String? { arguments.part.shard }
  var givenJobs: Int? { arguments.common.threads.jobs }

  func threadSeconds() throws -> Double? {
    var options = try arguments.options()
    options.notice = { _ in }
    let plan = try TableJobRequest(tableID: tableID, options: options).plan()
    return plan.estimatedSeconds * Double(plan.jobs)
  }
}

/// `evalkit table1`.
struct TableOneCommand: ParsableCommand, ClusterTableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table1", abstract: "Measure and print Table 1 of a paper.",
    examples: ["evalkit table1", "evalkit table1 --pairs 100 --method ours=folder:results/ours"])

  @Option(of: .papers, help: ArgumentHelp("Paper whose Table 1 is measured", valueName: "name"))
  var paper = "ddgi"

  @OptionGroup var arguments: TableArguments

  var tableID: String { "\(paper).table1" }

  func run() throws { try arguments.run(table: tableID) }
}

/// `evalkit table ID`.
struct TableCommand: ParsableCommand, ClusterTableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Measure and print any table, by protocol id.",
    examples: [
      "evalkit table collaborative.table1",
      "evalkit table sdg.table1 --dataset celebamask-hq:data --weights published",
    ])

  @Argument(of: .protocols, help: "Protocol id")
  var id: String

  @OptionGroup var arguments: TableArguments

  var tableID: String { id }

  func run() throws { try arguments.run(table: id) }
}

/// `evalkit plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print what a table would cost, without measuring.",
    examples: ["evalkit plan ddgi.table1 --pairs 500"])

  @Argument(of: .protocols, help: "Protocol id")
  var id = "ddgi.table1"

  @OptionGroup var arguments: TableArguments

  func run() throws {
    var options = try arguments.options()
    options.notice = { _ in }
    let plan = try TableJobRequest(tableID: id, options: options).plan()
    try Console.result(arguments.common.json ? plan.json : plan.text)
  }
}
