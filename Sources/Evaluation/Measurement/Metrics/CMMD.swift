import Checkpoints
import Graphs
import Images
import Metrics
import Models
import Provenance
import Tables
import Tensors
import Terms

extension Metric {
  /// CLIP maximum mean discrepancy.
  package static let cmmd = Metric("cmmd", "CMMD", .lower, of: .set, digits: 3, comparesSets: true)
}

/// CMMD: the distance of two sets of CLIP's embeddings.
package struct CLIPDiscrepancy: MetricFamily {
  /// How images are embedded.
  package var tower = CLIPTower(network: definingNetwork)
  /// Estimator.
  package var variant = CMMD.Variant.biased

  /// The tower that CMMD is defined on: `openai/clip-vit-large-patch14-336`.
  ///
  /// Source: google-research/google-research, `cmmd/embedding.py`.
  static let definingNetwork = "clip-vit-l14-336"

  package init() {}

  package static let metrics: [Metric] = [.cmmd]
  package static let metricsOfVectors = metrics
  package static let switches = CLIPTower.switches + ["fid_ref"]
  package static let reductions: [any SetReduction.Type] = [DiscrepancyReduction.self]
  package static let options =
    CLIPTower.options + [
      MetricOption(
        "cmmd-variant", storedAs: "cmmd", valueName: "variant", "Estimator of cmmd",
        of: CMMD.Variant.self, default: .biased)
    ]

  package mutating func read(_ options: MetricOptionValues) throws {
    try tower.read(options)
    variant = try options.choice("cmmd-variant", as: "CMMD variant") ?? variant
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    try tower.read(switches, for: .cmmd)
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.require(.cmmd, .clip, tower.network)
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    DiscrepancyEvaluator(
      image: try tower.load(.cmmd, isReadingTexts: false, from: loader).image, family: self)
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    DiscrepancyReduction(variant: variant)
  }
}

/// Embeddings of images for CMMD.
package struct DiscrepancyEvaluator: MetricEvaluator {
  let image: FeatureExtractor
  let family: CLIPDiscrepancy

  /// Joins an image tower and choices.
  package init(image: FeatureExtractor, family: CLIPDiscrepancy = CLIPDiscrepancy()) {
    self.image = image
    self.family = family
  }

  package var metrics: [Metric] { [.cmmd] }
  package var inputs: [EvaluatorInput] { [.realImages] }
  package var loadedNetworks: [LoadedNetwork] { [image.network] }
  package func roles(for metric: Metric) -> [WeightRole] { [.cmmd] }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(
      settings: [
        "variant": family.variant.rawValue,
        "kernel": "gaussian,sigma=\(CMMD.sigma),float64,normalised", "scale": "\(CMMD.scale)",
        "linear-algebra": LinearAlgebra.fingerprint,
      ], parts: ["image": image.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  package func measure(_ group: inout MeasurementGroup) throws {
    try group.takeFeatures(by: image, as: .embedding(of: .cmmd), for: self)
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    if suite.isCompact { return [] }
    let found = image.network.network.name
    let other = standIn(metric.title, found, for: family.tower.network, image.network.weights)
    guard found != CLIPDiscrepancy.definingNetwork else { return other }
    return other + [
      "CMMD is defined on CLIP ViT-L/14 of 336 pixels; here it rests on \(found)."
    ]
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    name == "fid_ref" ? run.table.value(of: name) : CLIPTower.use(ofSwitch: name, by: image)
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.features(of: image, withReferences: true)]
  }
}

/// CMMD of a set.
struct DiscrepancyReduction: SetReduction {
  static let identifier = "discrepancy"

  /// The estimator.
  var variant: CMMD.Variant

  private enum CodingKeys: String, CodingKey { case variant = "_0" }

  var comparison: SetComparison { .sets }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.vector(.embedding(of: .cmmd), try fingerprint.part("image", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    set.distance(.embedding(of: .cmmd)) { real, made in
      SetDistance(
        value: try CMMD.between(real, made, variant: variant, workers: set.workers),
        details: ["variant": variant.rawValue])
    }
  }

  func statistic(of results: any SetResults) throws -> @Sendable ([Int]) throws -> Double {
    try vectorStatistic(results) { try CMMD.subsets($0, $1, variant: variant) }
  }
}
