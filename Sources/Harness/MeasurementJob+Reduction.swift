import Datasets
import Generators
import Metrics

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
  func scores(
    of items: [ItemResult], row: Int, times: () -> [String: GenerationTime],
    statistics: FeatureStatistics? = nil
  ) throws -> [SetScore] {
    var reduction = SetReduction(plan: plan, items: items, row: row)
    reduction.statistics = statistics
    reduction.workers = workers
    reduction.owners = ownersOfRealImages
    if case .diversity(let meter, let choice)? = plan.meter(for: .lpipsDiversity) {
      let job = DiversityJob(
        pairs: pairs, items: items, row: row, candidate: candidates[row], meter: meter,
        choice: choice, working: plan.working, store: store, workers: workers,
        isRecalling: isRecalling, shouldStop: shouldStop)
      do { reduction.distances = .success(try job.measure()) } catch let failure as ImageFailure {
        reduction.distances = .failure(failure)
      } catch let error as ImagePairError { reduction.distances = .failure(ImageFailure(error)) }
    }
    if plan.meter(for: .time) != nil {
      let times = times()
      reduction.times = zip(pairs, items).compactMap { pair, item in
        item.candidates[row]?.value == nil ? nil : times[pair.id]
      }
    }
    return reduction.scores()
  }

  /// For each pair, the place of the pair whose real image stands for both; its own unless it repeats
  /// another's.
  private var ownersOfRealImages: [Int] {
    var first: [String: Int] = [:]
    for (place, pair) in pairs.enumerated() where !repeats.contains(pair.id) {
      if let path = pair.imagePath { first[path] = first[path] ?? place }
    }
    return pairs.enumerated().map { place, pair in
      guard repeats.contains(pair.id), let path = pair.imagePath else { return place }
      return first[path] ?? place
    }
  }
}
