import ArgumentParser
import Foundation
import Gate
import Harness
import Provenance

/// `evalkit blame BASELINE`.
struct BlameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Name the images and classes that a change from a baseline comes from.",
    discussion: """
      For metrics of single images the pairs that lost most; for FID the images that raise it most, by \
      leaving out each of them exactly; for label maps also the classes that moved. The Markdown is \
      also written to blame.md in --reports, with links to the images.
      """)

  @Argument(help: "A baseline's name.")
  var baseline: String

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "A run id or the beginning of one; the latest run unless given.", valueName: "id"))
  var id: String?

  @Option(
    name: .customLong("metric"),
    help: ArgumentHelp(
      "A metric to explain; those that got worse unless given. Repeatable.", valueName: "metric"))
  var metrics: [String] = []

  @Option(help: ArgumentHelp("The row to explain; all of them unless given.", valueName: "name"))
  var method: String?

  @Option(
    help: ArgumentHelp(
      "Rules that tell what got worse, as for gate.", valueName: "gate"))
  var gate: String?

  @Option(in: .entries, help: ArgumentHelp("Images to name for each metric.", valueName: "n"))
  var count = 10

  @Option(help: ArgumentHelp("Folder of the database and the baselines.", valueName: "dir"))
  var results = "Results"

  @Option(help: ArgumentHelp("Folder of the rendered reports.", valueName: "dir"))
  var reports = "Reports"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Print the report as JSON on stdout, and write nothing.")
  var json = false

  @OptionGroup var outputs: OutputArguments

  func run() throws {
    var job = BlameJob(baseline: baseline)
    job.run = id
    job.metrics = metrics
    job.method = method
    job.gate = gate
    job.count = count
    job.results = results
    job.reports = json ? nil : reports
    job.isReplacing = outputs.force
    job.jobs = jobs
    try Console.result(job.text(json: json))
  }
}
