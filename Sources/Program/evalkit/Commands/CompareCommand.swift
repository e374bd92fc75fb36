import ArgumentParser
import Foundation
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
      """)

  @Argument(help: "What is compared with.")
  var first: String

  @Argument(help: "What is compared.")
  var second: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The run that methods belong to; the latest unless given.", valueName: "id"))
  var id: String?

  @Option(help: ArgumentHelp("Folder of the database.", valueName: "dir"))
  var results = "Results"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Print the changes as JSON on stdout.")
  var json = false

  func run() throws {
    var job = CompareJob(first: first, second: second)
    job.run = id
    job.results = results
    job.jobs = jobs
    try Console.result(job.text(json: json))
  }
}
