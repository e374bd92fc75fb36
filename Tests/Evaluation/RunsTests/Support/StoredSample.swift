import Foundation
import Provenance
import Runs
import Store
import Terms
import TestSupport

/// A database with runs of which nothing was measured: their scores are written down.
struct StoredSample {
  let folder: TemporaryFolder
  let store: Store

  /// An empty database.
  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
  }

  static let methods = [
    MethodRecord(name: "ours", specification: "folder:out", kind: .folder),
    MethodRecord(name: "blurred", specification: "builtin:blurred", kind: .builtin),
    .reference,
  ]

  /// Settings of a run that was asked for `mae`, `miou` and `fid`, of which the last has no weights.
  static let settings = [
    #"{"dataset":"folder:/data","departures":{},"deviations":["A stands in for B."],"#,
    #""findings":["1 file is missing."],"identity":{},"#,
    #""networks":[{"file":"p.pth","metrics":["miou"],"network":"parser","sha256":"00ff"}],"#,
    #""notRun":{"fid":"needs a.pth"},"pairCount":3,"#,
    #""reductions":{"mae":{"mean":{}},"miou":{"meanIntersection":{"_0":"agg19"}}},"seed":4,"#,
    #""weights":"published"}"#,
  ].joined()

  /// Begins a run.
  func begin(
    _ id: String, protocolID: String = StoredRun.scoreProtocolID, settings: String = settings,
    methods: [MethodRecord] = methods
  ) throws {
    try store.begin(
      RunRecord(
        id: id, protocolID: protocolID, created: Date(timeIntervalSince1970: 1_700_000_000),
        commandLine: "evalkit score", toolVersion: "0.9.0", fingerprint: "f0", settings: settings,
        pairsHash: "p0"),
      methods: methods,
      fingerprints: [
        FingerprintRecord(hash: "f0", text: "run"), FingerprintRecord(hash: "f1", text: "mae=1"),
        FingerprintRecord(hash: "f2", text: "miou=1"),
      ])
  }

  /// Two scored images and a failed one of each method, and the sets' scores.
  func fill(_ run: String) throws {
    for method in ["ours", "blurred"] {
      for id in ["1", "2"] {
        try store.record(
          ImageRecord(
            run: run, method: method, imageID: id, contentHash: "c\(id)", outcome: .scored),
          scores: [ScoreRecord(metric: "mae", value: 0.25, fingerprint: "f1")])
      }
    }
    try store.record(
      ImageRecord(
        run: run, method: "ours", imageID: "3", contentHash: nil,
        outcome: .failed(
          ImageFailure(state: LedgerState(rawValue: "truncated"), reason: "3.png ends early"))))
    try store.replace(
      [
        SetScoreRecord(
          method: "ours", metric: "mae", value: .number(0.25), referenceCount: 2, generatedCount: 2,
          standardError: 0.125, fingerprint: "f1"),
        SetScoreRecord(
          method: "ours", metric: "miou", value: .number(0.5), generatedCount: 2,
          standardError: 0.0625, fingerprint: "f2"),
        SetScoreRecord(
          method: "blurred", metric: "mae", value: .number(0.75), referenceCount: 2,
          generatedCount: 2, fingerprint: "f1"),
        SetScoreRecord(
          method: "blurred", metric: "miou", value: .absent(reason: "no label map"),
          generatedCount: 0, fingerprint: "f2"),
      ], inRun: run)
  }
}
