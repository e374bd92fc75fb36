import Terms

/// All metrics, by family.
package enum MetricRegistry {
  /// The families, in the order in which lists name their metrics.
  package static let families: [any MetricFamily.Type] = [
    FrechetDistances.self, CLIPDiscrepancy.self, ManifoldMetrics.self,
    PerceptualDistances.self,
    PerceptualDiversity.self, StructureTextureDistance.self, StructuralSimilarities.self,
    PixelDifferences.self, RegionDifferences.self,
    IdentitySimilarity.self, FaceParsing.self, CLIPScores.self, GenerationTimes.self,
  ]

  /// The metrics.
  package static let metrics: [Metric] = families.flatMap { $0.metrics }

  /// Names of ``metrics``.
  package static let names = metrics.map(\.name)

  /// Those of ``metrics`` that one vector an image gives.
  package static let metricsOfVectors = families.flatMap { $0.metricsOfVectors }

  /// What the command line offers for metrics, each option once.
  package static let options: [MetricOption] = {
    let all = families.flatMap { $0.options }
    return all.enumerated().filter { place, option in
      !all[..<place].contains { $0.name == option.name }
    }.map(\.element)
  }()

  /// The forms of sets' scores, the shared one of single images' means first.
  package static let reductions: [any SetReduction.Type] =
    [MeanReduction.self] + families.flatMap { $0.reductions }

  /// The metrics whose scores rest on features of FID's network, of which stored statistics exist.
  package static var ofFeatureStatistics: [Metric] { FrechetDistances.metrics }

  /// How a metric of a set comes about by the default choices; nil for one that is not of this program.
  package static func usualReduction(of metric: Metric) -> (any SetReduction)? {
    family(of: metric).map { $0.init().reduction(of: metric) }
  }

  private static let byName = Dictionary(
    metrics.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The metric of a name; nil if there is none.
  static func metric(named name: String) -> Metric? { byName[name] }

  /// The family of a metric; nil for one that is not of this program.
  static func family(of metric: Metric) -> (any MetricFamily.Type)? {
    families.first { $0.metrics.contains(metric) }
  }
}

extension Metric {
  /// The metric of a name; nil if this version has none of that name.
  package init?(named name: String) {
    guard let metric = MetricRegistry.metric(named: name) else { return nil }
    self = metric
  }
}
