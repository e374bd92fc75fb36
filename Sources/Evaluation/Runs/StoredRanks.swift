import Measurement
import Reports
import Store
import Tables
import Terms
import Verdicts

/// How a run's methods rank over its images.
package struct StoredRanks {
  private let run: StoredRun
  private let store: Store
  /// Which images belong together; those without an entry stand for themselves.
  private let clusters: [String: String]

  /// Reads which images belong together.
  ///
  /// - Throws: errors of the store.
  package init(_ run: StoredRun, in store: Store) throws {
    self.run = run
    self.store = store
    clusters = Clustering.automatic.clusters(of: try store.pairs(ofRun: run.record.id))
  }

  /// The ranks in each column that images have scores of.
  ///
  /// Anchors take no part. Only images that all methods of a column have a number for are ranked; those that belong
  /// together count once, by their mean. Columns without two methods or two such images are left out.
  ///
  /// - Parameter table: the protocol of the run; nil for scores without a paper.
  /// - Returns: one entry a column, from left to right.
  /// - Throws: errors of the store.
  package func ranks(in table: PaperTable?) throws -> [TableReport.Ranks] {
    let metrics = run.settings.requested(scored: run.scores.values.flatMap(\.keys))
    return try ReportColumn.columns(of: metrics, in: table).compactMap { column in
      guard column.detail == nil, let metric = column.metric.flatMap(Metric.init(named:)),
        metric.scope != .set
      else { return nil }
      let methods = run.methods.filter {
        !run.isAnchor($0) && run.scores[$0.name]?[metric.name] != nil
      }
      let blocks = try blocks(of: methods.map(\.name), metric)
      guard let found = RankComparison(blocks, better: metric.direction) else { return nil }
      return TableReport.Ranks(
        column: column.printed.id, heading: column.printed.heading,
        places: found.ranks.map {
          TableReport.Ranks.Place(
            method: methods[$0.method].name, mean: $0.mean, interval: $0.interval)
        }, criticalDifference: found.criticalDifference, pValue: found.pValue,
        count: found.count)
    }
  }

  /// `[block][method]`: the mean of each set of images that belong together, in the order of their names.
  private func blocks(of methods: [String], _ metric: Metric) throws -> [[Double]] {
    let scores = try methods.map { try run.finiteScores(of: $0, metric, in: store) }
    let shared = (scores.first ?? [:]).keys.filter { id in scores.allSatisfy { $0[id] != nil } }
    let blocks = Dictionary(grouping: shared) { clusters[$0] ?? "image \($0)" }
    return blocks.sorted { $0.key < $1.key }.map { _, images in
      scores.map { row in
        images.sorted().reduce(0) { $0 + (row[$1] ?? 0) } / Double(images.count)
      }
    }
  }
}
