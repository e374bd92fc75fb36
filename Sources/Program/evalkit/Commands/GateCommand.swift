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
      but the anchors. With --baseline every metric is compared with the frozen run, image by image \
      where images have scores, and found worse, better, equivalent or undecided; all tests together \
      raise a false alarm in at most 5 % of nights. Exit codes: 0 no regression, 2 a regression or a \
      broken bound, 3 undecided (only with --strict), 5 no baseline, or not comparable with it, 6 the \
      run cannot be judged, 64 something asked for is not understood.
      """)

  @Option(
    name: .customLong("require"),
    help: ArgumentHelp("A bound that must hold. Repeatable.", valueName: "requirement"))
  var requirements: [String] = []

  @Option(help: ArgumentHelp("A baseline to compare with.", valueName: "name"))
  var baseline: String?

  @Option(
    help: ArgumentHelp(
      "Rules of the comparison: a name in Protocols/gates or a .yaml file; that of the baseline's "
        + "protocol unless given.", valueName: "gate"))
  var gate: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "A run id or the beginning of one; the latest run unless given.", valueName: "id"))
  var id: String?

  @Option(
    in: .images,
    help: ArgumentHelp(
      "Images of a method that may have failed; the gate's number or 0.", valueName: "n"))
  var maxFailures: Int?

  @Option(in: .hours, help: ArgumentHelp("Refuse runs that began earlier.", valueName: "hours"))
  var maxAge: Double?

  @Flag(help: "Fail with code 3 where nothing is decided.")
  var strict = false

  @Flag(
    help:
      "Judge nothing; measure how often the gate fires without a change, on the run's own images.")
  var audit = false

  @Option(help: ArgumentHelp("Write the checks as JUnit XML.", valueName: "file"))
  var junit: String?

  @Option(
    help: ArgumentHelp(
      "Append the checks as Markdown, for example to $GITHUB_STEP_SUMMARY.", valueName: "file"))
  var summary: String?

  @Option(
    help: ArgumentHelp(
      "Write failed, double and worst images as SARIF 2.1.0.", valueName: "file"))
  var sarif: String?

  @Option(
    name: .customLong("openmetrics"),
    help: ArgumentHelp("Write scores and checks as OpenMetrics text.", valueName: "file"))
  var openMetrics: String?

  @Option(help: ArgumentHelp("Write everything as one page.", valueName: "file"))
  var html: String?

  @Option(
    help: ArgumentHelp(
      "Where the gate fails, run this line of shell, which makes and measures the images again by "
        + "$EVALKIT_SEED, and fail only for what got worse there, too.", valueName: "command"))
  var confirm: String?

  @Option(help: ArgumentHelp("Folder of the database and the baselines.", valueName: "dir"))
  var results = "Results"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Print the verdict as JSON on stdout.")
  var json = false

  @OptionGroup var outputs: OutputArguments

  func validate() throws {
    if requirements.isEmpty, baseline == nil {
      throw ValidationError(
        "Name at least one bound, for example --require 'fid<=47', or a --baseline.")
    }
    if audit, baseline == nil { throw ValidationError("--audit needs a --baseline.") }
  }

  func run() throws {
    var request = GateRequest()
    request.run = id
    request.requirements = requirements
    request.baseline = baseline
    request.gate = gate
    request.isStrict = strict
    request.allowedFailures = maxFailures
    request.freshHours = maxAge
    request.junit = junit
    request.summary = summary
    request.sarif = sarif
    request.openMetrics = openMetrics
    request.html = html
    request.isReplacing = outputs.force
    request.confirm = confirm
    let line = ProgressLine(isSilent: false)
    request.progress = { line.show($0) }
    request.notice = { Console.error("evalkit: \($0)") }
    request.results = results
    request.jobs = jobs
    if audit { return try Console.result(Judgement.audit(request)) }
    let judgement = try Judgement(request)
    try Console.result(json ? judgement.json : judgement.text)
    Console.error(judgement.sentence)
    if judgement.code != 0 { throw ExitCode(judgement.code) }
  }
}
