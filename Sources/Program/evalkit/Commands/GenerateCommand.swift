import ArgumentParser
import Cluster
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
      """,
    examples: [
      "evalkit generate --dataset synthetic --method a=builtin:paint --output a"
    ])

  @Option(help: .dataset)
  var dataset: String

  @OptionGroup var outside: OutsideFlag

  @Option(help: .method)
  var method: String

  @Option(
    help: ArgumentHelp("Folder to write the images to", valueName: "dir"), completion: .directory)
  var output: String

  @Option(
    in: .side,
    help: ArgumentHelp(
      "Width and height of what built-in methods and systems make", valueName: "pixels"))
  var size = GenerateOptions.defaultSide

  @OptionGroup var failures: FailureLimit
  @OptionGroup var part: ShardOption
  @OptionGroup var command: CommandArguments
  @OptionGroup var common: CommonOptions

  func run() throws {
    Interruption.listen()
    var options = GenerateOptions()
    options.runOptions = try RunOptions(common)
    common.diagnostics.apply(to: &options.runOptions, counting: "images")
    options.dataset = dataset
    options.method = method
    options.output = output
    try options.setShard(part.shard)
    options.limit = common.limit
    options.size = size
    options.allowsOutside = outside.allowOutside
    options.maximumFailures = failures.maxFailures
    options.command = command.options
    let output = try GenerateJob(options).run()
    try Console.result(common.json ? output.json : output.text)
  }
}

extension GenerateCommand: ClusterCommand {
  var work: SlurmJob.Work { .images(folder: output) }
  var givenShard: String? { part.shard }
  var givenJobs: Int? { common.threads.jobs }
}
