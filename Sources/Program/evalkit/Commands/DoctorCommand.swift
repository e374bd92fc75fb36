import ArgumentParser
import Harness
import Provenance

/// `evalkit doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what this machine has; exit code 1 if something is wrong with it.",
    examples: ["evalkit doctor"])

  @OptionGroup var store: StoreOptions
  @OptionGroup var reports: ReportsOption

  @Option(
    help: ArgumentHelp(
      "Weights: published, a folder of published weights or the path of a manifest",
      default: "the default folder",
      valueName: "spec"))
  var weights: String?

  func run() throws {
    var options = DoctorOptions()
    options.runOptions = try RunOptions(store)
    options.reports = reports.reports
    options.requestedWeights = weights
    options.commit = BuildCommit.text
    let doctor = Doctor(options)
    try Console.result(store.json ? JSONText.encode(doctor, pretty: true) : doctor.text)
    for problem in doctor.problems { Console.error("evalkit: \(problem)") }
    Console.error("evalkit: \(doctor.verdict)")
    if !doctor.problems.isEmpty { throw ExitCode(1) }
  }
}
