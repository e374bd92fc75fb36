import Datasets
import Foundation
import Generators
import Images
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms
import TestSupport

/// Pairs that are measured into a database, to be read back from it.
struct RunBench {
  let folder: TemporaryFolder
  let store: Store
  let plan: MetricPlan
  /// Sorted by id; all have captions and real images.
  var pairs: [Pair]
  /// Ids of pairs whose real image is another one's, with that one's.
  var owners: [String: String] = [:]

  /// Writes real images of noise.
  init(_ evaluators: [any MetricEvaluator], count: Int = 12) throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
    plan = MetricPlan(evaluators: evaluators)
    pairs = []
    for place in 0..<count {
      let id = "\(100 + place)"
      try folder.write(ImageEncoder.png(Self.picture(UInt64(place))), to: "real/\(id).png")
      pairs.append(
        Pair(id: id, imagePath: folder.path("real/\(id).png"), text: "face number \(place % 5)"))
    }
  }

  /// Noise of 8×6 pixels.
  static func picture(_ seed: UInt64) -> Raster {
    var random = SplitMix64(seed: seed)
    return .noise(8, 6, from: &random)
  }

  /// How long each image took.
  var times: [String: GenerationTime] {
    Dictionary(
      uniqueKeysWithValues: pairs.enumerated().map { place, pair in
        (pair.id, GenerationTime(seconds: 1 + 0.1 * Double(place), steps: 20))
      })
  }

  /// Measures made images of noise as the method `ours`, of which some fail.
  ///
  /// - Parameters:
  ///   - isScore: whether a folder is scored without a paper, where what has no real counterpart takes part in
  ///     sets only.
  ///   - failing: ids of images that cannot be decoded.
  /// - Returns: the scores of the set as measured.
  /// - Throws: errors of the job and of the store.
  func measure(isScore: Bool, failing: Set<String> = []) throws -> [SetScore] {
    try begin(isScore ? StoredRun.scoreProtocolID : "ddgi.table1")
    let method = EvaluatedMethod(name: "ours") { pair in
      ImageSource(name: "ours/\(pair.id)", origin: nil) {
        if failing.contains(pair.id) {
          throw ImageFailure(state: LedgerState(rawValue: "truncated"), reason: "ends early")
        }
        return Self.picture(1000 + (UInt64(pair.id) ?? 0))
      }
    }
    let job = MeasurementJob(
      pairs: pairs, methods: [method], plan: plan, owners: owners,
      requiresCounterpart: !isScore, store: store, run: "r1", workers: Workers(count: 2),
      usesCache: true, shouldStop: { false }, progress: { _ in })
    let scores = try job.scores(of: job.measure(), row: 0, times: { times })
    try store.replace(scores.map { $0.record(method: "ours") }, inRun: "r1")
    return scores
  }

  private func begin(_ protocolID: String) throws {
    let fingerprints = plan.measured.compactMap { metric in
      plan.fingerprint(of: metric).map { (metric, $0) }
    }
    let settings = RunSettings(
      plan: plan, dataset: "folder:x", pairCount: pairs.count, findings: [], weights: "compact",
      seed: 0,
      identity: Dictionary(
        uniqueKeysWithValues: fingerprints.map { ("metric.\($0.0.name)", $0.1.hash) }))
    try store.begin(
      RunRecord(
        id: "r1", protocolID: protocolID, created: Date(timeIntervalSince1970: 1_700_000_000),
        commandLine: "evalkit", toolVersion: "1", fingerprint: "f0",
        settings: JSONText.encode(settings), pairsHash: "p0"),
      methods: [MethodRecord(name: "ours", specification: "folder:x", kind: .folder), .reference],
      fingerprints: [FingerprintRecord(hash: "f0", text: "run")]
        + fingerprints.map { FingerprintRecord(hash: $0.1.hash, text: $0.1.text) })
  }

  /// What the database holds.
  func stored() throws -> StoredResults {
    try StoredResults(StoredRun.find(nil, in: store), in: store)
  }

  /// The scores of the set as read back.
  func storedScores(workers: Int = 1) throws -> [SetScore] {
    try stored().scores(of: "ours", workers: Workers(count: workers))
  }
}
