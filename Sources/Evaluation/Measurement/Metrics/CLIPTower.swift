import Graphs
import Images
import Models
import Networks
import Provenance
import Terms

extension Intermediate {
  /// CLIP's embedding of an image, for a metric.
  package static func embedding(of metric: Metric) -> Intermediate {
    Intermediate("embedding \(metric.name)")
  }
}

/// Which of CLIP's models a metric rests on, and how images reach it.
package struct CLIPTower: Sendable {
  /// Catalogue name of the image tower.
  package var network: String
  /// How images reach it.
  package var preprocessing = CLIPPreprocessing.pillow
  /// Whether texts that are too long for CLIP are cut.
  package var isTruncating = false

  /// Names a tower.
  init(network: String, preprocessing: CLIPPreprocessing = .pillow) {
    self.network = network
    self.preprocessing = preprocessing
  }

  /// Catalogue names by those of the switch `clip_model`.
  private static let networks = [
    "b32": "clip-vit-b32", "b16": "clip-vit-b16", "l14": "clip-vit-l14",
    "l14-336": "clip-vit-l14-336", "rn50x16": "clip-rn50x16",
  ]

  /// The metrics that rest on one.
  static let metrics: [Metric] = [.cmmd] + CLIPScores.metrics

  /// The switches that it reads.
  static let switches = ["clip_model", "clip_resize"]

  /// The options that it reads.
  static let options = [
    MetricOption(
      "clip-model", storedAs: "clipModel", valueName: "network",
      "CLIP model of all metrics that use one, for example clip-vit-b16",
      default: "each metric's own"),
    MetricOption(
      "clip-resize", storedAs: "clipResize", valueName: "variant", "Resizing for CLIP",
      among: CLIPPreprocessing.allCases.map(\.rawValue), default: "each metric's own"),
    MetricOption(
      flag: "truncate-captions", storedAs: "isTruncating",
      "Truncate texts that are too long for CLIP, which otherwise count as failures"),
  ]

  mutating func read(_ options: MetricOptionValues) throws {
    if let model = options["clip-model"] {
      try NamedChoice.check(model, as: "CLIP model", from: CLIPModels.imageTowers.map(\.name))
      network = model
    }
    preprocessing = try options.choice("clip-resize", as: "way to CLIP") ?? preprocessing
    isTruncating = options.has(flag: "truncate-captions")
  }

  /// Takes what a protocol says of a metric's tower; one switch speaks of the images of all.
  mutating func read(_ switches: ProtocolSwitches, for metric: Metric) throws {
    guard switches.metrics.contains(where: Self.metrics.contains) else { return }
    if switches.metrics.contains(metric) {
      network = try switches.value("clip_model") { Self.networks[$0] } ?? network
    }
    preprocessing =
      try switches.value("clip_resize", CLIPPreprocessing.init(rawValue:)) ?? preprocessing
  }

  /// Loads both towers.
  ///
  /// - Throws: ``UnavailableMetric`` if weights are missing; other errors if they are unusable.
  func load(
    _ role: WeightRole, isReadingTexts: Bool, isTruncating: Bool? = nil, from loader: ModelLoader
  ) throws -> (image: FeatureExtractor, text: TextExtractor?) {
    try loader.clip(
      role, network: network, preprocessing: preprocessing, isReadingTexts: isReadingTexts,
      isTruncating: isTruncating ?? self.isTruncating)
  }

  /// What an image tower was used for a switch; nil for other switches.
  static func use(ofSwitch name: String, by image: FeatureExtractor) -> String? {
    switch name {
    case "clip_model":
      let network = image.network.network.name
      return networks.first { $0.value == network }?.key ?? network
    case "clip_resize":
      let size = image.network.network.inputShape.last ?? 224
      let steps = image.preprocessing.name
      return CLIPPreprocessing.allCases.first { $0.steps(size: size).name == steps }?.rawValue
        ?? steps
    default: return nil
    }
  }
}
