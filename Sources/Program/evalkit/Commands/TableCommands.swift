import ArgumentParser
import Foundation
import Harness
import Measurement
import Provenance
import Runs

/// What `table1` and `table` share.
struct TableArguments: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "synthetic, celebamask-hq:DIR, pairs:MANIFEST.jsonl or folder:DIR.", valueName: "spec"))
  var dataset = "synthetic"

  @Flag(help: .allowOutside)
  var allowOutside = false

  @Option(
    in: .pairs,
    help: ArgumentHelp("How many pairs; the protocol's number unless given.", valueName: "n"))
  var pairs: Int?

  @Option(
    name: .customLong("method"),
    help: ArgumentHelp(
      "A row: NAME=folder:DIR, NAME=command:PROGRAM ARGS… or NAME=builtin:ID. Repeatable.",
      valueName: "name=spec"))
  var methods: [String] = []

  @Option(
    help: ArgumentHelp(
      "Metrics in place of the protocol's columns. One that no row has a value of ends the run with 6, "
        + "after the others are measured.", valueName: "list"))
  var metrics: String?

  @Option(help: ArgumentHelp("pytorch-fid, torch-fidelity or clean-fid.", valueName: "mode"))
  var fidMode: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A switch of the protocol, for example fid_ref=all; see 'evalkit protocols show ID'. Repeatable.",
      valueName: "switch=value"))
  var switches: [String] = []

  @Option(
    in: .images,
    help: ArgumentHelp("Images that may fail before the run counts as invalid.", valueName: "n"))
  var maxFailures: Int?

  @Option(help: .shard)
  var shard: String?

  @OptionGroup var command: CommandArguments

  /// Measures, writes the report and prints it.
  func run(table id: String) throws {
    Interruption.listen()
    var options = try options()
    let progressLine = common.progressLine
    options.shouldStop = { Interruption.isRequested }
    options.progress = { progressLine.show($0) }
    let common = common
    options.notice = { common.notice($0) }
    let output = try TableJobRequest(tableID: id, options: options).run(reports: common.reports)
    try Console.result(common.json ? output.json : output.text)
    common.notice(output.note)
    if let objection = output.objection { throw objection }
  }

  /// The options in the harness's terms.
  func options() throws -> TableOptions {
    var options = TableOptions()
    try options.read(dataset: dataset, methods: methods, metrics: metrics, fidMode: fidMode)
    try options.setSwitches(switches)
    try options.setShard(shard)
    options.setCommand(command.limits)
    options.pairCount = [pairs, common.limit].compactMap(\.self).min()
    options.weights = common.weights
    options.results = common.results
    options.isReplacing = common.output.force
    options.memory = try MemoryLimit(parsing: common.memory)
    options.jobs = common.jobs
    options.seed = common.seed
    options.allowsOutside = allowOutside
    options.maximumFailures = maxFailures
    options.isRecalling = !common.noCache
    options.cacheLimit = try common.cache
    options.isExact = common.exact
    options.commandLine = CommandLine.arguments.joined(separator: " ")
    return options
  }
}

/// `evalkit table1`.
struct TableOneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table1", abstract: "Measure and print Table 1 of a paper.")

  @Option(help: ArgumentHelp("The paper whose Table 1 it is.", valueName: "name"))
  var paper = "ddgi"

  @OptionGroup var arguments: TableArguments

  func run() throws { try arguments.run(table: "\(paper).table1") }
}

/// `evalkit table ID`.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Measure and print any table, by protocol id.")

  @Argument(help: "A protocol id, for example ddgi.table1; see 'evalkit protocols'.")
  var id: String

  @OptionGroup var arguments: TableArguments

  func run() throws { try arguments.run(table: id) }
}

/// `evalkit plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print what a table would cost, without measuring.")

  @Argument(help: "A protocol id, for example ddgi.table1.")
  var id = "ddgi.table1"

  @OptionGroup var arguments: TableArguments

  func run() throws {
    let plan = try TableJobRequest(tableID: id, options: try arguments.options()).plan()
    try Console.result(arguments.common.json ? plan.json : plan.text)
  }
}
