import ArgumentParser
import Harness
import Provenance

/// `evalkit selftest`.
struct SelfTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Check known answers, and inject regressions that the gate must catch.",
    discussion: """
      Thirty-two drawn faces are part of the program, with the features and scores that its compact suite \
      gave them when it was made; every gate asks for these answers first. Then two nights of a method are \
      played with one thing changed between them, and the gate must end with the right code and name the \
      right check. Exit codes: 0 all as it must be, 6 not.
      """, examples: ["evalkit selftest"])

  @OptionGroup var threads: JobsOption

  @Option(
    help: ArgumentHelp(
      "Test nothing; write the faces and this program's answers, for a build after an intended change",
      default: "test",
      valueName: "dir"), completion: .directory)
  var record: String?

  @OptionGroup var format: JSONFlag
  @OptionGroup var diagnostics: QuietFlag

  func run() throws {
    let job = SelfTestJob(try RunOptions(threads, diagnostics))
    if let record {
      try job.record(to: record)
      return try Console.result("canary written to \(record)")
    }
    let report = try job.run()
    try Console.result(format.json ? report.json : report.text)
    Console.error(report.sentence)
    if !report.isPassed { throw ExitCode(report.code) }
  }
}
