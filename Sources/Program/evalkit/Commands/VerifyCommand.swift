import ArgumentParser
import Harness
import Measurement
import Provenance

/// `evalkit verify RUN`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Measure a sample of a stored run again, and all its sets.",
    discussion: """
      Images of a random sample are decoded and measured from their files; scores of sets are computed \
      from the stored scores and features of all images. Every value must be the same to the last bit: \
      exit code 6 says that one is not.
      """)

  @Argument(help: "A run id or the beginning of one; the latest run unless given.")
  var id: String?

  @OptionGroup var place: StoredPlace

  @Option(in: .images, help: ArgumentHelp("How many images are measured again.", valueName: "n"))
  var sample = 32

  @Option(in: .seed, help: ArgumentHelp("Seed of the sample.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Option(help: .memory)
  var memory: String?

  @Flag(help: "Show no progress.")
  var noProgress = false

  func run() throws {
    Interruption.listen()
    var options = VerifyOptions()
    options.run = id
    options.results = place.results
    options.sample = sample
    options.seed = seed
    options.jobs = jobs
    options.memory = try MemoryLimit(parsing: memory)
    let line = ProgressLine(isSilent: place.quiet || noProgress)
    options.shouldStop = { Interruption.isRequested }
    options.progress = { line.show($0) }
    let report = try VerifyJob(options).run()
    try Console.result(place.json ? report.json : report.text)
    if let problem = report.problem { throw problem }
    place.notice("everything that was compared agrees")
  }
}
