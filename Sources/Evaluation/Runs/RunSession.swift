import Foundation
import Models
import Provenance
import Store

/// A run in the database: a new one, or an interrupted one that is resumed.
package struct RunSession: Sendable {
  /// The database.
  package let store: Store
  /// The run's id.
  package let id: String
  /// Whether an interrupted run is continued.
  package let isResumed: Bool
  private let start = ContinuousClock.now

  /// Finds an unfinished run of the same settings on the same pairs, or begins one.
  ///
  /// - Parameters:
  ///   - store: where to.
  ///   - description: what is measured.
  ///   - methods: the rows.
  ///   - fingerprints: texts of all fingerprints that scores will refer to.
  /// - Throws: errors of the store.
  package init(
    _ store: Store, _ description: RunDescription, methods: [MethodRecord],
    fingerprints: [Fingerprint]
  ) throws {
    self.store = store
    let records = (fingerprints + [description.fingerprint]).map {
      FingerprintRecord(hash: $0.hash, text: $0.text)
    }
    let unfinished = try store.latestRun(
      RunFilter(
        protocolID: description.protocolID, fingerprint: description.fingerprint.hash,
        pairsHash: description.pairsHash, statuses: [.running, .interrupted, .failed]))
    if let unfinished {
      id = unfinished.id
      isResumed = true
      try store.register(records)
      try store.add(methods, toRun: id)
      try store.setStatus(.running, ofRun: id)
      return
    }
    id = Self.newID()
    isResumed = false
    try store.begin(
      RunRecord(
        id: id, protocolID: description.protocolID, created: Date(),
        commandLine: description.commandLine, toolVersion: Tool.version,
        fingerprint: description.fingerprint.hash, settings: description.settings,
        machine: Machine.current.json, pairsHash: description.pairsHash),
      methods: methods, fingerprints: records)
  }

  /// Takes up a run that is known to be there.
  package init(_ store: Store, resuming id: String) {
    self.store = store
    self.id = id
    isResumed = true
  }

  /// Sortable by time, unique by chance: `20260131-235959-1a2b3c4d`.
  package static func newID() -> String {
    let formatter = DateFormatter()
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.locale = Locale(identifier: "en_US_POSIX")
    let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
    return formatter.string(from: Date()) + "-"
      + String(repeating: "0", count: 8 - suffix.count) + suffix
  }

  /// Notes how the run ended, and how long this call has worked on it.
  func finish(_ status: RunStatus) throws {
    try store.setStatus(status, ofRun: id)
    try store.add(seconds: (.now - start) / .seconds(1), toRun: id)
  }

  /// Runs the work and records how it ended, in every case.
  ///
  /// - Parameters:
  ///   - objection: why a result does not count although it exists; the run is then recorded as failed.
  ///   - work: makes the result.
  /// - Returns: the result.
  /// - Throws: what the work throws, and errors of the store.
  package func perform<Value>(
    objection: (Value) -> HarnessError? = { _ in nil }, _ work: () throws -> Value
  ) throws -> Value {
    do {
      let value = try work()
      try finish(objection(value) == nil ? .complete : .failed)
      return value
    } catch {
      let isCancelled = (error as? HarnessError)?.kind == .cancelled
      // The first error is the one to report; a database that fails now has failed before.
      try? finish(isCancelled ? .interrupted : .failed)
      throw error
    }
  }
}

/// What a run measures, as it is stored with it.
package struct RunDescription {
  let protocolID: String
  let commandLine: String
  /// Hash over everything that can move a number of the run.
  let fingerprint: Fingerprint
  /// JSON.
  let settings: String
  let pairsHash: String

  /// Joins the parts.
  package init(
    protocolID: String,
    commandLine: String,
    fingerprint: Fingerprint,
    settings: String,
    pairsHash: String
  ) {
    self.protocolID = protocolID
    self.commandLine = commandLine
    self.fingerprint = fingerprint
    self.settings = settings
    self.pairsHash = pairsHash
  }
}
