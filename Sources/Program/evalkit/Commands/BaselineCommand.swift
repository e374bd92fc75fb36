import ArgumentParser
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
    examples: ["evalkit baseline set main", "evalkit baseline list"],
    subcommands: [List.self, Show.self, Freeze.self, Delete.self], defaultSubcommand: List.self)

  /// `evalkit baseline list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List all baselines.", examples: ["evalkit baseline list --json"])

    @OptionGroup var store: StoreOptions

    func run() throws { try Console.result(store.place.baselines.list(json: store.json)) }
  }

  /// `evalkit baseline show NAME`.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a baseline's scores.", examples: ["evalkit baseline show main"])

    @Argument(help: "Name of the baseline")
    var name: String

    @OptionGroup var store: StoreOptions

    func run() throws { try Console.result(store.place.baselines.show(name, json: store.json)) }
  }

  /// `evalkit baseline set NAME`.
  struct Freeze: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Freeze a run under a name, replacing the previous one.",
      examples: ["evalkit baseline set main"])

    @Argument(help: "Name of the baseline")
    var name: String

    @Option(name: .customLong("run"), help: .storedRun)
    var id: String?

    @OptionGroup var threads: JobsOption

    @OptionGroup var place: ResultsOption

    func run() throws {
      try Console.result(place.baselines.set(name, run: id, jobs: threads.jobs))
    }
  }

  /// `evalkit baseline delete NAME`.
  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a baseline.", examples: ["evalkit baseline delete main"])

    @Argument(help: "Name of the baseline")
    var name: String

    @OptionGroup var place: ResultsOption

    func run() throws { try Console.result(place.baselines.delete(name)) }
  }
}

extension ResultsOption {
  /// The folder's baselines.
  fileprivate var baselines: BaselineLibrary { BaselineLibrary(results: results) }
}
