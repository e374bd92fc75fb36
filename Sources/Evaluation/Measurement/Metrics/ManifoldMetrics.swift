import Checkpoints
import Essentials
import Images
import Metrics
import Models
import Provenance
import Tensors
import Terms

extension Metric {
  /// Share of made images that lie among the real ones.
  package static let precision = Metric(
    "precision", "Precision", .higher, of: .set, digits: 3, comparesSets: true)
  /// Share of real images that lie among the made ones.
  package static let recall = Metric(
    "recall", "Recall", .higher, of: .set, digits: 3, comparesSets: true)
  /// How densely made images lie among the real ones; more than 1 where they crowd.
  package static let density = Metric(
    "density", "Density", .higher, of: .set, digits: 3, comparesSets: true)
  /// Share of real images with a made one nearby.
  package static let coverage = Metric(
    "coverage", "Coverage", .higher, of: .set, digits: 3, comparesSets: true)
}

extension Intermediate {
  /// Features whose neighborhoods are compared.
  package static let manifold = Intermediate("manifold features")
}

/// Precision, recall, density and coverage of features' neighborhoods.
///
/// Sources: Kynkäänniemi et al., arXiv 1904.06991; Naeem et al., arXiv 2002.09797.
///
/// - Deviation: both papers take other features too, VGG16's second fully connected layer first of all; here they are
///   Inception's, as FID reads them, or CLIP's.
package struct ManifoldMetrics: MetricFamily {
  /// Whose features are compared.
  package enum Features: String, CaseIterable, Sendable {
    /// FID's, result 2048.
    case inception
    /// CLIP's image embeddings.
    case clip
  }

  /// Whose features are compared.
  package var features = Features.inception
  /// Neighbors that make a neighborhood; nil takes each paper's own number.
  package var neighbors: Int?

  package init() {}

  package static let metrics: [Metric] = [.precision, .recall, .density, .coverage]
  package static let metricsOfVectors = metrics
  package static func siblings(of metric: Metric) -> [Metric] { metrics }
  package static let reductions: [any SetReduction.Type] = [ManifoldReduction.self]
  /// Each neighbor costs a comparison for each distance.
  private static let neighborRange = NumberRange(1...1000)

  package static let options = [
    MetricOption(
      "manifold-features", storedAs: "manifoldFeatures", valueName: "network",
      "Features of precision, recall, density and coverage", of: Features.self,
      default: .inception),
    MetricOption(
      "manifold-neighbors", storedAs: "manifoldNeighbors", valueName: "k",
      "Neighbors that a neighborhood reaches to", in: neighborRange,
      default: "3 for precision and recall, 5 for density and coverage"),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    features = try options.choice("manifold-features", as: "network") ?? features
    neighbors = try options.number("manifold-neighbors") ?? neighbors
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    switch features {
    case .inception: try loader.require(.fid, .fid, "inception-fid")
    case .clip: try loader.require(.clip, .clip, tower.network)
    }
  }

  private var tower: CLIPTower { CLIPTower(network: "clip-vit-b32") }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    let extractor =
      switch features {
      case .inception: try loader.fidExtractor(FrechetMode.pytorchFID.preprocessing)
      case .clip: try tower.load(.clip, isReadingTexts: false, from: loader).image
      }
    return ManifoldEvaluator(extractor: extractor, family: self)
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    let usual: Neighborhood =
      metric == .precision || metric == .recall ? .improvedPrecisionRecall : .densityCoverage
    return ManifoldReduction(neighbors: neighbors ?? usual.neighbors, boundary: usual.boundary)
  }
}

/// Features for precision, recall, density and coverage.
package struct ManifoldEvaluator: MetricEvaluator {
  let extractor: FeatureExtractor
  let family: ManifoldMetrics

  package var metrics: [Metric] { ManifoldMetrics.metrics }
  package var inputs: [EvaluatorInput] { [.realImages] }
  package var loadedNetworks: [LoadedNetwork] { [extractor.network] }
  package func roles(for metric: Metric) -> [WeightRole] {
    family.features == .inception ? [.fid] : [.clip]
  }

  package func settings(of metric: Metric) -> MetricSettings {
    let reduction = family.reduction(of: metric) as? ManifoldReduction
    return MetricSettings(
      settings: [
        "neighbors": reduction.map { "\($0.neighbors)" },
        "boundary": reduction.map { $0.boundary.rawValue },
        "distances": "euclidean,float64",
      ], parts: ["extractor": extractor.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  package func measure(_ group: inout MeasurementGroup) throws {
    try group.takeFeatures(by: extractor, as: .manifold, for: self)
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [.features(of: extractor, withReferences: true)]
  }
}

/// Those of a set's four scores that rest on the same neighborhoods.
struct ManifoldReduction: SetReduction {
  static let identifier = "manifold"

  /// Neighbors that make a neighborhood.
  var neighbors: Int
  /// Whether its edge belongs to it.
  var boundary: Neighborhood.Boundary

  var comparison: SetComparison {
    .none(reason: "leaving images out changes every neighborhood, so no test is known")
  }

  func inputs(of metric: Metric, _ fingerprint: Fingerprint) throws -> [SetInput] {
    [.vector(.manifold, try fingerprint.part("extractor", of: metric))]
  }

  func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
    scores(of: set, [metric])[0]
  }

  /// One pass over the distances gives them all.
  func scores(of set: MeasuredSet, _ metrics: [Metric]) -> [SetOutcome] {
    var scores: ManifoldScores?
    let outcome = set.distance(.manifold) { real, made in
      let found = try ManifoldScores.between(
        real: real, generated: made,
        neighborhood: Neighborhood(neighbors: neighbors, boundary: boundary),
        workers: set.workers)
      scores = found
      return SetDistance(
        value: found.precision,
        details: ["neighbors": "\(neighbors)", "dimensions": "\(made.columns)"])
    }
    return metrics.map { metric in
      var own = outcome
      own.value = scores?.value(of: metric)
      return own
    }
  }
}

extension ManifoldScores {
  /// The score that a metric names.
  fileprivate func value(of metric: Metric) -> Double {
    switch metric {
    case .precision: precision
    case .recall: recall
    case .density: density
    default: coverage
    }
  }
}
