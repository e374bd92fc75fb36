import ArgumentParser
import Gate
import Harness
import Provenance

/// `evalkit compare A B`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Compare two stored runs or two methods of one run, paired.",
    discussion: """
      A and B are run ids or their beginnings, RUN:METHOD, or methods of one run (--run, or the \
      latest). Differences are B minus A.
      """, examples: ["evalkit compare paint retrieve"])

  @Argument(help: "What is compared with")
  var first: String

  @Argument(help: "What is compared")
  var second: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("Run that methods belong to", default: "the latest run", valueName: "id"))
  var id: String?

  @OptionGroup var store: StoreOptions
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var threads: JobsOption

  func run() throws {
    var job = CompareJob(first: first, second: second)
    job.runOptions = try RunOptions(store, threads)
    job.run = id
    try Console.result(job.text(json: store.json))
  }
}
