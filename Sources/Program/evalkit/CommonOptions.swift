import ArgumentParser
import Foundation
import Harness
import Provenance
import Runs

/// Options that all measuring commands share.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the database and the caches.", valueName: "dir"))
  var results = "Results"

  @Option(help: ArgumentHelp("Folder of the rendered reports.", valueName: "dir"))
  var reports = "Reports"

  @Option(in: .threads, help: ArgumentHelp("Threads; all cores unless given.", valueName: "n"))
  var jobs: Int?

  @Option(in: .seed, help: ArgumentHelp("Seed of everything random.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Weights: compact, published, published:DIR or the path of a manifest.", valueName: "spec"))
  var weights = "compact"

  @Option(
    in: .pairs, help: ArgumentHelp("Measure at most this many pairs or images.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Print the result as JSON on stdout.")
  var json = false

  @Flag(help: "Print no diagnostics but errors.")
  var quiet = false

  @Flag(help: "Show no progress.")
  var noProgress = false

  @Flag(help: "Compute everything anew, using no result of an earlier run.")
  var noCache = false

  @Flag(help: "Compute convolutions as plain sums, without Winograd's algorithm.")
  var exact = false

  @Option(
    help: ArgumentHelp(
      "What remembered results may take in the end, for example 20GB; the oldest are forgotten.",
      valueName: "size"))
  var cacheLimit: String?

  @Option(help: .memory)
  var memory: String?

  @OptionGroup var output: OutputArguments

  /// The limit in the harness's terms.
  var cache: CacheLimit? {
    get throws { try cacheLimit.map { try CacheLimit(parsing: $0) } }
  }

  /// Tells a person something at once.
  func notice(_ text: String) { if !quiet { Console.error("evalkit: \(text)") } }

  /// Where progress goes.
  var progressLine: ProgressLine { ProgressLine(isSilent: quiet || noProgress) }
}

extension ArgumentHelp {
  /// Of the option that lets a pair manifest name any file.
  static let allowOutside = ArgumentHelp(
    "Let a pair manifest name files outside its folder without their SHA-256; commands and exports get "
      + "to see them.")

  /// Of the option that bounds what images take of the memory.
  static let memory = ArgumentHelp(
    "What measuring images may take of the memory, for example 4GB; larger images fail as too-large. "
      + "Three quarters of what the machine has unless given.", valueName: "size")

  /// Of the option that makes a process one of several.
  static let shard = ArgumentHelp(
    "Do only the i-th of n parts of the work; 'evalkit merge' joins what was measured.",
    valueName: "i/n")
}

/// Options of commands that work on what is stored.
struct StoredPlace: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the database.", valueName: "dir"))
  var results = "Results"

  @Flag(help: "Print the result as JSON on stdout.")
  var json = false

  @Flag(help: "Print no diagnostics but errors.")
  var quiet = false

  /// Tells a person something at once.
  func notice(_ text: String) { if !quiet { Console.error("evalkit: \(text)") } }
}
