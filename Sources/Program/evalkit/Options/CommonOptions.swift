import ArgumentParser
import Foundation
import Harness
import Provenance
import Runs

/// Options of all commands that make or measure images.
struct CommonOptions: RunArguments {
  @OptionGroup var place: ResultsOption
  @OptionGroup var reports: ReportsOption
  @OptionGroup var threads: JobsOption
  @OptionGroup var seed: SeedOption
  @OptionGroup var weights: WeightsOption
  @OptionGroup var exactness: ExactFlag

  @Option(
    in: .pairs, default: "all",
    help: ArgumentHelp("Use at most this many pairs or images", valueName: "n"))
  var limit: Int?

  @OptionGroup var output: JSONFlag
  @OptionGroup var diagnostics: DiagnosticOptions
  @OptionGroup var force: ForceFlag

  /// Whether the result is printed as JSON.
  var json: Bool { output.json }

  func apply(to options: inout RunOptions) throws {
    let groups: [any RunArguments] = [
      place, threads, seed, weights, exactness, diagnostics, force,
    ]
    for group in groups { try group.apply(to: &options) }
  }

  /// Tells a person something at once.
  func notice(_ text: String) { diagnostics.notice(text) }
}

/// Options of all commands that measure images, beside the common ones.
struct MeasurementOptions: RunArguments {
  @OptionGroup var cache: CacheOptions
  @OptionGroup var memory: MemoryOption

  func apply(to options: inout RunOptions) throws {
    try cache.apply(to: &options)
    try memory.apply(to: &options)
  }
}

/// Options of commands that work on what is stored.
struct StoreOptions: RunArguments {
  @OptionGroup var place: ResultsOption
  @OptionGroup var output: JSONFlag

  /// Folder of the database.
  var results: String { place.results }

  /// Whether the result is printed as JSON.
  var json: Bool { output.json }

  func apply(to options: inout RunOptions) { place.apply(to: &options) }
}

/// `--reports`.
struct ReportsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp("Folder of the rendered reports", valueName: "dir"), completion: .directory)
  var reports = "Reports"
}

/// `--protocols`.
struct ProtocolsOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of more protocols, which come before the program's own",
      default: "$EVALKIT_PROTOCOLS", valueName: "dir"), completion: .directory)
  var protocols: String?

  /// Names the folder to this process and those that it starts, as the variable does.
  func validate() { if let protocols { setenv(ProtocolLibrary.variable, protocols, 1) } }
}

/// `--json`.
struct JSONFlag: ParsableArguments {
  @Flag(help: "Print the result as JSON on stdout")
  var json = false
}

/// `--shard`.
struct ShardOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do only the i-th of n parts of the work, or the part that 'env' finds in the variables of an array of jobs; 'evalkit merge' joins what was measured",
      default: "all of it", valueName: "i/n"))
  var shard: String?
}

/// `--max-failures`.
struct FailureLimit: ParsableArguments {
  @Option(
    in: .images, default: "any number but all",
    help: ArgumentHelp("Images that may fail before the run counts as invalid", valueName: "n"))
  var maxFailures: Int?
}

/// `--allow-outside`.
struct OutsideFlag: ParsableArguments {
  @Flag(
    help:
      "Let a pair manifest name files outside its folder without their SHA-256; commands and exports can read them"
  )
  var allowOutside = false
}
