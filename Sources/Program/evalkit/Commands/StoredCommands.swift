import ArgumentParser
import Foundation
import Harness
import Runs

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
