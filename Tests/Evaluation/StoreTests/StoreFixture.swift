import Foundation
import Store
import Terms
import TestSupport

/// A database in a folder of its own, with one run `r1` of two methods.
final class StoreFixture: Sendable {
  let folder: TemporaryFolder
  let path: String
  let store: Store

  static let fingerprints = [
    FingerprintRecord(hash: "f0", text: "run"), FingerprintRecord(hash: "f1", text: "lpips"),
    FingerprintRecord(hash: "f2", text: "fid"),
  ]

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("deep/evalkit.sqlite")
    store = try Store(path: path)
    try store.begin(Self.run("r1"), methods: Self.methods, fingerprints: Self.fingerprints)
  }

  static let methods = [
    MethodRecord(name: "ours", specification: "folder:out", kind: .folder),
    MethodRecord(name: "blurred", specification: "builtin:blurred", kind: .builtin),
  ]

  static func run(_ id: String, at seconds: Double = 1_700_000_000.1234) -> RunRecord {
    RunRecord(
      id: id, protocolID: "ddgi.table1", created: Date(timeIntervalSince1970: seconds),
      commandLine: "evalkit table1 --limit 3", toolVersion: "0.1.0", fingerprint: "f0",
      settings: #"{"limit": 3}"#, machine: #"{"cores": 2}"#, pairsHash: "p0")
  }

  func scored(_ id: String, method: String = "ours", hash: String? = "c0") -> ImageRecord {
    ImageRecord(run: "r1", method: method, imageID: id, contentHash: hash, outcome: .scored)
  }

  func failed(_ id: String) -> ImageRecord {
    ImageRecord(
      run: "r1", method: "ours", imageID: id, contentHash: nil,
      outcome: .failed(
        ImageFailure(
          state: LedgerState(rawValue: "truncated"), reason: "\(id).png ends early")))
  }
}
