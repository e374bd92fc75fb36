import ArgumentParser
import Foundation
import Harness

/// `evalkit protocols`.
struct ProtocolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protocols", abstract: "List the tables that can be measured, or show one.",
    subcommands: [List.self, Show.self], defaultSubcommand: List.self)

  /// `evalkit protocols list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List all tables, and what is missing on this machine to measure each.")

    @Option(
      help: ArgumentHelp(
        "Weights to look for: published, published:DIR or the path of a manifest.",
        valueName: "spec"))
    var weights = "published"

    @Flag(help: "Print the result as JSON on stdout.")
    var json = false

    func run() throws {
      let list = try ProtocolListing(weights: weights)
      try Console.result(json ? list.json : list.text)
      if let problem = list.problem { throw problem }
    }
  }

  /// `evalkit protocols show ID`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a table's columns, switches and published values.")

    @Argument(help: "A protocol id, for example ddgi.table1.")
    var id: String

    func run() throws { try Console.result(ProtocolListing.show(id)) }
  }
}

/// `evalkit report [RUN]`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print a stored run.")

  @Argument(help: "A run id or the beginning of one; the latest run unless given.")
  var id: String?

  @Option(help: "markdown, csv, json, latex, junit or html.")
  var format = "markdown"

  @Option(help: ArgumentHelp("Folder of the database.", valueName: "dir"))
  var results = "Results"

  func run() throws {
    try Console.result(StoredReports.report(id, format: format, results: results))
  }
}

/// `evalkit gate`.
struct GateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate", abstract: "Judge a stored run; the exit code is the verdict.",
    discussion: """
      A requirement is METRIC OPERATOR NUMBER in the scale that the table prints, for example \
      'fid<=47', or METHOD:METRIC OPERATOR NUMBER. Without a method it holds for every measured one \
      but the anchors. Exit codes: 0 all hold, 2 one is broken, 6 the run cannot be judged, 64 a \
      requirement is not understood.
      """)

  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("A bound that must hold. Repeatable.", valueName: "requirement"))
  var requirements: [String] = []

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "A run id or the beginning of one; the latest run unless given.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Images of a method that may have failed.", valueName: "n"))
  var maxFailures = 0

  @Option(help: ArgumentHelp("Write the checks as JUnit XML.", valueName: "file"))
  var junit: String?

  @Option(help: ArgumentHelp("Folder of the database.", valueName: "dir"))
  var results = "Results"

  @Flag(help: "Print the verdict as JSON on stdout.")
  var json = false

  func validate() throws {
    if requirements.isEmpty {
      throw ValidationError("Name at least one bound, for example --require 'fid<=47'.")
    }
  }

  func run() throws {
    let judgement = try StoredReports.judge(
      id, requiring: requirements, allowedFailures: maxFailures, junit: junit,
      results: results)
    try Console.result(json ? judgement.json : judgement.text)
    Console.error(judgement.sentence)
    if judgement.code != 0 { throw ExitCode(judgement.code) }
  }
}
