import ArgumentParser
import Foundation
import Harness
import Provenance

/// `evalkit generate`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Run a method over a pair manifest; a second call makes what is missing.",
    discussion: """
      Writes <id>.png for every pair into the output folder, and into its sub-folder .evalkit a receipt \
      for each image (receipts.jsonl), what failed and why (failures.jsonl) and a command's standard \
      error (command-N.log). Each id has a seed of its own, which depends on --seed and the id alone. \
      Shards may share the folder; each has a ledger of its own, failures-i-of-n.jsonl. \
      The folder then serves as --method NAME=folder:DIR.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "pairs:MANIFEST.jsonl, celebamask-hq:DIR, folder:DIR, ffhq:DIR, lsun:DIR, zip:FILE or synthetic.",
      valueName: "spec"))
  var dataset: String

  @Flag(help: .allowOutside)
  var allowOutside = false

  @Option(
    help: ArgumentHelp(
      "NAME=folder:DIR, NAME=command:PROGRAM ARGS… or NAME=builtin:ID.", valueName: "name=spec"))
  var method: String

  @Option(help: ArgumentHelp("Folder of the images.", valueName: "dir"))
  var output: String

  @Option(
    in: .side,
    help: ArgumentHelp("Width and height of what built-in methods make.", valueName: "pixels"))
  var size = 256

  @Option(
    in: .images,
    help: ArgumentHelp("Images that may fail before the run counts as invalid.", valueName: "n"))
  var maxFailures: Int?

  @Option(help: .shard)
  var shard: String?

  @OptionGroup var command: CommandArguments

  func run() throws {
    Interruption.listen()
    var options = GenerateOptions()
    options.dataset = dataset
    options.method = method
    options.output = output
    options.isReplacing = common.output.force
    options.results = common.results
    try options.setShard(shard)
    options.weights = common.weights
    options.isExact = common.exact
    options.limit = common.limit
    options.size = size
    options.jobs = common.jobs
    options.seed = common.seed
    options.allowsOutside = allowOutside
    options.maximumFailures = maxFailures
    options.command = command.limits
    let line = ProgressLine(isSilent: common.quiet || common.noProgress, unit: "images")
    options.shouldStop = { Interruption.isRequested }
    options.progress = { line.show($0) }
    let common = common
    options.notice = { common.notice($0) }
    let output = try GenerateJob(options).run()
    try Console.result(common.json ? output.json : output.text)
  }
}
