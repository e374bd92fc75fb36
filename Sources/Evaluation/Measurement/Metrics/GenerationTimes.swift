import Datasets
import Essentials
import Generators
import Metrics
import Models
import Provenance
import Store
import Terms

extension Metric {
  /// How long an image takes to make.
  package static let time = Metric(
    "time", "Time", .lower, of: .set, unit: .seconds, digits: 3, isBlocking: false)
}

/// How long images took to make, as receipts tell.
package struct GenerationTimes: MetricFamily {
  package init() {}

  package static let metrics: [Metric] = [.time]
  package static let reductions: [any SetReduction.Type] = [TimeReduction.self]

  package func evaluator(of metric: Metric, from loader: ModelLoader) -> any MetricEvaluator {
    TimeEvaluator()
  }

  package func reduction(of metric: Metric) -> any SetReduction { TimeReduction() }
}

/// The times of a method's images.
package struct TimeEvaluator: MetricEvaluator {
  /// The one there is.
  package init() {}

  package var metrics: [Metric] { [.time] }
  package var inputs: [EvaluatorInput] { [] }

  package func settings(of metric: Metric) -> MetricSettings {
    let machine = Machine.current
    return MetricSettings(
      settings: [
        "machine": machine.processor, "cores": "\(machine.cores)", "reduction": "mean",
      ], readsPixels: false)
  }

  package func reduction(of metric: Metric) -> any SetReduction { TimeReduction() }

  package func measure(_ group: inout MeasurementGroup) { group.update(by: self) { _, _, _ in } }

  package func measure(_ set: MethodImages, into found: inout SetMeasurements) throws {
    let known = zip(set.pairs, set.results).compactMap { pair, result in
      result.images[set.row]?.value == nil ? nil : set.times[pair.id].map { (pair.id, $0) }
    }
    found.times = known.map(\.1)
    let method = set.method.name
    try set.store.replace(
      known.map { id, time in
        GenerationRecord(method: method, imageID: id, seconds: time.seconds, steps: time.steps)
      }, ofMethod: method, inRun: set.run)
  }
}

/// The mean time of a set's images.
struct TimeReduction: SetReduction {
  static let identifier = "time"

  var comparison: SetComparison { .standardErrors }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    let times = set.measurements.times
    let steps = Set(times.map(\.steps))
    let common = steps.count == 1 ? steps.first ?? nil : nil
    guard let time = InferenceTime(seconds: times.map(\.seconds), steps: common) else {
      return SetOutcome(reason: "no receipt says how long an image took")
    }
    var details = ["median": "\(time.median)"]
    details["steps"] = common.map { "\($0)" } ?? (steps == [nil] ? nil : "several")
    details["seconds per step"] = time.secondsPerStep.map { "\($0)" }
    return SetOutcome(
      value: time.mean, count: time.count, error: time.standardError, details: details)
  }
}
