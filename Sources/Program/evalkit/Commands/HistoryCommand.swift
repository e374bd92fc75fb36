import ArgumentParser
import Gate
import Harness
import Provenance

/// `evalkit history [METRICS]`.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show metrics over runs: intervals, baselines, verdicts, steps, missing nights.",
    discussion: """
      Runs form one series if they measured the same pairs in the same way. A step is a change \
      of level that hardly any order of the same nights would show; a steady series raises one by \
      chance with a probability of at most 1 %. The Markdown is also written to history.md in \
      --reports, with a picture for each series, unless --json asks for JSON.
      """, examples: ["evalkit history", "evalkit history fid,id"])

  @OptionGroup var metrics: MetricChoice

  @OptionGroup var place: ResultsOption
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var reports: ReportsOption
  @OptionGroup var output: JSONFlag
  @OptionGroup var force: ForceFlag

  func run() throws {
    var job = HistoryJob()
    job.runOptions = try RunOptions(place, force)
    job.metrics = metrics.names
    job.reports = output.json ? nil : reports.reports
    try Console.result(job.text(json: output.json))
  }
}
