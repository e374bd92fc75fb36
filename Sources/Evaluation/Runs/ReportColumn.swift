import Foundation
import Measurement
import Metrics
import Reports
import Store
import Tables
import Terms

/// A column of a report, and where its numbers come from.
struct ReportColumn {
  /// The metric by its stored name; nil where the column repeats the paper alone.
  let metric: String?
  /// Which accompanying value is printed instead of the metric's own.
  var detail: String?
  /// From a stored score to the number that is printed.
  let factor: Double
  /// Place of the protocol's column that it is.
  let position: Int?
  var printed: TableReport.Column

  /// The value that the column prints, in the stored scale, and its standard error.
  func value(in score: SetScoreRecord) -> (value: Double, error: Double?)? {
    score.value(of: detail)
  }
}

extension SetScoreRecord {
  /// A set's score in the stored scale, or one of the values that accompany it, and its standard error.
  ///
  /// - Parameter detail: for example `top-5`; nil for the score itself.
  /// - Returns: nil where there is no such number.
  package func value(of detail: String?) -> (value: Double, error: Double?)? {
    guard let detail else { return value.number.map { ($0, standardError) } }
    let found = try? JSONDecoder().decode([String: String].self, from: Data(details.utf8))
    guard let value = found?[detail].flatMap(Double.init) else { return nil }
    return (value, found?["\(detail) standard error"].flatMap(Double.init))
  }
}

extension ReportColumn {
  /// A column of a protocol.
  private init(_ column: PaperTable.Column, at position: Int) {
    self.init(
      metric: column.isPublishedOnly ? nil : column.metric?.name, detail: column.detail,
      factor: column.scale.factor, position: position, printed: TableReport.Column(column))
  }

  /// A metric that no column of the protocol names.
  private init(_ metric: Metric) {
    let descriptor = metric
    self.init(
      metric: metric.name, factor: descriptor.unit.printedScale, position: nil,
      printed: TableReport.Column(
        id: metric.name, heading: descriptor.title,
        direction: descriptor.direction == .lower ? .lower : .higher,
        unit: descriptor.unit.suffix, digits: descriptor.digits,
        publishedDigits: descriptor.digits))
  }

  /// The columns of a stored run's report.
  static func columns(of run: StoredRun, in table: PaperTable?) -> [ReportColumn] {
    columns(of: run.requestedMetrics, in: table)
  }

  /// A protocol's columns, or those of the metrics that a run requested instead.
  ///
  /// - Parameters:
  ///   - metrics: those that the run requested, by stored names.
  ///   - table: the protocol; nil for scores without a paper.
  /// - Returns: the columns, left to right, no two under the same heading.
  static func columns(of metrics: Set<String>, in table: PaperTable?) -> [ReportColumn] {
    var columns = (table?.columns ?? []).enumerated().map {
      ReportColumn($0.element, at: $0.offset)
    }
    if table?.isReplaced(by: metrics) == true {
      columns.removeAll { column in column.metric.map { !metrics.contains($0) } ?? true }
    }
    let known = Set(columns.compactMap(\.metric))
    columns += MetricRegistry.metrics.filter {
      metrics.contains($0.name) && !known.contains($0.name)
    }.map { ReportColumn($0) }
    return columns.map { $0.headed(among: columns) }
  }

  /// The column under its metric's own title where the paper's word is another metric's or another
  /// column's.
  private func headed(among columns: [ReportColumn]) -> ReportColumn {
    guard let metric = metric.flatMap(Metric.init(named:)) else { return self }
    let heading = printed.heading
    let isForeign = MetricRegistry.metrics.contains {
      $0 != metric && $0.title == heading
    }
    guard isForeign || columns.count(where: { $0.printed.heading == heading }) > 1 else {
      return self
    }
    var column = self
    column.printed.heading = metric.title + (detail.map { ", \($0)" } ?? "")
    return column
  }
}

extension PaperTable {
  /// Whether metrics are others than those of the columns.
  func isReplaced(by metrics: Set<String>) -> Bool {
    metrics != Set(measuredMetrics.map(\.name))
  }
}

extension StoredRun {
  /// Every metric that the run requested, by stored names.
  var requestedMetrics: Set<String> {
    settings.requested(scored: scores.values.flatMap(\.keys))
  }
}
