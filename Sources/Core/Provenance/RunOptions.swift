import Tensors

/// How a job runs, whatever it does: where it stores, on how many threads, by which weights, who is told.
///
/// Every job's options embed these (``RunConfigurable``); a job reads those that concern it.
package struct RunOptions: Sendable {
  /// Folder of the database, the baselines and the caches.
  package var results = "Results"
  /// Threads, 1…1024; nil takes all cores.
  package var jobs: Int?
  /// Seed of everything random.
  package var seed: UInt64 = 0
  /// The suite of weights: `compact`, `published`, a folder of published weights or a manifest.
  package var weights = "compact"
  /// Whether convolutions are plain sums, without Winograd's algorithm.
  package var isExact = false
  /// Whether cached results of earlier runs on the same content may be used.
  package var usesCache = true
  /// How much cached results may take in the end; nil sets no limit.
  ///
  /// A shard evicts nothing, because the whole rests on it.
  package var cacheLimit: CacheLimit?
  /// What images may take of the memory.
  package var memory = MemoryLimit.ofMachine
  /// Whether outputs may replace files that evalkit did not write.
  package var isReplacing = false
  /// The command as it was typed, for the record.
  package var commandLine = ""
  /// Asked often whether to stop.
  package var shouldStop: @Sendable () -> Bool = { false }
  /// Told what is going on.
  package var progress: @Sendable (JobProgress) -> Void = { _ in }
  /// Told what a person should know at once.
  package var notice: @Sendable (String) -> Void = { _ in }

  /// The defaults: compact weights on all cores, telling nobody.
  package init() {}

  /// The threads that the job works on.
  package var workers: Workers { Workers(count: jobs) }
}

/// Options of a job that say among other things how it runs; `options.jobs` reads `options.runOptions.jobs`.
@dynamicMemberLookup
package protocol RunConfigurable {
  /// How the job runs.
  var runOptions: RunOptions { get set }
}

extension RunConfigurable {
  /// One of the options that every job has.
  package subscript<Value>(dynamicMember option: WritableKeyPath<RunOptions, Value>) -> Value {
    get { runOptions[keyPath: option] }
    set { runOptions[keyPath: option] = newValue }
  }

  /// What follows from the options that every job has.
  package subscript<Value>(dynamicMember value: KeyPath<RunOptions, Value>) -> Value {
    runOptions[keyPath: value]
  }
}
