import ArgumentParser
import Provenance

/// A group of options that say how a job runs; a command includes those that mean something to it.
protocol RunArguments: ParsableArguments {
  /// Notes what was typed.
  ///
  /// - Throws: `HarnessError` of kind `usage` for what is not understood.
  func apply(to options: inout RunOptions) throws
}

extension RunOptions {
  /// What was typed in some groups of options, on this command line.
  ///
  /// - Throws: as ``RunArguments/apply(to:)``.
  init(_ groups: any RunArguments...) throws {
    self.init()
    commandLine = CommandLine.arguments.joined(separator: " ")
    shouldStop = { Interruption.isRequested }
    for group in groups { try group.apply(to: &self) }
  }
}

/// `--results`.
struct ResultsOption: RunArguments {
  @Option(
    help: ArgumentHelp("Folder of the database, the baselines and the caches", valueName: "dir"),
    completion: .directory)
  var results = "Results"

  func apply(to options: inout RunOptions) { options.results = results }
}

/// `--jobs`.
struct JobsOption: RunArguments {
  @Option(in: .threads, default: "all cores", help: ArgumentHelp("Threads", valueName: "n"))
  var jobs: Int?

  func apply(to options: inout RunOptions) { options.jobs = jobs }
}

/// `--seed`.
struct SeedOption: RunArguments {
  @Option(in: .seed, help: ArgumentHelp("Seed of everything random", valueName: "s"))
  var seed: UInt64 = 0

  func apply(to options: inout RunOptions) { options.seed = seed }
}

/// `--weights`.
struct WeightsOption: RunArguments {
  @Option(
    help: ArgumentHelp(
      "Weights: compact, published, a folder of published weights or the path of a manifest",
      valueName: "spec"))
  var weights = "compact"

  func apply(to options: inout RunOptions) { options.weights = weights }
}

/// `--exact`.
struct ExactFlag: RunArguments {
  @Flag(help: "Compute convolutions as plain sums, without Winograd's algorithm")
  var exact = false

  func apply(to options: inout RunOptions) { options.isExact = exact }
}

/// `--memory`.
struct MemoryOption: RunArguments {
  @Option(
    help: ArgumentHelp(
      "Maximum memory for images being measured, for example 4GB; larger images fail as too-large",
      default: "three quarters of the machine's", valueName: "size"))
  var memory: String?

  func apply(to options: inout RunOptions) throws {
    options.memory = try MemoryLimit(parsing: memory)
  }
}

/// `--no-cache` and `--cache-limit`.
struct CacheOptions: RunArguments {
  @Flag(help: "Recompute everything; use no cached result of an earlier run")
  var noCache = false

  @Option(
    help: ArgumentHelp(
      "Maximum cache size, for example 20GB; least recently used entries are evicted",
      default: "unlimited", valueName: "size"))
  var cacheLimit: String?

  func apply(to options: inout RunOptions) throws {
    options.usesCache = !noCache
    options.cacheLimit = try cacheLimit.map { try CacheLimit(parsing: $0) }
  }
}

/// `--quiet`.
struct QuietFlag: RunArguments {
  @Flag(help: "Print no diagnostics but errors")
  var quiet = false

  func apply(to options: inout RunOptions) {
    let isQuiet = quiet
    options.notice = { if !isQuiet { Console.error("evalkit: \($0)") } }
  }

  /// Tells a person something at once.
  func notice(_ text: String) { if !quiet { Console.error("evalkit: \(text)") } }
}

/// `--quiet` and `--no-progress`.
struct DiagnosticOptions: RunArguments {
  @OptionGroup var quiet: QuietFlag

  @Flag(help: "Show no progress")
  var noProgress = false

  func apply(to options: inout RunOptions) { apply(to: &options, counting: "pairs") }

  /// Sets where notices and progress go; the unit of progress is a plural.
  func apply(to options: inout RunOptions, counting unit: String) {
    quiet.apply(to: &options)
    let line = ProgressLine(isSilent: quiet.quiet || noProgress, unit: unit)
    options.progress = { line.show($0) }
  }

  /// Tells a person something at once.
  func notice(_ text: String) { quiet.notice(text) }
}

/// `--force`.
struct ForceFlag: RunArguments {
  @Flag(help: "Let outputs replace files that evalkit did not write")
  var force = false

  func apply(to options: inout RunOptions) { options.isReplacing = force }
}
