import ArgumentParser
import Foundation
import Gate
import Harness

/// `evalkit history [METRIC]`.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show metrics over runs: intervals, baselines, verdicts, steps, missing nights.",
    discussion: """
      Runs stand in one series where they measured the same pairs in the same way. A step is a change \
      of level that hardly any order of the same nights would show; a steady series raises one by \
      chance with a probability of at most 1 %. The Markdown is also written to history.md in \
      --reports, with a picture for each series.
      """)

  @Argument(help: "A metric, for example fid; all of them unless given.")
  var metric: String?

  @Option(help: ArgumentHelp("Folder of the database and the baselines.", valueName: "dir"))
  var results = "Results"

  @Option(help: ArgumentHelp("Folder of the rendered reports.", valueName: "dir"))
  var reports = "Reports"

  @Flag(help: "Print the history as JSON on stdout, and write nothing.")
  var json = false

  @OptionGroup var outputs: OutputArguments

  func run() throws {
    var job = HistoryJob()
    job.metric = metric
    job.results = results
    job.reports = json ? nil : reports
    job.isReplacing = outputs.force
    try Console.result(job.text(json: json))
  }
}
