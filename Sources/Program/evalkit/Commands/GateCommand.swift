import ArgumentParser
import Foundation
import Gate
import Harness
import Provenance

/// `evalkit gate`.
struct GateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate", abstract: "Judge a stored run; the exit code is the verdict.",
    discussion: """
      A requirement is METRIC OPERATOR NUMBER in the scale that the table prints, for example \
      'fid<=47', or METHOD:METRIC OPERATOR NUMBER. Without a method it holds for every measured one \
      but the anchors. With a baseline every metric is compared with the frozen run, image by image \
      where images have scores, and found worse, better, equivalent or undecided; all tests together \
      raise a false alarm in at most 5 % of nights. Exit codes: 0 no regression, 2 a regression or a \
      broken bound, 3 undecided (only with --strict), 5 no baseline, or not comparable with it, 6 the \
      run cannot be judged, 64 an option is not understood.
      """,
    examples: [
      "evalkit gate --require 'fid<=47' --require 'id>=0.75'",
      "evalkit gate main --html gate.html",
    ])

  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("Bound that must hold", default: "none", valueName: "requirement").repeatable
  )
  var requirements: [String] = []

  @OptionGroup var baseline: BaselineChoice

  @Option(
    help: ArgumentHelp(
      "Rules of the comparison: the name of a gate or a .yaml file",
      default: "those of the baseline's protocol", valueName: "gate"))
  var gate: String?

  @Option(name: .customLong("run"), help: .storedRun)
  var id: String?

  @Option(
    in: .images, default: "the gate's number, or 0",
    help: ArgumentHelp("Images of a method that may have failed", valueName: "n"))
  var maxFailures: Int?

  @Option(
    in: .hours, default: "any",
    help: ArgumentHelp("Maximum age of the run in hours", valueName: "hours"))
  var maxAge: Double?

  @Flag(help: "Fail with code 3 where nothing is decided")
  var strict = false

  @Flag(
    help:
      "Judge nothing; measure how often the gate fires without a change, on the run's own images")
  var audit = false

  @Option(
    help: ArgumentHelp("Write the checks as JUnit XML", default: "not written", valueName: "file"),
    completion: .file())
  var junit: String?

  @Option(
    help: ArgumentHelp(
      "Append the checks as Markdown, for example to $GITHUB_STEP_SUMMARY", default: "not written",
      valueName: "file"), completion: .file())
  var summary: String?

  @Option(
    help: ArgumentHelp(
      "Write failed, duplicate and worst images as SARIF 2.1.0", default: "not written",
      valueName: "file"), completion: .file())
  var sarif: String?

  @Option(
    name: .customLong("openmetrics"),
    help: ArgumentHelp(
      "Write scores and checks as OpenMetrics text", default: "not written", valueName: "file"),
    completion: .file())
  var openMetrics: String?

  @Option(
    help: ArgumentHelp(
      "Write everything as one HTML page", default: "not written", valueName: "file"),
    completion: .file())
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Shell command that generates and measures the images again with the seed $EVALKIT_SEED, run where "
        + "the gate fails; only regressions seen in both runs fail it", default: "none",
      valueName: "command"))
  var confirm: String?

  @OptionGroup var store: StoreOptions
  @OptionGroup var protocols: ProtocolsOption
  @OptionGroup var threads: JobsOption
  @OptionGroup var diagnostics: DiagnosticOptions
  @OptionGroup var force: ForceFlag

  func validate() throws {
    if requirements.isEmpty, baseline.name == nil {
      throw ValidationError(
        "name at least one bound, for example --require 'fid<=47', or a baseline")
    }
    if audit, baseline.name == nil {
      throw ValidationError("--audit needs a baseline, as an argument or as --baseline")
    }
  }

  func run() throws {
    var request = GateRequest()
    request.runOptions = try RunOptions(store, threads, diagnostics, force)
    request.run = id
    request.requirements = requirements
    request.baseline = baseline.name
    request.gate = gate
    request.isStrict = strict
    request.allowedFailures = maxFailures
    request.freshHours = maxAge
    request.junit = junit
    request.summary = summary
    request.sarif = sarif
    request.openMetrics = openMetrics
    request.html = html
    request.confirm = confirm
    if audit { return try Console.result(GateRun.audit(request)) }
    let judgment = try GateRun(request)
    try Console.result(store.json ? judgment.json : judgment.text)
    Console.error(judgment.sentence)
    if judgment.code != 0 { throw ExitCode(judgment.code) }
  }
}
