import Foundation
import Store

/// What is remembered of earlier measurements of the same content, and what is new.
///
/// One object serves one item on one worker; the new results are stored together with the item.
final class Recall {
  private let store: Store
  private let isReading: Bool
  /// Results that were computed and not yet stored.
  private(set) var fresh: [ArtifactRecord] = []

  /// Asks a store, or only collects what is new.
  init(_ store: Store, isReading: Bool) {
    self.store = store
    self.isReading = isReading
  }

  /// Values under a key, remembered or computed now; bits are kept exactly.
  func values<Element: BitwiseCopyable>(
    _ key: String, of type: Element.Type = Element.self, compute: () throws -> [Element]
  ) throws -> [Element] {
    if isReading, let data = try store.artifact(key),
      data.count % MemoryLayout<Element>.size == 0
    {
      return data.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Element>.size).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Element.self)
        }
      }
    }
    let values = try compute()
    fresh.append(
      ArtifactRecord(key: key, payload: values.withUnsafeBytes { Data($0) }))
    return values
  }
}
