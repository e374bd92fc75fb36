import Datasets
import Essentials
import Foundation
import Measurement
import Models
import Provenance
import Reports
import Runs
import Store
import Tables
import Tensors
import Terms

/// What the command line says about joining shards.
package struct MergeOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Databases of shards, or folders with them.
  package var shards: [String] = []
  /// Most images that may fail before the run counts as invalid; nil allows any number but all.
  package var maximumFailures: Int?

  /// The defaults.
  package init() {}
}

/// Joins the databases of shards, in any order, to a run that scores as if one process had measured it.
package struct MergeJob {
  private let options: MergeOptions

  /// Prepares to join shards.
  package init(_ options: MergeOptions) { self.options = options }

  /// Joins the shards, scores their sets and renders the table.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` for shards of different runs, of kind `invalid`
  ///   for gaps; errors of the store, `contradiction` among them.
  package func run(reports: String) throws -> ReportOutput {
    let shards = try self.shards()
    let first = shards[0]
    try check(shards)
    guard let table = try StoredReports.table(of: StoredRun(first.record, in: first.store)) else {
      throw HarnessError(.usage, "\(first.path) holds no shard of a table")
    }
    let files = ReportFiles(of: table, in: reports, isReplacing: options.isReplacing)
    try files.prepare()
    let store = try Store(path: ResultsDatabase.path(options.results))
    let session = try self.session(shards, in: store)
    options.notice("run \(session.id) of \(shards.count) shards")
    let workers = options.workers
    let objection = try session.perform(objection: { $0 }) { () throws -> HarnessError? in
      let results = try StoredResults(
        StoredRun(store.run(idPrefix: session.id), in: store), in: store)
      for method in results.run.methods {
        try store.replace(
          results.scores(of: method.name, workers: workers).map { $0.record(method: method.name) },
          inRun: session.id)
      }
      return try self.objection(to: results.run, ledger: store.path)
    }
    var output = try files.write(
      StoredRun(store.run(idPrefix: session.id), in: store), of: table, in: store,
      results: options.results)
    output.objection = objection
    return output
  }

  /// What keeps the whole from counting.
  ///
  /// - Throws: ``HarnessError`` if nothing was measured.
  private func objection(to run: StoredRun, ledger: String) throws -> HarnessError? {
    let failures = run.failures.filter { $0.method != MethodRecord.reference.name }
    let empty = run.methods.filter {
      !run.isAnchor($0) && run.counts[$0.name]?.scored ?? 0 == 0
    }
    var validity = RunValidity(
      isMeasured: run.methods.contains { run.counts[$0.name]?.scored ?? 0 > 0 },
      failures: failures.map(\.failure))
    validity.missing = empty.map { method in
      let failed = failures.first { $0.method == method.name }
      let reason = failed?.failure.reason ?? "there are no images"
      return "no image of '\(method.name)' was scored: the first reason is: \(reason)"
    }
    let objection = validity.objection(allowing: options.maximumFailures, ledger: ledger)
    if let objection, !validity.isMeasured { throw objection }
    return objection
  }

  // MARK: Shards

  /// Opens every shard, sorted by number.
  private func shards() throws -> [StoredShard] {
    let paths = try options.shards.flatMap(Self.files)
    // The same file twice says nothing more.
    let distinct = Set(paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path })
    let shards = try distinct.sortedByBytes().map { try StoredShard(path: $0) }
    guard !shards.isEmpty else {
      throw HarnessError(.usage, "merge needs the databases of shards, or folders with them")
    }
    return shards.sorted { $0.shard.number < $1.shard.number }
  }

  /// A database itself, or those of all shards in a folder.
  private static func files(_ path: String) throws -> [String] {
    guard let kind = PathKind(at: path) else {
      throw HarnessError(.runtime, "there is no database of a shard at \(path)")
    }
    guard kind == .folder else { return [path] }
    let names = try DatasetFiles.names(in: path).filter {
      $0.hasPrefix(Shard.filePrefix) && $0.hasSuffix(".sqlite")
    }
    guard !names.isEmpty else {
      throw HarnessError(
        .runtime, "\(path) has no database of a shard, named \(Shard.filePrefix)i-of-n.sqlite")
    }
    return names.map { "\(path)/\($0)" }
  }

  /// Refuses shards that do not belong together, or do not make up a whole.
  private func check(_ shards: [StoredShard]) throws {
    let first = shards[0]
    for other in shards.dropFirst() {
      if let difference = try first.difference(from: other) {
        throw HarnessError(
          .notComparable,
          "\(other.path) and \(first.path) are not shards of one run: \(difference)")
      }
    }
    var missing = first.assignment
    for shard in shards {
      for id in shard.measured { missing[id] = nil }
    }
    guard missing.isEmpty else { throw Self.gaps(missing, of: first) }
  }

  /// Names every id that no shard has measured.
  private static func gaps(_ missing: [String: Int], of first: StoredShard) -> HarnessError {
    let ids = Dictionary(grouping: missing.keys, by: { missing[$0] ?? 0 })
    let lines = ids.keys.sorted().map { number in
      "  shard \(number)/\(first.shard.count): "
        + (ids[number] ?? []).sortedByBytes().joined(separator: ", ")
    }
    return HarnessError(
      .invalid,
      "\(missing.count) of \(first.assignment.count) pairs were not measured; run or finish the shards "
        + "below and merge again\n" + lines.joined(separator: "\n"))
  }

  // MARK: The whole

  /// Begins the joined run, or takes up the one that the same shards were joined to before.
  private func session(_ shards: [StoredShard], in store: Store) throws -> RunSession {
    let first = shards[0]
    var settings = first.settings
    settings.shard = nil
    // A copy of a shard's file is the same part.
    var runs: Set<String> = []
    settings.parts = shards.filter { runs.insert($0.record.id).inserted }.map {
      RunSettings.Part(shard: $0.shard, run: $0.record.id, machine: $0.record.machine)
    }
    let record = RunRecord(
      id: RunSession.newID(), protocolID: first.record.protocolID, created: Date(),
      commandLine: options.commandLine, toolVersion: first.record.toolVersion,
      fingerprint: first.record.fingerprint, settings: JSONText.encode(settings),
      machine: Machine.current.json, pairsHash: first.record.pairsHash)
    let earlier = try store.runs(
      RunFilter(
        protocolID: record.protocolID, fingerprint: record.fingerprint,
        pairsHash: record.pairsHash)
    ).first { $0.settings == record.settings }
    if let earlier {
      options.notice("these shards were joined before; run \(earlier.id) is scored again")
    }
    // Existing rows must be equal.
    try store.join(
      shards.map { ($0.store, $0.record.id) }, to: earlier ?? record,
      methods: first.store.methods(ofRun: first.record.id),
      fingerprint: FingerprintRecord(
        hash: record.fingerprint,
        text: first.store.text(ofFingerprint: record.fingerprint) ?? ""))
    return RunSession(store, resuming: (earlier ?? record).id)
  }
}

