import Datasets
import Essentials
import Foundation
import Generators
import Measurement
import Models
import Provenance
import Runs
import Scores
import Tensors
import Terms

/// What the command line says about running one method.
package struct GenerateOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Where the pairs come from.
  package var dataset = ""
  /// `NAME=SPEC`.
  package var method = ""
  /// The systems that the method may be.
  package var systems = SystemRegistry.standard
  /// Folder of the images.
  package var output = ""
  /// Which of several processes this is; nil makes every image.
  package var shard: Shard?
  /// Whether a pair manifest may name files outside its folder without their SHA-256.
  package var allowsOutside = false
  /// At most so many pairs, of the lowest ids.
  package var limit: Int?
  /// Width and height of what built-in methods and systems make.
  package var size = GenerateOptions.defaultSide
  /// Most images that may fail before the run counts as invalid; nil allows any number but all.
  package var maximumFailures: Int?
  /// How an external command is run.
  package var command = CommandOptions()

  /// The same, unless set.
  package static let defaultSide = 256

  /// The defaults.
  package init() {}

  /// Folder of what is drawn for pairs and methods.
  var cache: String { TableOptions.cache(in: self.results) }

  /// Reads `i/n`; nil makes every image.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package mutating func setShard(_ text: String?) throws {
    shard = try text.map { try Shard(option: $0) }
  }
}

/// Runs one method over pairs: `<id>.png` for each, with a receipt, and a ledger of what failed.
package struct GenerateJob {
  /// What came of it.
  package struct Output: Sendable, Encodable {
    /// One image that is not there.
    package struct Failure: Sendable, Encodable, Equatable {
      /// The pair, the ledger's word and a sentence.
      package let id, state, reason: String
    }

    var schema = 1
    /// Name of the row.
    package let method: String
    /// Where the images lie.
    package let folder: String
    /// How many pairs there are, and how many images were made now and earlier.
    package let pairs, made, reused: Int
    /// The images that are not there.
    package let failures: [Failure]
    /// Where an external command's standard error went; nil if none ran.
    package let log: String?

    /// The same as JSON.
    package var json: String { JSONText.encode(self, pretty: true) }

    /// For people.
    package var text: String {
      var lines = [
        "\(method): \(made) images made, \(reused) were there, \(failures.count) failed, of "
          + "\(pairs) in \(folder)"
      ]
      lines += failures.prefix(20).map { "  \($0.id): \($0.state): \($0.reason)" }
      if failures.count > 20 { lines.append("  and \(failures.count - 20) more") }
      if let log { lines.append("standard error in \(log)") }
      return lines.joined(separator: "\n")
    }
  }

  /// The ledger's path in the images' folder; shards share the folder, not the ledger.
  private var ledger: String {
    let suffix = options.shard.map { "-\($0.number)-of-\($0.count)" } ?? ""
    return ".evalkit/failures\(suffix).jsonl"
  }

  private let options: GenerateOptions

  /// Prepares to run a method.
  package init(_ options: GenerateOptions) { self.options = options }

  /// Makes the images that are missing.
  ///
  /// - Throws: errors of the dataset and the method, each one sentence; ``HarnessError`` of kind
  ///   `invalid` if there is no image in the end, or more failed than allowed.
  package func run() throws -> Output {
    let workers = options.workers
    let specification = try MethodSpecification(
      parsing: options.method, systems: options.systems)
    try OutputPlace(isReplacing: options.isReplacing).checkFolder(options.output) {
      $0.contains(".evalkit")
    }
    var choices = DatasetChoices()
    choices.allowsOutside = options.allowsOutside
    choices.hasEdits = specification.readsEdits
    var dataset = try DatasetSpecification(parsing: options.dataset).open(
      cache: options.cache, choosing: choices, atMost: options.limit, workers: workers,
      watcher: datasetWatcher(options.progress, shouldStop: options.shouldStop))
    if let limit = options.limit { dataset = dataset.selecting(limit) }
    for finding in dataset.findings { options.notice(finding.description) }
    let output = try finished(specification, dataset.pairs, workers: workers)
    try writeLedger(output)
    if let objection = objection(to: output) { throw objection }
    return output
  }

  /// What keeps the images from counting; nil if nothing does.
  private func objection(to output: Output) -> HarnessError? {
    var validity = RunValidity(
      isMeasured: output.made + output.reused > 0,
      failures: output.failures.map {
        ImageFailure(state: LedgerState(rawValue: $0.state), reason: $0.reason)
      })
    validity.nothing = "no image was made"
    if !validity.isMeasured {
      let reason = output.failures.first?.reason ?? "there are no pairs"
      let log = output.log.map { "; \(CommandLog(path: $0))" } ?? ""
      validity.missing = ["the first reason is: \(reason)\(log)"]
    }
    return validity.objection(
      allowing: options.maximumFailures, ledger: "\(options.output)/\(ledger)")
  }

  private func finished(
    _ specification: MethodSpecification, _ pairs: [Pair], workers: Workers
  ) throws -> Output {
    let shards = options.shard.map { Shard.deal(pairs, among: $0.count) }
    let own = pairs.filter { shards == nil || shards?[$0.id] == options.shard?.number }
    let total = own.count
    let progress = options.progress
    @Sendable func show(_ done: MethodProgress) {
      progress(JobProgress(finished: done.finished, total: done.total, remembered: done.reused))
    }
    var context = MethodContext(
      pairs, into: options.output, options, try ModelLoader(options))
    context.ids = shards == nil ? nil : Set(own.map(\.id))
    context.size = options.size
    context.progress = show
    context.command = options.command
    let method = try specification.open(in: context)
    for text in method.notices { options.notice(text) }
    if let kept = method as? any KeptImages {
      let failures = kept.missing.compactMap { id in
        kept.failure(of: id).map {
          Output.Failure(id: id, state: $0.ledgerState.rawValue, reason: $0.cause)
        }
      }
      return output(specification, total, reused: kept.reused.count, failures, log: kept.logPath)
    }
    let result = try MethodExport.write(
      method, pairs: own, to: Paths.absolute(options.output), seed: options.seed,
      workers: workers, shouldStop: options.shouldStop, progress: show)
    let failures = result.failures.map {
      Output.Failure(id: $0.key, state: $0.value.ledgerState.rawValue, reason: $0.value.description)
    }
    return output(specification, total, reused: result.reused.count, failures, log: nil)
  }

  private func output(
    _ specification: MethodSpecification, _ total: Int, reused: Int, _ failures: [Output.Failure],
    log: String?
  ) -> Output {
    Output(
      method: specification.name, folder: options.output, pairs: total,
      made: total - reused - failures.count, reused: reused,
      failures: failures.sorted { Identifier.precedes($0.id, $1.id) }, log: log)
  }

  /// One line of JSON for each failure; an empty file says that nothing failed.
  private func writeLedger(_ output: Output) throws {
    let lines = output.failures.map { JSONText.encode($0) + "\n" }.joined()
    try AtomicFile.write(Array(lines.utf8), to: "\(options.output)/\(ledger)")
  }
}
