import Foundation
import Metrics
import Provenance
import Store
import Tensors
import Terms

/// How what was measured of single images becomes one metric of their set.
///
/// It is stored with the run, and a network is no part of it, so that a stored run can be scored again wherever its
/// database lies.
package protocol SetReduction: Codable, Equatable, Sendable {
  /// The name under which runs store it.
  static var identifier: String { get }

  /// What it needs of each image beside its own score.
  ///
  /// - Parameters:
  ///   - metric: what is reduced.
  ///   - fingerprint: of the metric's score; it names the networks.
  /// - Returns: what it reads, none for a mean of scores.
  /// - Throws: ``HarnessError`` of kind `notComparable` if the fingerprint does not name a network that must be in
  ///   it.
  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput]

  /// The set's score.
  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome

  /// The set's scores for several metrics of this reduction, which may come from one pass over the set.
  ///
  /// - Returns: as ``score(of:_:)`` gives each, in the metrics' order.
  func scores(of set: MeasuredSet, _ metrics: [Metric]) -> [SetOutcome]

  /// How a change of the score is tested.
  var comparison: SetComparison { get }

  /// Prepares the statistic that a test computes anew without groups of images.
  ///
  /// - Parameter results: what is stored of the set's images.
  /// - Returns: the statistic over the pairs at some positions.
  /// - Throws: ``HarnessError`` of kind `notComparable` where it is not stored.
  func statistic(
    of results: any SetResults
  ) throws -> @Sendable (_ kept: [Int]) throws -> Double

  /// A metric of the same results that must agree before a change counts.
  var second: (metric: Metric, reduction: any SetReduction)? { get }

  /// Whether that statistic over all pairs is the score itself.
  var isItsStatistic: Bool { get }

  /// How a change is shared out among images.
  var attribution: SetAttribution { get }

  /// By how much each image of a set makes its score worse.
  ///
  /// - Returns: in the pairs' order; nil where a pair has no image.
  /// - Throws: as ``statistic(of:)``.
  func harms(of results: any SetResults) throws -> [Double?]
}

/// How the change of a set's score can be tested.
package enum SetComparison: Sendable {
  /// Every image has a value, and the set's is their mean.
  case images
  /// The set is measured anew without groups of its images.
  case sets
  /// The set has a standard error and no values of images.
  case standardErrors
  /// Nothing tells its uncertainty.
  case none(reason: String)
}

/// How a change of a set's score is shared out among its images.
package enum SetAttribution: Sendable {
  /// By their own scores.
  case scores
  /// By what the set's score would be without each.
  case influence
  /// Not at all.
  case none
}

/// What is stored of the images of a set and its real images, in the pairs' order.
package protocol SetResults {
  /// Vectors of both sides; nil where an image has none.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` where they are no longer stored.
  func vectors() throws -> (real: [[Float]?], made: [[Float]?])

  /// Confusion counts of the images' labels; nil where an image has none.
  ///
  /// - Throws: as ``vectors()``.
  func counts() throws -> [ConfusionMatrix?]
}

extension SetReduction {
  package func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] { [] }
  package func scores(of set: MeasuredSet, _ metrics: [Metric]) -> [SetOutcome] {
    metrics.map { score(of: set, $0) }
  }
  package var comparison: SetComparison { .images }
  package var second: (metric: Metric, reduction: any SetReduction)? { nil }
  package var isItsStatistic: Bool { true }
  package var attribution: SetAttribution {
    switch comparison {
    case .images: .scores
    case .sets, .standardErrors, .none: .none
    }
  }

  package func statistic(
    of results: any SetResults
  ) throws -> @Sendable (_ kept: [Int]) throws -> Double {
    throw HarnessError(.notComparable, "parts of a set have no '\(Self.identifier)' of their own")
  }

  package func harms(of results: any SetResults) throws -> [Double?] {
    throw HarnessError(.notComparable, "'\(Self.identifier)' is not shared out among images")
  }

  /// Whether another reduction is of the same kind, with the same choices.
  package func isEqual(to other: any SetReduction) -> Bool { self == other as? Self }

  /// The statistic of two sets of vectors, which `prepare` makes ready for many subsets.
  func vectorStatistic(
    _ results: any SetResults,
    _ prepare: (_ real: FeatureMatrix, _ made: FeatureMatrix) throws ->
      @Sendable (RowSubset)
      throws -> Double
  ) throws -> @Sendable ([Int]) throws -> Double {
    let found = try results.vectors()
    let (real, made) = (try PresentRows(found.real), try PresentRows(found.made))
    let distance = try prepare(real.features, made.features)
    return { try distance(RowSubset(first: real.rows(at: $0), second: made.rows(at: $0))) }
  }
}

/// The mean of the images' own scores.
package struct MeanReduction: SetReduction {
  package static let identifier = "mean"

  /// The one there is.
  package init() {}

  package func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.mean(of: set.images.compactMap { $0.scores[metric] })
  }
}

/// A metric of a set, and how it comes about.
package struct ReducedMetric: Sendable {
  /// Which metric.
  package let metric: Metric
  /// How the set's score comes about.
  package let reduction: any SetReduction
  /// Everything that can move it, apart from the images.
  package let fingerprint: Fingerprint

  /// Names a metric with its reduction and fingerprint.
  package init(metric: Metric, reduction: any SetReduction, fingerprint: Fingerprint) {
    self.metric = metric
    self.reduction = reduction
    self.fingerprint = fingerprint
  }
}

/// A reduction as runs store it: an object with its identifier as the only key.
package struct StoredReduction: Codable, Sendable {
  /// The reduction.
  package let value: any SetReduction

  /// Takes one to store.
  package init(_ value: any SetReduction) { self.value = value }

  /// Reads the reduction whose identifier is the key.
  ///
  /// - Throws: `DecodingError`, also for an identifier that no family of metrics declares.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: NamedKey.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1,
      let kind = MetricRegistry.reductions.first(where: { $0.identifier == key.stringValue })
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "no way to score a set is called "
            + container.allKeys.map { "'\($0.stringValue)'" }.joined(separator: ", ")))
    }
    value = try kind.init(from: container.superDecoder(forKey: key))
  }

  /// Writes the reduction under its identifier.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NamedKey.self)
    try value.encode(to: container.superEncoder(forKey: NamedKey(type(of: value).identifier)))
  }
}
