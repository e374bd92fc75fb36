import ArgumentParser
import Gate
import Harness
import Provenance

/// `evalkit blame [BASELINE]`.
struct BlameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Name the images and classes that a change from a baseline comes from.",
    discussion: """
      For metrics of single images the pairs that lost most; for FID the images that raise it most, by \
      leaving out each of them exactly; for label maps also the classes that moved. The Markdown is \
      also written to blame.md in --reports, with links to the images, unless --json asks for JSON.
      """, examples: ["evalkit blame main"])

  @OptionGroup var baseline: BaselineChoice

  @Option(name: .customLong("run"), help: .storedRun)
  var id: String?

  @Option(
    of: .metrics, default: "those that got worse",
    help: ArgumentHelp("Metrics to explain, with commas", valueName: "list"))
  var metrics: String?

  @Option(help: ArgumentHelp("Row to explain", default: "all", valueName: "name"))
  var method: String?

  @Option(
    help: ArgumentHelp(
      "Rules that say what got worse, as for gate", default: "those of the baseline's protocol",
      valueName: "gate"))
  var gate: String?

  @Option(in: .entries, help: ArgumentHelp("Images to name for each metric", valueName: "n"))
  var count = 10

  @OptionGroup var place: ResultsOption
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var reports: ReportsOption
  @OptionGroup var threads: JobsOption
  @OptionGroup var output: JSONFlag
  @OptionGroup var force: ForceFlag

  func validate() throws {
    if baseline.name == nil {
      throw ValidationError("name the baseline; 'evalkit baseline list' shows which there are")
    }
  }

  func run() throws {
    var job = BlameJob(baseline: baseline.name ?? "")
    job.runOptions = try RunOptions(place, threads, force)
    job.run = id
    job.metrics = metrics.map(MetricChoice.names) ?? []
    job.method = method
    job.gate = gate
    job.count = count
    job.reports = output.json ? nil : reports.reports
    try Console.result(job.text(json: output.json))
  }
}
