import ArgumentParser
import Harness
import Provenance

/// `evalkit doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tell what this machine has; exit code 1 if something is wrong with it.")

  @Option(help: ArgumentHelp("Folder of the database and the caches.", valueName: "dir"))
  var results = "Results"

  @Option(help: ArgumentHelp("Folder of the rendered reports.", valueName: "dir"))
  var reports = "Reports"

  @Option(
    help: ArgumentHelp(
      "Weights: published, published:DIR or a manifest; the default folder unless given.",
      valueName: "spec"))
  var weights: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    var options = DoctorOptions()
    options.results = results
    options.reports = reports
    options.weights = weights
    options.commit = BuildCommit.text
    let doctor = Doctor(options)
    try Console.result(json ? JSONText.encode(doctor, pretty: true) : doctor.text)
    for problem in doctor.problems { Console.error("evalkit: \(problem)") }
    Console.error("evalkit: \(doctor.verdict)")
    if !doctor.problems.isEmpty { throw ExitCode(1) }
  }
}
