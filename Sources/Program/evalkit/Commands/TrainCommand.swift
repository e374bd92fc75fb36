import ArgumentParser
import Harness
import Provenance

/// `evalkit train`.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train the compact networks on the synthetic face world; without a name, list them.")

  @Argument(help: "Networks of the compact suite, or all.")
  var names: [String] = []

  @Option(help: ArgumentHelp("Folder for weights, cards and loss curves.", valueName: "dir"))
  var output = "Results/training"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Print no diagnostics but errors.")
  var quiet = false

  @Flag(help: "Show no progress.")
  var noProgress = false

  func run() throws {
    guard !names.isEmpty else { return try Console.result(RecipeListing.text) }
    Interruption.listen()
    var options = TrainOptions()
    (options.names, options.output, options.jobs) = (names, output, jobs)
    options.shouldStop = { Interruption.isRequested }
    let progressLine = ProgressLine(isSilent: quiet || noProgress)
    options.progress = { progressLine.show($0) }
    let isQuiet = quiet
    options.notice = { if !isQuiet { Console.error("evalkit: \($0)") } }
    try Console.result(try TrainJob(options).run())
  }
}
