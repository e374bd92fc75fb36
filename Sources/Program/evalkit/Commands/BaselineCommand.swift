import ArgumentParser
import Foundation
import Gate
import Harness
import Provenance

/// `evalkit baseline`.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline", abstract: "Freeze runs that later ones are compared with.",
    discussion: """
      A baseline is two files in Results/baselines: NAME.json for reviews, and NAME.images.tsv with \
      the values of single images. Commit both; the database keeps a copy.
      """,
    subcommands: [List.self, Show.self, Freeze.self, Delete.self], defaultSubcommand: List.self)

  /// `evalkit baseline list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List all baselines.")

    @OptionGroup var place: ResultsOption

    @Flag(help: "Print the result as JSON on stdout.")
    var json = false

    func run() throws { try Console.result(place.baselines.list(json: json)) }
  }

  /// `evalkit baseline show NAME`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a baseline's scores.")

    @Argument(help: "The baseline's name.")
    var name: String

    @OptionGroup var place: ResultsOption

    @Flag(help: "Print the file as JSON on stdout.")
    var json = false

    func run() throws { try Console.result(place.baselines.show(name, json: json)) }
  }

  /// `evalkit baseline set NAME`.
  struct Freeze: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Freeze a run under a name, in place of what had it.")

    @Argument(help: "The baseline's name.")
    var name: String

    @Option(
      name: .customLong("run"),
      help: ArgumentHelp(
        "A run id or the beginning of one; the latest run unless given.", valueName: "id"))
    var id: String?

    @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
    var jobs: Int?

    @OptionGroup var place: ResultsOption

    func run() throws {
      try Console.result(place.baselines.set(name, run: id, jobs: jobs))
    }
  }

  /// `evalkit baseline delete NAME`.
  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Remove a baseline.")

    @Argument(help: "The baseline's name.")
    var name: String

    @OptionGroup var place: ResultsOption

    func run() throws { try Console.result(place.baselines.delete(name)) }
  }
}

/// Where the database and the baselines lie.
struct ResultsOption: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the database and the baselines.", valueName: "dir"))
  var results = "Results"

  /// The folder's baselines.
  var baselines: BaselineLibrary { BaselineLibrary(results: results) }
}
