import Datasets
import Foundation
import Images
import Measurement
import Provenance
import Store
import Tensors
import Terms
import TestSupport

/// A folder with real images and a database with one run, in which fake evaluators measure.
struct JobBench {
  let folder: TemporaryFolder
  let store: Store
  /// Sorted by id.
  let pairs: [Pair]
  let evaluators: [any MetricEvaluator]

  /// The id of the only run.
  static let run = "r1"

  /// Writes real images of noise and begins a run.
  init(_ evaluators: [any MetricEvaluator], count: Int = 9, rows: [String] = ["ours"]) throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
    self.evaluators = evaluators
    var pairs: [Pair] = []
    for place in 0..<count {
      try folder.write(ImageEncoder.png(Self.picture(UInt64(place))), to: "real/\(100 + place).png")
      pairs.append(Pair(id: "\(100 + place)", imagePath: folder.path("real/\(100 + place).png")))
    }
    self.pairs = pairs
    let plan = MetricPlan(evaluators: evaluators)
    let fingerprints = plan.measured.compactMap { plan.fingerprint(of: $0) }
    try store.begin(
      RunRecord(
        id: Self.run, protocolID: "score", created: Date(timeIntervalSince1970: 1_700_000_000),
        commandLine: "evalkit score", toolVersion: "1", fingerprint: "f0", pairsHash: "p0"),
      methods: rows.map {
        MethodRecord(name: $0, specification: "folder:\($0)", kind: .folder)
      } + [.reference],
      fingerprints: [FingerprintRecord(hash: "f0", text: "run")]
        + fingerprints.map { FingerprintRecord(hash: $0.hash, text: $0.text) })
  }

  /// Noise of 8×6 pixels.
  static func picture(_ seed: UInt64, width: Int = 8, height: Int = 6) -> Raster {
    var random = SplitMix64(seed: seed)
    return .noise(width, height, from: &random)
  }

  /// Made images by id, named `<row>/<id>`; those without one of their own are noise.
  static func method(
    _ row: String = "ours", seed: UInt64 = 1000,
    _ images: @escaping @Sendable (Pair) throws -> Raster? = { _ in nil }
  ) -> EvaluatedMethod {
    EvaluatedMethod(name: row) { pair in
      ImageSource(name: "\(row)/\(pair.id)", origin: nil) {
        try images(pair) ?? picture(seed &+ (UInt64(pair.id) ?? 0))
      }
    }
  }

  /// A job that measures some pairs, all unless named.
  func job(
    _ methods: [EvaluatedMethod] = [method()], pairs: [Pair]? = nil,
    requiresCounterpart: Bool = true, needed: [Set<Metric>]? = nil, workers: Int = 1,
    usesCache: Bool = true, shouldStop: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (JobProgress) -> Void = { _ in }
  ) -> MeasurementJob {
    MeasurementJob(
      pairs: pairs ?? self.pairs, methods: methods, plan: MetricPlan(evaluators: evaluators),
      requiresCounterpart: requiresCounterpart, needed: needed, store: store, run: Self.run,
      workers: Workers(count: workers), usesCache: usesCache, shouldStop: shouldStop,
      progress: progress)
  }

  /// The scores of a row's set.
  func scores(_ job: MeasurementJob, row: Int = 0) throws -> [SetScore] {
    try job.scores(of: job.measure(), row: row, times: { [:] })
  }

  /// The ledger as `<method> <id>` with the state of each.
  func ledger() throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try store.failures(ofRun: Self.run).map {
        ("\($0.method) \($0.imageID)", $0.failure.state.rawValue)
      })
  }
}
