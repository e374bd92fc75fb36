import ArgumentParser
import Harness
import Provenance
import Runs

/// `evalkit verify RUN`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Measure a sample of a stored run again, and all its sets.",
    discussion: """
      Images of a random sample are decoded and measured from their files; scores of sets are computed \
      from the stored scores and features of all images. Every value must be the same to the last bit: \
      exit code 6 says that one is not.
      """, examples: ["evalkit verify"])

  @Argument(help: .storedRun)
  var id: String?

  @OptionGroup var store: StoreOptions
  @OptionGroup var protocols: ProtocolsOption

  @Option(in: .images, help: ArgumentHelp("How many images are measured again", valueName: "n"))
  var sample = 32

  @OptionGroup var seed: SeedOption
  @OptionGroup var threads: JobsOption
  @OptionGroup var memory: MemoryOption
  @OptionGroup var diagnostics: DiagnosticOptions

  func run() throws {
    Interruption.listen()
    var options = VerifyOptions()
    options.runOptions = try RunOptions(store, seed, threads, memory, diagnostics)
    options.run = id
    options.sample = sample
    let report = try VerifyJob(options).run()
    try Console.result(store.json ? report.json : report.text)
    if let problem = report.problem { throw problem }
    diagnostics.notice("everything that was compared agrees")
  }
}
