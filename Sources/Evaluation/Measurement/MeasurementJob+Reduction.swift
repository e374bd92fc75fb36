import Datasets
import Essentials
import Generators
import Metrics
import Store
import Tensors
import Terms

/// What belongs to a row's set alone, beside what was measured of its images.
package struct SetMeasurements {
  /// Distances between the row's own images, or why there are none.
  package var distances = Result<GroupDistances, ImageFailure>.success(GroupDistances())
  /// How long the row's images took, sorted by id.
  package var times: [GenerationTime] = []
}

extension MeasurementJob {
  /// Reduces what was measured to the scores of one row's set, and measures what belongs to the set
  /// alone.
  ///
  /// - Parameters:
  ///   - items: what ``measure()`` returned.
  ///   - row: which of the candidates.
  ///   - times: how long the row's images took, by id.
  ///   - statistics: of the real images, in place of their features.
  /// - Returns: one score for each measured metric.
  /// - Throws: ``HarnessError`` of kind `cancelled`; errors of the store.
  package func scores(
    of items: [ItemResult], row: Int, times: () -> [String: GenerationTime],
    statistics: FeatureStatistics? = nil
  ) throws -> [SetScore] {
    var reduction = SetReduction(metrics: plan.reductions, items: items, row: row)
    reduction.statistics = statistics
    reduction.workers = workers
    reduction.owners = ownersOfRealImages
    reduction.measurements = try setMeasurements(of: items, row: row, times: times)
    return reduction.scores()
  }

  /// Measures and stores what belongs to a row's set alone.
  ///
  /// - Throws: as ``scores(of:row:times:statistics:)``.
  @discardableResult
  package func setMeasurements(
    of items: [ItemResult], row: Int, times: () -> [String: GenerationTime]
  ) throws -> SetMeasurements {
    var found = SetMeasurements()
    if case .diversity(let meter, let choice)? = plan.meter(for: .lpipsDiversity) {
      let job = DiversityJob(
        pairs: pairs, items: items, row: row, candidate: candidates[row], meter: meter,
        choice: choice, working: plan.working, store: store, workers: workers,
        isRecalling: isRecalling,
        gate: MemoryGate(memory, workers: workers.count), shouldStop: shouldStop, notice: notice)
      do { found.distances = .success(try job.measure()) } catch let failure as ImageFailure {
        found.distances = .failure(failure)
      } catch let error as ImagePairError { found.distances = .failure(ImageFailure(error)) }
    }
    if plan.meter(for: .time) != nil {
      let times = times()
      let known = zip(pairs, items).compactMap { pair, item in
        item.candidates[row]?.value == nil ? nil : times[pair.id].map { (pair.id, $0) }
      }
      found.times = known.map(\.1)
      let method = candidates[row].name
      try store.replace(
        known.map { id, time in
          GenerationRecord(method: method, imageID: id, seconds: time.seconds, steps: time.steps)
        }, ofMethod: method, inRun: run)
    }
    return found
  }

  /// For each pair, the place of the pair whose real image stands for both.
  private var ownersOfRealImages: [Int] {
    SetReduction.places(ofOwners: pairs.map { owners[$0.id] }, ids: pairs.map(\.id))
  }
}
