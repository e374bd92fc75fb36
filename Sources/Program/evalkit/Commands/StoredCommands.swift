import ArgumentParser
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
        "Weights to look for: published, published:DIR or the path of a manifest",
        valueName: "spec"))
    var weights = "published"

    @OptionGroup var format: JSONFlag

    func run() throws {
      let list = try ProtocolListing(weights: weights)
      try Console.result(format.json ? list.json : list.text)
      if let problem = list.problem { throw problem }
    }
  }

  /// `evalkit protocols show ID`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a table's columns, switches and published values.")

    @Argument(help: "Protocol id, for example ddgi.table1")
    var id: String

    func run() throws { try Console.result(ProtocolListing.show(id)) }
  }
}

/// `evalkit report [RUN]`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print a stored run.")

  @Argument(help: .storedRun)
  var id: String?

  @Option(
    help: ArgumentHelp(
      "Format of the report: markdown, csv, json, latex, junit or html", valueName: "format"))
  var format = "markdown"

  @OptionGroup var place: ResultsOption

  func run() throws {
    try Console.result(StoredReports.report(id, format: format, results: place.results))
  }
}