/// The latest run in the database of a shard.
private struct StoredShard {
  let path: String
  let store: Store
  let record: RunRecord
  let settings: RunSettings
  let shard: Shard
  /// The number of every id's shard.
  let assignment: [String: Int]
  /// Ids that it has measured.
  let measured: [String]

  /// - Throws: errors of the store; ``HarnessError`` for a database of something else.
  init(path: String) throws {
    self.path = path
    store = try Store(path: path, access: .readOnly)
    guard let record = try store.latestRun() else {
      throw HarnessError(.notComparable, "\(path) holds no run yet")
    }
    settings = try RunSettings(json: record.settings, run: record.id)
    guard let shard = settings.shard else {
      throw HarnessError(
        .notComparable,
        "run \(record.id) in \(path) is not a shard; only runs with --shard are joined"
      )
    }
    self.record = record
    self.shard = shard
    assignment = try store.shards(ofRun: record.id)
    measured = try store.pairs(ofRun: record.id).map(\.imageID)
  }

  /// Why another one belongs to another run; nil if it does not.
  func difference(from other: StoredShard) throws -> String? {
    let (one, two) = (record, other.record)
    if one.protocolID != two.protocolID {
      return "one measures \(two.protocolID), the other \(one.protocolID)"
    }
    if one.pairsHash != two.pairsHash { return "their pairs differ" }
    if one.fingerprint != two.fingerprint {
      return Fingerprint.differences(
        try store.text(ofFingerprint: one.fingerprint) ?? "",
        try other.store.text(ofFingerprint: two.fingerprint) ?? "")
    }
    return one.toolVersion == two.toolVersion
      ? nil : "evalkit \(two.toolVersion) measured the one, \(one.toolVersion) the other"
  }
}
