import ArgumentParser
import Bench
import Harness
import Provenance

/// `evalkit bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how fast this machine runs networks, metrics and image operations.",
    discussion: """
      Networks run on seeded weights and inputs. 'one alone' is a single run, a network's on all workers, \
      'many' the elapsed time of each of many runs on all workers; both are the shortest of all \
      repeats with the median in parentheses. GFLOP/s count the operations of direct \
      convolutions, also where fewer are done, so the share of the machine's peak, which is \
      measured at the start with the micro-kernel in use, may exceed 100 %. Memory is the whole \
      process at its largest while a network is made ready and run.
      """, examples: ["evalkit bench", "evalkit bench bisenet fid"])

  @Argument(
    of: .benchSubjects, default: "all",
    help: ArgumentHelp("Networks, metrics and operations to measure", valueName: "name"))
  var names: [String] = []

  @OptionGroup var threads: JobsOption

  @Option(
    in: .measuring, help: ArgumentHelp("Minimum seconds to spend on each number", valueName: "s"))
  var seconds = BenchOptions().seconds

  @Flag(help: "List what can be measured, and measure nothing")
  var list = false

  @Flag(help: "Instead, time the networks given stage by stage, one image on one core")
  var stages = false

  @OptionGroup var format: JSONFlag
  @OptionGroup var diagnostics: QuietFlag

  func run() throws {
    if list {
      try Console.result(format.json ? BenchCatalogue.json() : BenchCatalogue.text())
      return
    }
    if stages {
      let report = try StageReport(of: names)
      try Console.result(format.json ? report.json : report.text)
      return
    }
    Interruption.listen()
    var options = BenchOptions()
    options.runOptions = try RunOptions(threads, diagnostics)
    options.names = names
    options.seconds = seconds
    let report = try BenchJob(options).run()
    try Console.result(format.json ? report.json : report.text)
  }
}
