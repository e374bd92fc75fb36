import ArgumentParser
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
      """, examples: ["evalkit merge Results"])

  @Argument(help: "Databases of shards, or folders with them")
  var shards: [String]

  @OptionGroup var store: StoreOptions
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var diagnostics: QuietFlag
  @OptionGroup var reports: ReportsOption
  @OptionGroup var print: PrintOptions
  @OptionGroup var threads: JobsOption
  @OptionGroup var failures: FailureLimit
  @OptionGroup var force: ForceFlag

  func run() throws {
    var options = MergeOptions()
    options.runOptions = try RunOptions(store, diagnostics, threads, force)
    options.shards = shards
    options.maximumFailures = failures.maxFailures
    let output = try MergeJob(options).run(reports: reports.reports)
    try print.show(output, json: store.json)
    diagnostics.notice(output.note)
    if let objection = output.objection { throw objection }
  }
}
