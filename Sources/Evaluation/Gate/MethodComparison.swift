import Foundation
import Measurement
import Metrics
import Provenance
import Runs
import Terms
import Verdicts

/// Compares two rows metric by metric.
struct MethodComparison {
  let candidate: StoredMethod
  let baseline: any ComparisonSide
  /// Why the two cover different pairs; nil if they do not.
  var mismatch: String?
  var seed: UInt64 = 0

  /// One metric of the candidate beside the baseline's.
  ///
  /// - Parameters:
  ///   - metric: what to compare.
  ///   - rule: how it will be judged.
  ///   - factor: from the stored to the printed scale.
  /// - Returns: both values and what is known of the change.
  /// - Throws: errors of the store; the comparison says what cannot be compared.
  func compare(
    _ metric: Metric, rule: MetricRule, factor: Double
  ) throws -> MetricComparison {
    let (mine, theirs) = (candidate.score(metric), baseline.score(metric))
    let evidence: MetricComparison.Evidence
    var unbounded = MetricComparison.Unbounded()
    do { evidence = try self.evidence(metric, mine, theirs, factor, &unbounded) } catch let error
      as HarnessError
    {
      switch error.kind {
      case .notComparable: evidence = .notComparable(reason: error.description + ".")
      case .invalid: evidence = .invalid(reason: error.description + ".")
      case .usage, .runtime, .cancelled: throw error
      }
    } catch let error where error.isOfTooSmallASet {
      evidence = .untested(reason: "its uncertainty cannot be told: \(error)")
    }
    var comparison = MetricComparison(
      method: candidate.method, rule: rule, value: mine?.value.map { $0 * factor },
      baseline: theirs?.value.map { $0 * factor }, evidence: evidence)
    comparison.unbounded = unbounded
    comparison.unit = metric.unit.symbol(ofFactor: factor)
    return comparison
  }

  private func evidence(
    _ metric: Metric, _ mine: MethodScore?, _ theirs: MethodScore?, _ factor: Double,
    _ unbounded: inout MetricComparison.Unbounded
  ) throws -> MetricComparison.Evidence {
    if let mismatch { return .notComparable(reason: mismatch) }
    guard let mine, let value = mine.value, !value.isNaN else {
      return .invalid(
        reason: "\(candidate.name) has no number for \(metric.name)"
          + (mine?.reason.map { ": \($0)" } ?? ", which the baseline has") + ".")
    }
    guard let theirs, let baselineValue = theirs.value, !baselineValue.isNaN else {
      return .notComparable(
        reason: "\(baseline.name) has no number for \(metric.name)"
          + (theirs?.reason.map { ": \($0)" } ?? "") + ".")
    }
    guard mine.fingerprint == theirs.fingerprint else {
      let differences = Fingerprint.differences(theirs.fingerprint.text, mine.fingerprint.text)
      return .notComparable(reason: "It was measured in another way: \(differences).")
    }
    let reduction = try candidate.reduction(of: metric)
    switch reduction.comparison {
    case .images: return try images(metric, factor, &unbounded)
    case .sets:
      let second = try reduction.second.map { second in
        MetricComparison.Second(
          metric: second.metric.name, direction: second.metric.direction,
          estimate: try sets(second.metric, from: metric, 1))
      }
      return .estimate(try sets(metric, from: metric, factor), second: second)
    case .standardErrors:
      return unpaired(mine, theirs, factor * (value - baselineValue), factor)
    case .none(let reason): return .untested(reason: reason)
    }
  }

  // MARK: Estimates

  /// The finite values of both sides are tested; of infinite ones it is counted which way they went.
  private func images(
    _ metric: Metric, _ factor: Double, _ unbounded: inout MetricComparison.Unbounded
  ) throws -> MetricComparison.Evidence {
    let (mine, theirs) = (try candidate.values(metric), try baseline.values(metric))
    let shared = mine.compactMap { id, value in theirs[id].map { (value, $0) } }
    guard !shared.isEmpty else {
      throw HarnessError(.invalid, "no image has \(metric.name) on both sides")
    }
    for (value, other) in shared where value != other && !(value.isFinite && other.isFinite) {
      if (value > other) == (metric.direction == .higher) {
        unbounded.better += 1
      } else {
        unbounded.worse += 1
      }
    }
    let clusters = candidate.clustersByID
    let differences = PairedDifferences(
      candidate: mine.filter(\.value.isFinite), baseline: theirs.filter(\.value.isFinite)
    ) { clusters[$0] }
    if differences.count == 0 { return .boundless }
    return .estimate(differences.estimate(seed: seed).scaled(by: factor), second: nil)
  }

  /// Differences of single images in the printed scale, by cluster; none where the two sides do not
  /// compare or images have no values.
  func differencesByCluster(
    _ metric: Metric, factor: Double
  ) throws -> [String: [Double]] {
    guard mismatch == nil, let mine = candidate.score(metric)?.fingerprint,
      mine == baseline.score(metric)?.fingerprint,
      case .images? = try? candidate.reduction(of: metric).comparison
    else { return [:] }
    let (values, others) = (try candidate.values(metric), try baseline.values(metric))
    let clusters = candidate.clustersByID
    var differences: [String: [Double]] = [:]
    for id in values.keys.sorted() {
      guard let value = values[id], let other = others[id], value.isFinite, other.isFinite else {
        continue
      }
      // Images by themselves must not meet a cluster of the same name.
      differences[clusters[id] ?? "image \(id)", default: []].append(factor * (value - other))
    }
    return differences
  }

  private func sets(
    _ statistic: Metric, from metric: Metric, _ factor: Double
  ) throws -> Estimate {
    let shared = candidate.scoredImages.intersection(baseline.scoredImages)
    let groups = ImageGroups(clusters: candidate.pairs.map { candidate.clustering.cluster(of: $0) })
    let mine = try candidate.replicates(statistic, from: metric, among: shared)
    let theirs = try baseline.replicates(statistic, from: metric, among: shared)
    guard let change = mine.change(from: theirs, pairs: shared.count, clusters: groups.clusters)
    else {
      throw HarnessError(
        .notComparable,
        "\(statistic.name) rests on \(mine.leftOut.count) groups of images here and on "
          + "\(theirs.leftOut.count) in \(baseline.name)")
    }
    return change.scaled(by: factor)
  }

  private func unpaired(
    _ mine: MethodScore, _ theirs: MethodScore, _ difference: Double, _ factor: Double
  ) -> MetricComparison.Evidence {
    guard let one = mine.standardError, let other = theirs.standardError else {
      return .untested(reason: "nothing tells its uncertainty")
    }
    let count = min(mine.count, theirs.count)
    return .estimate(
      Estimate(
        method: .unpairedSets, difference: difference,
        standardError: factor * (one * one + other * other).squareRoot(),
        degreesOfFreedom: Double(max(1, count - 1)), pairs: count, clusters: count), second: nil)
  }
}

extension Error {
  /// Whether a metric refused a set, which a smaller part of a measured set can make it do.
  var isOfTooSmallASet: Bool {
    self is FrechetError || self is KernelDistanceError || self is SegmentationError
  }
}
