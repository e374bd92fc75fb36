import Models
import Provenance
import Terms

/// The evaluators of a run: what can be measured, what cannot and why, and where the weights at hand depart from
/// what was asked for.
package struct MetricPlan: Sendable {
  /// One evaluator for each group of metrics.
  package private(set) var evaluators: [any MetricEvaluator] = []
  /// Metrics without an evaluator, with the reason.
  package private(set) var unavailable: [Metric: String] = [:]
  /// The size at which images are compared.
  package let resolution: EvaluationResolution
  /// What was asked for.
  package let configuration: MetricConfiguration

  /// Of every metric that an evaluator serves; made once, since every image's scores refer to them.
  private(set) var fingerprints: [Metric: Fingerprint] = [:]
  /// Sentences about weights that stand in for others, by the metrics that rest on them.
  private var remarks: [(metrics: [Metric], sentence: String)] = []

  /// Takes evaluators that were made elsewhere, for all the metrics that they serve.
  package init(
    evaluators: [any MetricEvaluator], resolution: EvaluationResolution = .native
  ) {
    self.evaluators = evaluators
    self.resolution = resolution
    configuration = MetricConfiguration(metrics: evaluators.flatMap(\.metrics))
    for evaluator in evaluators { register(evaluator) }
  }

  /// Makes an evaluator for every metric that has weights.
  ///
  /// - Throws: errors of weight files that are there but unusable; missing ones only land in ``unavailable``.
  package init(_ configuration: MetricConfiguration, loader: ModelLoader) throws {
    self.configuration = configuration
    resolution = configuration.resolution
    let metrics = configuration.metrics
    if let note = loader.suite.note { remarks.append((metrics, note)) }
    for metric in metrics where !evaluators.contains(where: { $0.metrics.contains(metric) }) {
      guard let family = configuration.family(of: metric) else { continue }
      do {
        let evaluator = try family.evaluator(of: metric, from: loader)
        evaluators.append(evaluator)
        register(evaluator)
        remarks += deviations(of: evaluator, metric, loader.suite).map { (evaluator.metrics, $0) }
      } catch let reason as UnavailableMetric {
        for sibling in metrics where type(of: family).siblings(of: metric).contains(sibling) {
          unavailable[sibling] = reason.description
        }
      }
    }
  }

  /// The plan without the metrics that are unavailable.
  ///
  /// - Parameter unavailability: why a metric of an evaluator cannot be measured; nil where it can.
  /// - Returns: the plan of the others.
  package func leavingOut(_ unavailability: (Metric, any MetricEvaluator) -> String?) -> MetricPlan
  {
    var plan = self
    for metric in measured {
      guard let evaluator = evaluator(of: metric) else { continue }
      plan.unavailable[metric] = unavailability(metric, evaluator)
    }
    plan.evaluators.removeAll { evaluator in
      !configuration.metrics.contains {
        evaluator.metrics.contains($0) && plan.unavailable[$0] == nil
      }
    }
    return plan
  }

  /// Adds what a reader of some metrics must know.
  package mutating func note(_ sentence: String, of metrics: [Metric]) {
    remarks.append((metrics, sentence))
  }

  private mutating func register(_ evaluator: any MetricEvaluator) {
    for metric in evaluator.metrics {
      fingerprints[metric] = evaluator.fingerprint(of: metric, resolution: resolution)
    }
  }

  /// The evaluator of a metric.
  package func evaluator(of metric: Metric) -> (any MetricEvaluator)? {
    evaluators.first { $0.metrics.contains(metric) }
  }

  /// Everything that can move the scores of a metric, apart from the images.
  package func fingerprint(of metric: Metric) -> Fingerprint? { fingerprints[metric] }

  /// Metrics that are measured, in the order asked for.
  package var measured: [Metric] {
    configuration.metrics.filter { unavailable[$0] == nil && evaluator(of: $0) != nil }
  }

  /// Metrics that are not measured, in the order asked for.
  package var unmeasured: [UnmeasuredMetric] {
    configuration.metrics.compactMap { metric in
      unavailable[metric].map { UnmeasuredMetric(metric: metric, reason: $0) }
    }
  }

  /// The measured metrics with how they are reduced, in the order asked for.
  package var reductions: [ReducedMetric] {
    measured.compactMap { metric in
      guard let evaluator = evaluator(of: metric), let fingerprint = fingerprint(of: metric) else {
        return nil
      }
      return ReducedMetric(
        metric: metric, reduction: evaluator.reduction(of: metric), fingerprint: fingerprint)
    }
  }

  /// Sentences about weights that stand in for others, as far as something was measured with them.
  package var deviations: [String] {
    let measured = Set(measured)
    let told = remarks.filter { !measured.isDisjoint(with: $0.metrics) }.map(\.sentence)
    return told.enumerated().filter { !told[..<$0.offset].contains($0.element) }.map(\.element)
  }

  /// The size at which label maps are compared.
  package var labelSize: LabelSize {
    evaluators.lazy.compactMap { ($0 as? LabelAgreement)?.size }.first ?? .own
  }
}
