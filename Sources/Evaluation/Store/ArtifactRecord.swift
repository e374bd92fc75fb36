import Essentials
import Foundation
import GRDB

/// Something expensive that depends on content alone: features, a confusion matrix, an embedding.
package struct ArtifactRecord: Sendable, Hashable {
  /// Content hash and fingerprint of whatever made it; equal keys mean equal payloads.
  package let key: String
  /// The result's bytes, in the form of whatever made it.
  package let payload: Data

  /// A result under its key.
  package init(key: String, payload: Data) {
    self.key = key
    self.payload = payload
  }

  /// SHA-256 of key and payload, so that neither a changed byte nor another result's payload passes.
  var digest: String { FileDigest.sha256(of: Data(key.utf8) + payload) }

  /// ``digest`` for SQL, `artifact_digest(key, payload)`; `NULL` for what is no result.
  static let digestFunction = DatabaseFunction("artifact_digest", argumentCount: 2, pure: true) {
    values in
    guard let key = String.fromDatabaseValue(values[0]),
      let payload = Data.fromDatabaseValue(values[1])
    else { return nil }
    return ArtifactRecord(key: key, payload: payload).digest
  }
}

/// What is cached under some keys.
package struct FoundArtifacts: Sendable {
  /// Payloads as they were stored, by key.
  package internal(set) var payloads: [String: Data] = [:]
  /// Keys of results whose payload is no longer what was stored.
  package internal(set) var damaged: Set<String> = []

  /// Nothing.
  package init() {}
}
