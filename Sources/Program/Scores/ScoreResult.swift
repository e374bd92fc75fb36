import Datasets
import Essentials
import Foundation
import Images
import Measurement
import Metrics
import Models
import Provenance
import Reports
import Terms

/// The scores of one folder against another.
package struct ScoreResult: Sendable {
  /// The run's id.
  package let run: String
  /// The evaluators that were used.
  package let plan: MetricPlan
  let ids: [String]
  let results: [PairResult]
  /// One score a metric.
  package let scores: [SetScore]
  /// Ids with a real image but none to score.
  package let missing: [String]
  /// Ids with an image to score but no real one.
  package let surplus: [String]
  /// What the folders hold that was not read, and ids that they spell otherwise.
  let findings: [String]
  /// What stood for the real images, where that was a file.
  let statistics: FeatureStatistics?
  /// What keeps the scores from counting; nil if nothing does.
  package internal(set) var objection: HarnessError?

  /// An image without scores.
  package struct FailedImage: Sendable {
    /// Its id.
    package let id: String
    /// `reference` or `generated`.
    package let side: String
    /// Why.
    package let failure: ImageFailure
  }

  /// The failure ledger, sorted by id.
  package var failures: [FailedImage] {
    zip(ids, results).flatMap { id, result in
      [("reference", result.reference?.failure), ("generated", result.images[0]?.failure)]
        .compactMap { side, failure in
          failure.map { FailedImage(id: id, side: side, failure: $0) }
        }
    }
  }

  /// Whether any metric has a value.
  var isMeasured: Bool { scores.contains { $0.value != nil } }

  /// Metrics without a value.
  package var unmeasured: [UnmeasuredMetric] {
    plan.unmeasured + scores.compactMap(\.unmeasured)
  }

  // MARK: Output

  /// The JSON object of the contract with the outside.
  package var json: String {
    JSONText.encode(
      Document(
        counts: Counts(
          reference: ExplicitNull(
            statistics == nil ? results.count { $0.reference?.value != nil } : statistics?.count),
          generated: results.count { $0.images[0]?.value != nil },
          paired: results.count { $0.images[0]?.value != nil && $0.reference?.value != nil },
          failed: failures.count, missing: missing.count, surplus: surplus.count),
        fingerprint: fingerprint.hash,
        metrics: Dictionary(
          scores.map { ($0.metric.name, entry($0)) }
            + plan.unmeasured.map { ($0.metric.name, Entry($0)) },
          uniquingKeysWith: { first, _ in first }),
        failures: failures.map {
          Failure(
            id: $0.id, side: $0.side, state: $0.failure.state.rawValue, reason: $0.failure.reason)
        }, run: run, notes: plan.deviations, findings: findings), pretty: true)
  }

  /// Everything that can move any of the scores.
  package var fingerprint: Fingerprint {
    Fingerprint(
      Dictionary(uniqueKeysWithValues: scores.map { ($0.metric.name, $0.fingerprint.hash) }))
  }

  /// The scores for people, one a line.
  package var text: String {
    let lines = scores.map { score in
      let metric = score.metric
      guard let value = score.value else {
        return Self.line(metric, "-  not run: \(score.reason ?? "")")
      }
      let printed =
        FixedDecimals.text(
          value * metric.unit.printedScale, digits: max(metric.digits, 4))
        ?? (value == .infinity ? "∞ " : "\(value) ")
      let references =
        score.referenceCount.map { "\($0)" } ?? (metric.comparesSets ? "unknown" : nil)
      let count = "n = \(score.count)" + (references.map { " against \($0)" } ?? "")
      return Self.line(
        metric, "\(printed)\(metric.unit.suffix) \(metric.direction.arrow)  \(count)")
    }
    let absent = plan.unmeasured.map { Self.line($0.metric, "-  not run: \($0.reason)") }
    // What a number means is part of the result, so it is printed even where diagnostics are not.
    let notes = plan.deviations.map { "note: \($0)" }
    let ledger = failures.prefix(10).map {
      "failed \($0.id) (\($0.failure.state)): \($0.failure.reason)"
    }
    let more = failures.count > 10 ? ["… and \(failures.count - 10) more failures"] : []
    return (lines + absent + notes + ledger + more).joined(separator: "\n")
  }

  private static func line(_ metric: Metric, _ text: String) -> String {
    metric.name.padding(toLength: 26, withPad: " ", startingAt: 0) + text
  }

  /// Writes `image,state,metric…`, a line an image, sorted by id.
  func writePerImage(to path: String) throws {
    let metrics = plan.measured.filter { $0.scope != .set }
    var lines = [(["image", "state"] + metrics.map(\.name)).joined(separator: ",")]
    for (id, result) in zip(ids, results) {
      guard let image = result.images[0] else { continue }
      let state = image.failure?.state.rawValue ?? "scored"
      let values = metrics.map { metric in
        image.value?.scores[metric].map { "\($0)" } ?? ""
      }
      lines.append(([CSVField.text(id), state] + values).joined(separator: ","))
    }
    try AtomicFile.write(Array((lines.joined(separator: "\r\n") + "\r\n").utf8), to: path)
  }

  private func entry(_ score: SetScore) -> Entry {
    var entry = Entry(
      value: ExplicitNull(score.value.flatMap { $0.isFinite ? $0 : nil }),
      n: score.metric.comparesSets ? .two(score.referenceCount, score.count) : .one(score.count),
      fingerprint: score.fingerprint.hash)
    entry.standardError = score.standardError
    entry.reason = score.reason ?? score.value.flatMap { $0.isFinite ? nil : "\($0)" }
    entry.details = score.details.isEmpty ? nil : TypedDetails(named: score.details)
    if let frechet = plan.evaluator(of: score.metric) as? FrechetEvaluator {
      entry.mode = frechet.distances.mode.rawValue
      entry.dims = Int(frechet.extractor.tap)
    }
    return entry
  }
}

private struct Document: Encodable {
  var schema = 2
  var tool = "evalkit \(Tool.version)"
  let counts: Counts
  let fingerprint: String
  let metrics: [String: Entry]
  let failures: [Failure]
  let run: String
  let notes: [String]
  let findings: [String]
}

private struct Counts: Encodable {
  let reference: ExplicitNull<Int>
  let generated, paired, failed, missing, surplus: Int
}

private struct Failure: Encodable {
  let id, side, state, reason: String
}

private struct Entry: Encodable {
  let value: ExplicitNull<Double>
  let n: Count
  var fingerprint: String?
  var standardError: Double?
  var reason: String?
  var mode: String?
  var dims: Int?
  var details: TypedDetails?

  init(value: ExplicitNull<Double>, n: Count, fingerprint: String) {
    self.value = value
    self.n = n
    self.fingerprint = fingerprint
  }

  /// A metric that was requested and not measured.
  init(_ unmeasured: UnmeasuredMetric) {
    value = ExplicitNull(nil)
    n = unmeasured.metric.comparesSets ? .two(nil, 0) : .one(0)
    reason = "not run: \(unmeasured.reason)"
  }

  /// One number for pairs, two for sets.
  enum Count: Encodable {
    case one(Int)
    case two(Int?, Int)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .one(let count): try container.encode(count)
      case .two(let first, let second): try container.encode([first, second])
      }
    }
  }
}
