import Essentials
import Store
import Terms

/// An image counts in every column of its method or in none, so that all columns rest on the same images. A
/// column that no image of a method can have is missing from the method, not from its images.
extension MeasurementJob {
  /// The needs of methods of which nothing is known yet: every metric.
  package var strictlyNeeded: [Set<Metric>] {
    methods.map { _ in Set(plan.measured) }
  }

  /// Fails the images that lack what others of their method have, and stores those that were taken for failed
  /// because of what none of them has.
  ///
  /// - Throws: errors of the store.
  func completed(_ results: [PairResult]) throws -> [PairResult] {
    let needed =
      needed
      ?? methods.indices.map { row in
        results.reduce(into: Set<Metric>()) { metrics, result in
          metrics.formUnion(result.images[row]?.value?.measured ?? [])
        }
      }
    let completed = results.map { $0.complete(for: needed) }
    let reprieved = completed.indices.filter { place in
      completed[place].images.contains { $0?.value?.shortfalls.isEmpty == false }
    }
    for start in stride(from: 0, to: reprieved.count, by: Self.pairsPerTransaction) {
      try store.record(
        reprieved[start...].prefix(Self.pairsPerTransaction).flatMap {
          try records(pairs[$0], completed[$0])
        })
    }
    return completed
  }

  private static let pairsPerTransaction = 256
}

extension PairResult {
  /// The results, in which images that lack what their method needs have failed.
  func complete(for needed: [Set<Metric>]) -> PairResult {
    var completed = self
    completed.images = zip(images, needed).map { image, needed in
      image?.flatMap { $0.complete(for: needed) }
    }
    return completed
  }
}

extension [ImageResult] {
  /// Why no image of a method has a metric; nil where none was tried.
  ///
  /// Of ``MeasurementJob/completed(_:)``'s results, one that does not fit an evaluator tells that none does.
  func shortfall(of metric: Metric) -> String? {
    lazy.flatMap(\.shortfalls).first { $0.metrics.contains(metric) }
      .map { "none of \(count) images can be measured: \($0.failure.reason)" }
  }
}
