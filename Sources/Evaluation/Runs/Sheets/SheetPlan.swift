import Datasets
import Foundation
import Measurement
import Metrics
import Store
import Terms

/// Which pairs a contact sheet shows: some spread evenly over the ids, then the best and the worst by a
/// metric.
///
/// It depends on the stored run alone, so every reader of the run gets the same rows.
package struct SheetPlan: Equatable {
  /// From above.
  package let rows: [Row]
  /// The method and metric that rank the images; nil where no image has its own score.
  package let ranking: Ranking?

  /// A pair and why it is shown.
  package struct Row: Equatable {
    /// Of the pair.
    package let id: String
    /// Empty for those that were only spread evenly.
    package let reason: String
  }

  /// What ranks the images.
  package struct Ranking: Equatable {
    /// Whose images are ranked.
    package let method: String
    /// By which score.
    package let metric: Metric

    /// Ranks one method's images by one metric.
    package init(method: String, metric: Metric) {
      self.method = method
      self.metric = metric
    }
  }

  private static let spreadCount = 4
  private static let extremeCount = 2

  /// Chooses the rows of a stored run.
  ///
  /// The first row that is no anchor ranks the pairs; with anchors alone it is the first that does not show
  /// the real faces themselves.
  ///
  /// - Throws: errors of the store.
  init(_ run: StoredRun, in store: Store) throws {
    let methods = run.methods.sorted { !run.isAnchor($0) && run.isAnchor($1) }
    let truth = "builtin:ground-truth"
    guard let method = methods.first(where: { $0.specification != truth }) ?? methods.first else {
      self.init(ids: [], scores: [], ranking: nil)
      return
    }
    let scores = try store.scores(ofRun: run.record.id, method: method.name)
    let measured = Set(scores.compactMap { Metric(named: $0.score.metric) })
    let metric = measured.min {
      ($0.sheetRank ?? .max, $0.name) < ($1.sheetRank ?? .max, $1.name)
    }
    self.init(
      ids: try store.images(ofRun: run.record.id, method: method.name).map(\.imageID),
      scores: scores.compactMap { score in
        guard score.score.metric == metric?.name else { return nil }
        return score.score.value.number.map { (score.imageID, $0) }
      }, ranking: metric.map { Ranking(method: method.name, metric: $0) })
  }

  /// Chooses rows.
  ///
  /// - Parameters:
  ///   - ids: of all pairs, in any order.
  ///   - scores: of those that have one.
  ///   - ranking: where the scores come from.
  package init(ids: [String], scores: [(id: String, value: Double)], ranking: Ranking?) {
    var extremes: [Row] = []
    if let descriptor = ranking?.metric {
      let sorted = scores.sorted { first, second in
        first.value == second.value
          ? Identifier.precedes(first.id, second.id)
          : descriptor.direction.prefers(first.value, to: second.value)
      }
      let count = min(Self.extremeCount, sorted.count / 3)
      extremes =
        sorted.prefix(count).map { Row($0, "best", descriptor) }
        + sorted.suffix(count).map { Row($0, "worst", descriptor) }
    }
    let chosen = Set(extremes.map(\.id))
    let rest = ids.sortedByBytes().filter { !chosen.contains($0) }
    let count = min(Self.spreadCount, rest.count)
    let spread = (0..<count).map { rest[(2 * $0 + 1) * rest.count / (2 * count)] }
    rows = spread.map { Row(id: $0, reason: "") } + extremes
    self.ranking = extremes.isEmpty ? nil : ranking
  }

  /// What the rows and columns are, in words.
  package var caption: String {
    let extremes = rows.count { !$0.reason.isEmpty } / 2
    let spread = rows.count - 2 * extremes
    var text = spread == 1 ? "One pair" : "\(spread) pairs evenly spread over the ids"
    if let ranking {
      let metric = ranking.metric
      text +=
        ", then the \(extremes) best and the \(extremes) worst by \(metric.title) "
        + "\(metric.direction.arrow) of \(ranking.method)"
    }
    return text + ". Beside each: its condition, the real face, and what every method made of it."
  }
}

extension SheetPlan.Row {
  fileprivate init(
    _ score: (id: String, value: Double), _ word: String, _ descriptor: Metric
  ) {
    id = score.id
    let value = String(
      format: "%.\(descriptor.digits)f", score.value * descriptor.unit.printedScale)
    reason = "\(word) \(descriptor.title): \(value)"
  }
}
