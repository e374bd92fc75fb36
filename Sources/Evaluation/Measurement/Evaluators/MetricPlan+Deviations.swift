import Checkpoints
import Models
import Provenance
import Terms

extension MetricPlan {
  /// How the weights of an evaluator depart from what was asked for, one sentence each.
  func deviations(
    of evaluator: any MetricEvaluator, _ metric: Metric, _ suite: WeightSuite
  ) -> [String] {
    let standIns = evaluator.standIns(for: metric, in: suite)
    // What else the compact suite is, its own note says once.
    if suite.isCompact { return standIns }
    return standIns
      + evaluator.networks.filter { Self.isForeign($0.weights) }.map { name, weights in
        "\(weights.name) (\(name)) is not a published file."
      }
      + Set(evaluator.networks.compactMap(\.weights.partNote)).sorted()
      + evaluator.roles(for: metric).compactMap { suite.roles[$0]?.note }
  }

  /// Whether a file's SHA-256 is none of the published ones.
  private static func isForeign(_ weights: WeightFile) -> Bool {
    !WeightCatalogue.files.contains { $0.digest.matches(weights.sha256) == true }
  }
}
