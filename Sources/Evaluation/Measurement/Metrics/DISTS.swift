import Models
import Terms

extension Metric {
  /// Deep image structure and texture similarity, as a distance.
  package static let dists = Metric("dists", "DISTS", .lower, of: .image, digits: 4, sheetRank: 5)
}

/// DISTS.
package struct StructureTextureDistance: MetricFamily {
  package init() {}

  package static let metrics: [Metric] = [.dists]

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.requirePerceptual(.dists)
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    PerceptualEvaluator(metric: metric, distance: try loader.dists())
  }
}
