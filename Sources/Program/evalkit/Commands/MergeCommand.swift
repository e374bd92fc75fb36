import ArgumentParser
import Foundation
import Harness
import Provenance
import Runs

/// `evalkit merge`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the databases of shards and print the table.",
    discussion: """
      'evalkit table ID --shard i/n' measures a part of a table into its own file, \
      evalkit-shard-i-of-n.sqlite in the folder of --results; any number of processes may do so, on any \
      machines. merge joins the files, in any order, to a run in evalkit.sqlite with the same numbers, \
      to the bit, as one process would have made. Rows that two files share must be equal; where a pair \
      was not measured, nothing is joined and the missing ids are named.
      """)

  @Argument(help: "Databases of shards, or folders with them.")
  var shards: [String]

  @OptionGroup var place: StoredPlace

  @Option(help: ArgumentHelp("Folder of the rendered reports.", valueName: "dir"))
  var reports = "Reports"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Option(
    in: .images,
    help: ArgumentHelp("Images that may fail before the run counts as invalid.", valueName: "n"))
  var maxFailures: Int?

  @OptionGroup var outputs: OutputArguments

  func run() throws {
    var options = MergeOptions()
    options.shards = shards
    options.results = place.results
    options.maximumFailures = maxFailures
    options.isReplacing = outputs.force
    options.jobs = jobs
    options.commandLine = CommandLine.arguments.joined(separator: " ")
    let place = place
    options.notice = { place.notice($0) }
    let output = try MergeJob(options).run(reports: reports)
    try Console.result(place.json ? output.json : output.text)
    place.notice(output.note)
    if let objection = output.objection { throw objection }
  }
}
