import ArgumentParser
import Harness
import Provenance
import Runs

/// What `table1` and `table` share.
struct TableArguments: ParsableArguments {
  @OptionGroup var common: CommonOptions
  @OptionGroup var measurement: MeasurementOptions

  @Option(help: .dataset)
  var dataset = "synthetic"

  @OptionGroup var outside: OutsideFlag

  @Option(
    in: .pairs, default: "the protocol's number",
    help: ArgumentHelp("How many pairs to measure", valueName: "n"))
  var pairs: Int?

  @Option(name: .customLong("method"), help: ArgumentHelp.method.repeatable)
  var methods: [String] = []

  @Option(
    help: ArgumentHelp(
      "Metrics to measure; one without any value ends the run with 6, after the others are measured",
      default: "the protocol's columns", valueName: "list"))
  var metrics: String?

  @Option(help: .fidMode(default: "the protocol's"))
  var fidMode: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Switch of the protocol, for example fid_ref=all; see 'evalkit protocols show ID'",
      valueName: "switch=value"
    ).repeatable)
  var switches: [String] = []

  @OptionGroup var failures: FailureLimit
  @OptionGroup var part: ShardOption
  @OptionGroup var command: CommandArguments

  /// Measures, writes the report and prints it.
  func run(table id: String) throws {
    Interruption.listen()
    let output = try TableJobRequest(tableID: id, options: options())
      .run(reports: common.reports.reports)
    try Console.result(common.json ? output.json : output.text)
    common.notice(output.note)
    if let objection = output.objection { throw objection }
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

/// `evalkit table1`.
struct TableOneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table1", abstract: "Measure and print Table 1 of a paper.")

  @Option(help: ArgumentHelp("Paper whose Table 1 is measured", valueName: "name"))
  var paper = "ddgi"

  @OptionGroup var arguments: TableArguments

  func run() throws { try arguments.run(table: "\(paper).table1") }
}

/// `evalkit table ID`.
struct TableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table", abstract: "Measure and print any table, by protocol id.")

  @Argument(help: "Protocol id, for example ddgi.table1; see 'evalkit protocols'")
  var id: String

  @OptionGroup var arguments: TableArguments

  func run() throws { try arguments.run(table: id) }
}

/// `evalkit plan`.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Print what a table would cost, without measuring.")

  @Argument(help: "Protocol id, for example ddgi.table1")
  var id = "ddgi.table1"

  @OptionGroup var arguments: TableArguments

  func run() throws {
    var options = try arguments.options()
    options.notice = { _ in }
    let plan = try TableJobRequest(tableID: id, options: options).plan()
    try Console.result(arguments.common.json ? plan.json : plan.text)
  }
}
