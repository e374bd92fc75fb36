import Metrics
import Provenance
import Store

extension CacheLimit {
  /// Evicts what exceeds the limit; nothing but time is lost.
  ///
  /// The least recently used results go first. What scores of stored runs' sets
  /// depend on, and with them baselines and `verify`, is evicted last and reported.
  ///
  /// - Throws: errors of the store.
  package func apply(to store: Store, notice: (String) -> Void) throws -> CacheReport {
    var report = try CacheReport(store)
    guard report.bytes > bytes else { return report }
    let needs = try RunNeeds(store)
    report.add(try store.evictArtifacts(downTo: bytes, sparing: needs.keys))
    guard report.bytes > bytes else { return report }
    let last = try store.evictArtifacts(downTo: bytes)
    report.add(last)
    let runs = needs.runs(needing: Set(last.keys))
    notice(
      "\(last.keys.count) results that scores of sets rest on had to be forgotten, of "
        + "\(runs.joined(separator: ", ")); 'verify' and gates on FID will ask to measure again")
    return report
  }
}

/// The size of cached results.
package struct CacheReport: Encodable, Equatable, Sendable {
  private let schema = 1
  /// The database that holds them.
  package let database: String
  /// How many there are.
  package private(set) var results: Int
  /// Bytes that they take.
  package private(set) var bytes: Int
  /// How many were evicted.
  package private(set) var forgotten = 0
  /// Bytes of the evicted results.
  package private(set) var forgottenBytes = 0

  /// Looks at a database.
  ///
  /// - Throws: errors of the store.
  init(_ store: Store) throws {
    database = store.path
    (results, bytes) = try store.artifactTotals()
  }

  fileprivate mutating func add(_ eviction: Eviction) {
    results -= eviction.keys.count
    bytes -= eviction.bytes
    forgotten += eviction.keys.count
    forgottenBytes += eviction.bytes
  }

  /// For people.
  package var text: String {
    let size = "\(results) remembered results, \(bytes.inBytes), in \(database)"
    return forgotten == 0 ? size : "\(size); \(forgotten) forgotten, \(forgottenBytes.inBytes)"
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }

  /// The cached results of a results folder; with a limit, the excess is evicted first and its
  /// space returned to the disk.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` if there is no database, `usage` for a limit that
  ///   is not a size; errors of the store.
  package static func of(
    results: String, limit: String?, notice: (String) -> Void
  ) throws -> CacheReport {
    let limit = try limit.map { try CacheLimit(parsing: $0) }
    let store = try ResultsDatabase.open(results, access: limit == nil ? .readOnly : .readWrite)
    guard let limit else { return try CacheReport(store) }
    let report = try limit.apply(to: store, notice: notice)
    do { try store.compact() } catch StoreError.locked {
      notice("the file keeps its size, because another program uses it")
    }
    return report
  }
}

/// Which cached results the scores of stored runs' sets depend on.
private struct RunNeeds {
  private var keysOfRuns: [(name: String, keys: Set<String>)] = []

  init(_ store: Store) throws {
    let baselines = try store.baselinesByRun()
    for record in try store.runs(limit: .max) {
      let run = try StoredRun(record, in: store)
      // Runs of an older evalkit do not record what their scores depend on.
      guard !run.isPruned, run.settings.reductions != nil else { continue }
      let results = try StoredResults(run, in: store)
      let keys = try run.methods.reduce(into: Set<String>()) {
        $0.formUnion(try results.keys(of: $1.name))
      }
      let names = (baselines[record.id] ?? []).map { " (baseline \($0))" }.joined()
      keysOfRuns.append(("run \(record.id)\(names)", keys))
    }
  }

  var keys: Set<String> { keysOfRuns.reduce(into: []) { $0.formUnion($1.keys) } }

  func runs(needing keys: Set<String>) -> [String] {
    keysOfRuns.filter { !$0.keys.isDisjoint(with: keys) }.map(\.name)
  }
}
