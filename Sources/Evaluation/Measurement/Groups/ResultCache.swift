import Foundation
import Store
import Terms

/// Results of earlier measurements of the same content, and what is new.
///
/// One object serves one group of pairs on one worker; the new results are stored together with the
/// group.
package final class ResultCache {
  private let store: Store
  private let isReading: Bool
  /// Results that were computed and not yet stored.
  package private(set) var fresh: [ArtifactRecord] = []
  /// Keys of cached results that were of use.
  package private(set) var used: [String] = []
  /// Cached results that are no longer what was stored; they are computed anew and replaced.
  package private(set) var damaged = 0
  /// The same as ``fresh`` by key: two metrics may rest on the same features.
  private var computed: [String: Data] = [:]

  /// Asks a store, or only collects what is new.
  package init(_ store: Store, isReading: Bool) {
    self.store = store
    self.isReading = isReading
  }

  /// Arrays under every key of a batch, cached or computed now, all missing ones together; bits are kept
  /// exactly.
  ///
  /// - Throws: errors of the store.
  package func values<Request, Element: BitwiseCopyable>(
    _ batch: Batch<Request>, compute: ([Request]) -> [Result<[Element], ImageFailure>]
  ) throws -> [String: Result<[Element], ImageFailure>] {
    try results(
      batch, read: Self.elements, write: { $0.withUnsafeBytes { Data($0) } }, compute: compute)
  }

  /// The same for a single number under every key.
  ///
  /// - Throws: errors of the store.
  package func numbers<Request>(
    _ batch: Batch<Request>, compute: ([Request]) -> [Result<Double, ImageFailure>]
  ) throws -> [String: Result<Double, ImageFailure>] {
    try results(
      batch, read: Self.number, write: { withUnsafeBytes(of: $0) { Data($0) } }, compute: compute)
  }

  private func results<Request, Value>(
    _ batch: Batch<Request>, read: (Data) -> Value?, write: (Value) -> Data,
    compute: ([Request]) -> [Result<Value, ImageFailure>]
  ) throws -> [String: Result<Value, ImageFailure>] {
    var found = computed.filter { batch.contains($0.key) }
    if isReading {
      let unknown = batch.entries.map(\.key).filter { found[$0] == nil }
      let cached = try store.artifacts(among: unknown)
      used += cached.payloads.keys
      damaged += cached.damaged.count
      found.merge(cached.payloads) { mine, _ in mine }
    }
    var values: [String: Result<Value, ImageFailure>] = [:]
    for (key, payload) in found { values[key] = read(payload).map { .success($0) } }
    let missing = batch.entries.filter { values[$0.key] == nil }
    if missing.isEmpty { return values }
    for (entry, result) in zip(missing, compute(missing.map(\.request))) {
      values[entry.key] = result
      guard case .success(let value) = result else { continue }
      let payload = write(value)
      computed[entry.key] = payload
      fresh.append(ArtifactRecord(key: entry.key, payload: payload))
    }
    return values
  }

  /// What to say of damaged results; nil for none.
  package static func warning(_ damaged: Int, in store: Store) -> String? {
    damaged == 0
      ? nil
      : "\(damaged) remembered \(damaged == 1 ? "result" : "results") in \(store.path) "
        + "\(damaged == 1 ? "was" : "were") damaged and measured again; check the disk"
  }

  /// Nil for a payload that is no number: it is computed anew.
  private static func number(_ payload: Data) -> Double? {
    guard payload.count == MemoryLayout<Double>.size else { return nil }
    return payload.withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
  }

  /// Nil for a payload that cannot be an array of the type: it is computed anew.
  package static func elements<Element: BitwiseCopyable>(_ payload: Data) -> [Element]? {
    guard payload.count % MemoryLayout<Element>.size == 0 else { return nil }
    return payload.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
      }
    }
  }
}

/// What a group of pairs asks of one network, each distinct content once.
package struct Batch<Request> {
  /// The requests with their keys, in the order in which they were added first.
  package private(set) var entries: [(key: String, request: Request)] = []
  private var keys: Set<String> = []

  /// Asks nothing yet.
  package init() {}

  /// Adds a request unless its key is there.
  package mutating func add(_ request: Request, key: String) {
    if keys.insert(key).inserted { entries.append((key, request)) }
  }

  /// Whether something is asked under a key.
  package func contains(_ key: String) -> Bool { keys.contains(key) }
}
