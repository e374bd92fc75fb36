import Measurement
import Metrics
import Provenance
import Terms

/// Metrics of features that another program extracted.
///
/// They never share a fingerprint with those that evalkit extracts: where those name a network, these name who made
/// them.
struct SuppliedFeatures: MetricEvaluator {
  let metrics: [Metric]
  private let configuration: MetricConfiguration
  private let source: Fingerprint

  /// Takes metrics that features allow.
  ///
  /// - Parameters:
  ///   - metrics: among `MetricRegistry.metricsOfVectors`.
  ///   - configuration: how they are computed.
  ///   - name: of what made the features; nil keeps the scores from being compared with those of other files.
  ///   - files: that hold them.
  init(
    _ metrics: [Metric], by configuration: MetricConfiguration, madeBy name: String?,
    files: [FeatureFile]
  ) {
    self.metrics = metrics
    self.configuration = configuration
    var settings = ["dimensions": "\(files.first?.dimensions ?? 0)"]
    settings["external"] = name ?? "unnamed: \(files.map(\.sha256).joined(separator: ", "))"
    source = Fingerprint(settings)
  }

  var inputs: [EvaluatorInput] { [] }

  func settings(of metric: Metric) -> MetricSettings {
    // Each reduction asks for its network by one of these names.
    MetricSettings(
      settings: [
        "reduction": JSONText.encode(StoredReduction(reduction(of: metric))),
        "linear-algebra": LinearAlgebra.fingerprint,
      ], parts: ["extractor": source, "image": source], readsPixels: false)
  }

  func reduction(of metric: Metric) -> any SetReduction {
    configuration.family(of: metric)?.reduction(of: metric) ?? MeanReduction()
  }

  /// There are no images: what would be measured of them was supplied.
  func measure(_ group: inout MeasurementGroup) throws {}
}
