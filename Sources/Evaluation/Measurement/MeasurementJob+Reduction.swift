import Datasets
import Essentials
import Generators
import Metrics
import Store
import Tensors
import Terms

/// What belongs to a method's set alone, beside what was measured of its images.
package struct SetMeasurements {
  /// Distances between the method's own images, or why there are none.
  package var distances = Result<GroupDistances, ImageFailure>.success(GroupDistances())
  /// How long the method's images took, sorted by id.
  package var times: [GenerationTime] = []
}

/// All images of one method, for what is measured of their set alone.
package struct MethodImages: Sendable {
  /// Sorted by id.
  let pairs: [Pair]
  /// What was measured of each pair.
  let results: [PairResult]
  /// Which of each result's images is the method's.
  let row: Int
  /// The method itself.
  let method: EvaluatedMethod
  /// How long images took, by id.
  let times: [String: GenerationTime]
  let resolution: EvaluationResolution
  let store: Store
  let run: String
  let workers: Workers
  /// Whether cached results may be used.
  let usesCache: Bool
  let gate: MemoryGate
  let shouldStop: @Sendable () -> Bool
  /// Told what a person should know at once.
  let notice: @Sendable (String) -> Void
}

extension MeasurementJob {
  /// Reduces what was measured to the scores of one method's set, and measures what belongs to the set alone.
  ///
  /// - Parameters:
  ///   - results: what ``measure()`` returned.
  ///   - row: which of the methods.
  ///   - times: how long the method's images took, by id.
  ///   - statistics: of the real images, in place of their features.
  /// - Returns: one score for each measured metric.
  /// - Throws: ``HarnessError`` of kind `cancelled`; errors of the store.
  package func scores(
    of results: [PairResult], row: Int, times: () -> [String: GenerationTime],
    statistics: FeatureStatistics? = nil
  ) throws -> [SetScore] {
    var set = MeasuredSet(metrics: plan.reductions, pairs: results, row: row)
    set.statistics = statistics
    set.workers = workers
    set.owners = ownersOfRealImages
    set.measurements = try setMeasurements(of: results, row: row, times: times)
    return set.scores()
  }

  /// Measures and stores what belongs to a method's set alone.
  ///
  /// - Throws: as ``scores(of:row:times:statistics:)``.
  @discardableResult
  package func setMeasurements(
    of results: [PairResult], row: Int, times: () -> [String: GenerationTime]
  ) throws -> SetMeasurements {
    // Receipts are many files, and only one metric reads them.
    let times = plan.evaluator(of: .time) == nil ? [:] : times()
    let set = MethodImages(
      pairs: pairs, results: results, row: row, method: methods[row], times: times,
      resolution: plan.resolution, store: store, run: run, workers: workers,
      usesCache: usesCache, gate: MemoryGate(memory, workers: workers.count),
      shouldStop: shouldStop, notice: notice)
    var found = SetMeasurements()
    for evaluator in plan.evaluators { try evaluator.measure(set, into: &found) }
    return found
  }

  /// For each pair, the place of the pair whose real image stands for both.
  private var ownersOfRealImages: [Int] {
    MeasuredSet.places(ofOwners: pairs.map { owners[$0.id] }, ids: pairs.map(\.id))
  }
}
