import Foundation
import Store
import Terms

/// What is remembered of earlier measurements of the same content, and what is new.
///
/// One object serves one group of pairs on one worker; the new results are stored together with the
/// group.
package final class ResultCache {
  private let store: Store
  private let isReading: Bool
  /// Results that were computed and not yet stored.
  private(set) var fresh: [ArtifactRecord] = []
  /// Keys of remembered results that were of use.
  private(set) var recalled: [String] = []
  /// Remembered results that are no longer what was stored; they are computed anew and replaced.
  private(set) var damaged = 0
  /// The same as ``fresh`` by key: two metrics may rest on the same features.
  private var computed: [String: Data] = [:]

  /// Asks a store, or only collects what is new.
  init(_ store: Store, isReading: Bool) {
    self.store = store
    self.isReading = isReading
  }

  /// Values under every key of a batch, remembered or computed now, all missing ones together; bits are
  /// kept exactly.
  ///
  /// - Throws: errors of the store.
  func values<Request, Element: BitwiseCopyable>(
    _ batch: Batch<Request>,
    compute: ([Request]) -> [Result<[Element], ImageFailure>]
  ) throws -> [String: Result<[Element], ImageFailure>] {
    var found = computed.filter { batch.contains($0.key) }
    if isReading {
      let unknown = batch.entries.map(\.key).filter { found[$0] == nil }
      let remembered = try store.artifacts(among: unknown)
      recalled += remembered.payloads.keys
      damaged += remembered.damaged.count
      found.merge(remembered.payloads) { mine, _ in mine }
    }
    var values: [String: Result<[Element], ImageFailure>] = [:]
    for (key, payload) in found { values[key] = Self.elements(payload).map { .success($0) } }
    let missing = batch.entries.filter { values[$0.key] == nil }
    if missing.isEmpty { return values }
    for (entry, result) in zip(missing, compute(missing.map(\.request))) {
      values[entry.key] = result
      guard case .success(let elements) = result else { continue }
      let payload = elements.withUnsafeBytes { Data($0) }
      computed[entry.key] = payload
      fresh.append(ArtifactRecord(key: entry.key, payload: payload))
    }
    return values
  }

  /// The same for a single number under every key.
  func numbers<Request>(
    _ batch: Batch<Request>, compute: ([Request]) -> [Result<Double, ImageFailure>]
  ) throws -> [String: Result<Double, ImageFailure>] {
    try values(batch) { compute($0).map { $0.map { [$0] } } }.compactMapValues { found in
      switch found {
      case .success(let numbers): numbers.first.map { .success($0) }
      case .failure(let failure): .failure(failure)
      }
    }
  }

  /// What to say of damaged results; nil for none.
  static func warning(_ damaged: Int, in store: Store) -> String? {
    damaged == 0
      ? nil
      : "\(damaged) remembered \(damaged == 1 ? "result" : "results") in \(store.path) "
        + "\(damaged == 1 ? "was" : "were") damaged and measured again; check the disk"
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

/// What a group of pairs asks of one instrument, each distinct content once.
struct Batch<Request> {
  private(set) var entries: [(key: String, request: Request)] = []
  private var keys: Set<String> = []

  /// Adds a request unless its key is there.
  mutating func add(_ request: Request, key: String) {
    if keys.insert(key).inserted { entries.append((key, request)) }
  }

  func contains(_ key: String) -> Bool { keys.contains(key) }
}
