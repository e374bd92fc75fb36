import ArgumentParser
import Foundation
import Harness
import Provenance
import Runs

/// `evalkit protocols`.
struct ProtocolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "protocols", abstract: "List the tables that can be measured, or show one.",
    examples: ["evalkit protocols", "evalkit protocols show ddgi.table1"],
    subcommands: [List.self, Show.self], defaultSubcommand: List.self)

  /// `evalkit protocols list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List all tables, and what is missing on this machine to measure each.",
      examples: ["evalkit protocols list --json"])

    @Option(
      help: ArgumentHelp(
        "Weights to look for: published, a folder of published weights or the path of a manifest",
        valueName: "spec"))
    var weights = "published"

    @OptionGroup var protocols: ProtocolsOption
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
      abstract: "Show a table's columns, switches and published values.",
      examples: ["evalkit protocols show ddgi.table1"])

    @Argument(of: .protocols, help: "Protocol id")
    var id: String

    @Flag(help: "Print the protocol's file, to start one of your own from")
    var yaml = false

    @OptionGroup var protocols: ProtocolsOption

    func run() throws {
      if yaml { return try Console.result(ProtocolLibrary.text(of: id)) }
      try Console.result(ProtocolListing.show(id))
    }
  }
}

/// `evalkit report [RUN]`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print a stored run.",
    examples: ["evalkit report", "evalkit report --format latex"])

  @Argument(help: .storedRun)
  var id: String?

  @OptionGroup var print: PrintOptions
  @OptionGroup var place: ResultsOption
  @OptionGroup var protocols: ProtocolsOption

  func run() throws {
    try Console.result(
      StoredReports.report(
        id, as: print.chosenFormat, layout: print.layout, results: place.results))
  }
}

/// `evalkit runs`.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the stored runs, the latest first, or prune old ones.",
    examples: ["evalkit runs", "evalkit runs prune"],
    subcommands: [List.self, Prune.self], defaultSubcommand: List.self)

  /// `evalkit runs list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the stored runs, the latest first.", examples: ["evalkit runs list --json"])

    @Option(in: .entries, help: ArgumentHelp("How many runs at most", valueName: "n"))
    var limit = 20

    @OptionGroup var store: StoreOptions

    func run() throws {
      let listing = try RunListing(results: store.results, limit: limit)
      try Console.result(store.json ? listing.json : listing.text)
    }
  }

  /// `evalkit runs prune`.
  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete what old runs hold of single images.",
      discussion: """
        Scores of sets, failures and settings of all runs stay, and with them reports and 'evalkit history'. What goes are \
        the values of single images, which 'compare', 'blame', 'verify' and 'show RUN ID' need. The latest runs of each \
        table, dataset and weights stay as they are, and so do runs that a baseline was made of and runs that are not \
        complete. The cache of results has a limit of its own: 'evalkit cache --limit'.
        """, examples: ["evalkit runs prune --keep 10 --dry-run", "evalkit runs prune"])

    @Option(
      in: .entries, help: ArgumentHelp("How many runs of each kind stay whole", valueName: "n"))
    var keep = 30

    @Flag(help: "Say which runs would be pruned, and delete nothing")
    var dryRun = false

    @OptionGroup var store: StoreOptions

    func run() throws {
      let pruning = try RunPruning(results: store.results, keeping: keep, isTried: dryRun)
      try Console.result(store.json ? pruning.json : pruning.text)
    }
  }
}

/// `evalkit show RUN [ID]`.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show how a run was made and what failed, or one image's values.",
    discussion: "RUN may be the beginning of an id, or 'latest'.",
    examples: ["evalkit show latest", "evalkit show latest 000017"])

  @Argument(help: ArgumentHelp("Run id, the beginning of one, or latest", valueName: "run"))
  var id = "latest"

  @Argument(
    help: ArgumentHelp("Id of a pair, whose values are shown", default: "the whole run"))
  var image: String?

  @OptionGroup var store: StoreOptions

  func run() throws {
    let run = id == "latest" ? nil : id
    guard let image else {
      let details = try RunDetails(run, results: store.results)
      return try Console.result(store.json ? details.json : details.text)
    }
    let details = try ImageDetails(image, run: run, results: store.results)
    try Console.result(store.json ? details.json : details.text)
  }
}

/// `evalkit open [RUN]`.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Write a stored run as one page and open it in a browser.",
    discussion: """
      The page goes to pages/RUN.html below --results and is opened with $BROWSER, or else xdg-open. Its path is \
      printed in any case.
      """, examples: ["evalkit open", "evalkit open --no-browser"])

  @Argument(help: .storedRun)
  var id: String?

  @Flag(help: "Only write the page and print its path")
  var noBrowser = false

  @OptionGroup var place: ResultsOption
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var quiet: QuietFlag

  func run() throws {
    let path = try ReportPage.write(id, results: place.results)
    try Console.result(path)
    guard !noBrowser else { return }
    let browser = ProcessInfo.processInfo.environment["BROWSER"] ?? "xdg-open"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [browser, path]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let isStarted = (try? process.run()) != nil
    if isStarted { process.waitUntilExit() }
    if !isStarted || process.terminationStatus != 0 {
      quiet.notice(
        "'\(browser)' did not open it; open the page by hand, or name a program in BROWSER")
    }
  }
}
