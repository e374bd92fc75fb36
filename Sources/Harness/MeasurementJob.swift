import Datasets
import Foundation
import Generators
import Metrics
import Store
import Synchronization
import Tensors

/// One row's images.
package struct Candidate: Sendable {
  /// The row's name.
  package let name: String
  /// The image for a pair; nil where there is none and need not be one.
  let image: @Sendable (Pair) throws -> Raster?

  /// A row whose every pair has an image.
  init(_ method: any Method) {
    name = method.name
    image = { try method.image(for: $0) }
  }

  init(name: String, image: @escaping @Sendable (Pair) throws -> Raster?) {
    self.name = name
    self.image = image
  }
}

/// How far a job has come.
package struct JobProgress: Sendable {
  /// Pairs that are finished.
  package let finished: Int
  /// Pairs in all.
  package let total: Int
  /// Images that failed so far.
  package let failures: Int
}

/// Measures every pair with every meter for every row, storing each result as it is made.
struct MeasurementJob {
  let pairs: [Pair]
  let candidates: [Candidate]
  let plan: MeterPlan
  /// Whether an image without a real counterpart is a failure; else only its features are measured.
  let requiresReference: Bool
  let store: Store
  let run: String
  let workers: Workers
  /// Whether results of earlier runs on the same content may be used.
  let isRecalling: Bool
  let shouldStop: @Sendable () -> Bool
  let progress: @Sendable (JobProgress) -> Void

  /// Measures all pairs.
  ///
  /// - Returns: every result, by pair.
  /// - Throws: ``HarnessError`` of kind `cancelled` if asked to stop; errors of the store. What is
  ///   finished then is stored.
  func measure() throws -> [ItemResult] {
    let memories = (0..<workers.count).map { _ in WorkerMemory() }
    let tally = Mutex((finished: 0, failures: 0))
    progress(JobProgress(finished: 0, total: pairs.count, failures: 0))
    return try workers.map(pairs.count) { index, worker in
      if shouldStop() {
        throw HarnessError(.cancelled, "stopped on request; a second call resumes")
      }
      let pair = pairs[index]
      let recall = Recall(store, isReading: isRecalling)
      let item = ItemMeasurement(
        meters: plan.meters, working: plan.working, requiresReference: requiresReference,
        memory: memories[worker], recall: recall
      ).measure(pair, candidates: candidates.map { image(of: pair, from: $0) })
      try record(item, of: pair, fresh: recall.fresh)
      let failed = item.candidates.count { $0?.failure != nil }
      tally.withLock { tally in
        tally.finished += 1
        tally.failures += failed
        progress(
          JobProgress(finished: tally.finished, total: pairs.count, failures: tally.failures))
      }
      return item
    }
  }

  private func image(of pair: Pair, from candidate: Candidate) -> Result<Raster, ImageFailure>? {
    do { return try candidate.image(pair).map { .success($0) } } catch {
      return .failure(ImageFailure(error))
    }
  }

  /// One transaction an image; what several rows share goes with the first.
  private func record(_ item: ItemResult, of pair: Pair, fresh: [ArtifactRecord]) throws {
    var artifacts = fresh
    let reference = item.reference?.failure.map { Result<ImageResult, ImageFailure>.failure($0) }
    let rows = candidates.map(\.name) + [RunSession.referenceMethod.name]
    for (row, result) in zip(rows, item.candidates + [reference]) {
      guard let result else { continue }
      switch result {
      case .success(let image):
        try store.record(
          imageRecord(pair, row, image.content.text, .scored),
          scores: try wanted(image.scores).map { try score($0.key, $0.value) },
          artifacts: artifacts)
      case .failure(let failure):
        try store.record(
          imageRecord(pair, row, nil, .failed(state: failure.state, reason: failure.reason)),
          artifacts: artifacts)
      }
      artifacts = []
    }
    if !artifacts.isEmpty { try store.insert(artifacts) }
  }

  private func imageRecord(
    _ pair: Pair, _ row: String, _ hash: String?, _ outcome: ImageRecord.Outcome
  ) -> ImageRecord {
    ImageRecord(
      run: run, method: row, imageID: pair.id, contentHash: hash, outcome: outcome)
  }

  /// A meter may serve more metrics than were asked for.
  private func wanted(_ scores: [MetricIdentifier: Double]) -> [MetricIdentifier: Double] {
    scores.filter { plan.measured.contains($0.key) }
  }

  private func score(_ metric: MetricIdentifier, _ value: Double) throws -> ScoreRecord {
    guard let fingerprint = plan.fingerprint(of: metric) else {
      throw HarnessError(.runtime, "\(metric.rawValue) was measured without a meter")
    }
    return ScoreRecord(metric: metric.rawValue, value: value, fingerprint: fingerprint.hash)
  }
}
