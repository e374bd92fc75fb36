import ArgumentParser
import Harness
import Provenance

/// `evalkit train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train the compact networks on the synthetic face world; without a name, list them.",
    examples: ["evalkit train", "evalkit train compact-bisenet"])

  @Argument(of: .recipes, default: "list them", help: "Networks of the compact suite")
  var names: [String] = []

  @Option(
    help: ArgumentHelp("Folder for weights, cards and loss curves", valueName: "dir"),
    completion: .directory)
  var output = "Results/training"

  @OptionGroup var threads: JobsOption
  @OptionGroup var diagnostics: DiagnosticOptions

  func run() throws {
    guard !names.isEmpty else { return try Console.result(RecipeListing.text) }
    Interruption.listen()
    var options = TrainOptions()
    options.runOptions = try RunOptions(threads, diagnostics)
    (options.names, options.output) = (names, output)
    try Console.result(try TrainJob(options).run())
  }
}
