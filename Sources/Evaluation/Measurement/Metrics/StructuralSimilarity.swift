import Metrics
import Models
import Provenance
import Tables
import Terms

extension Metric {
  /// Structural similarity.
  package static let ssim = Metric("ssim", "SSIM", .higher, of: .image, digits: 3, sheetRank: 7)
  /// Multi-scale structural similarity.
  package static let msSSIM = Metric(
    "ms-ssim", "MS-SSIM", .higher, of: .image, digits: 3, sheetRank: 6)
}

/// SSIM and MS-SSIM.
package struct StructuralSimilarities: MetricFamily {
  /// Definition of the metric `ssim`.
  package var ssim = StructuralSimilarity.Variant.skimage
  /// Definition of the metric `ms-ssim`.
  package var msSSIM = StructuralSimilarity.Variant.vainfMSSSIM

  package init() {}

  package static let metrics: [Metric] = [.ssim, .msSSIM]
  package static let switches = ["ssim_impl"]
  package static let options = [
    MetricOption(
      "ssim-variant", storedAs: "ssim", valueName: "variant", "Definition of ssim",
      of: StructuralSimilarity.Variant.self, default: .skimage)
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    ssim = try options.choice("ssim-variant", as: "SSIM variant") ?? ssim
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    try switches.require(
      "ssim_impl",
      in: StructuralSimilarity.Variant.allCases.filter {
        switches.named.contains($0 == .vainfMSSSIM ? .msSSIM : .ssim)
      }.map(\.rawValue))
    switch try switches.value("ssim_impl", StructuralSimilarity.Variant.init(rawValue:)) {
    case nil: break
    case .vainfMSSSIM?: msSSIM = .vainfMSSSIM
    case let variant?: ssim = variant
    }
  }

  package func evaluator(of metric: Metric, from loader: ModelLoader) -> any MetricEvaluator {
    SimilarityEvaluator(metric: metric, variant: metric == .msSSIM ? msSSIM : ssim)
  }
}

/// The structural similarity of images and their real ones.
package struct SimilarityEvaluator: MetricEvaluator {
  /// Which of the metrics.
  let metric: Metric
  let variant: StructuralSimilarity.Variant

  /// Joins a name and a definition.
  package init(metric: Metric, variant: StructuralSimilarity.Variant) {
    self.metric = metric
    self.variant = variant
  }

  package var metrics: [Metric] { [metric] }
  package var inputs: [EvaluatorInput] { [.counterpart] }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(
      settings: ["variant": variant.rawValue, "data-range": "255", "reduction": "mean"])
  }

  package func measure(_ group: inout MeasurementGroup) throws {
    let similarity = StructuralSimilarity(variant)
    try group.compare(metric, for: self, pixels: { try similarity.score($0, $1) })
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    name == "ssim_impl" ? variant.rawValue : nil
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    let similarity = StructuralSimilarity(variant)
    return [.comparison(metric, fingerprints[metric]) { try similarity.score($0, $1) }]
  }

  package func bytes(width: Int, height: Int, share: Int) -> Int {
    StructuralSimilarity(variant).bytesInPixel * width * height
  }

  package var holdsBothImages: Bool { true }
}
