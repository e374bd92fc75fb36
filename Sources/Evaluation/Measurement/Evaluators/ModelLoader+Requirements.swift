import Checkpoints
import Models
import Terms

extension ModelLoader {
  /// Why a metric cannot be measured with the files at hand; nil if none is missing.
  ///
  /// Files are looked for, not opened.
  package func unavailability(of metric: Metric, in configuration: MetricConfiguration)
    -> UnavailableMetric?
  {
    do {
      try configuration.family(of: metric)?.require(metric, from: self)
      return nil
    } catch { return error as? UnavailableMetric ?? UnavailableMetric("\(error)") }
  }

  /// Looks for the file of a role's network.
  ///
  /// - Throws: ``UnavailableMetric`` if it is missing.
  func require(_ role: WeightRole, _ kind: PublishedWeights.Role, _ network: String) throws {
    let choice = suite.roles[role] ?? RoleChoice()
    if let onnx = choice.onnx {
      _ = try named(onnx, for: role)
    } else {
      _ = try file(choice.file, of: choice.network ?? network, as: kind, for: role)
    }
  }

  /// Looks for the files of a perceptual distance: its trunk and the learned weights of its layers.
  ///
  /// - Throws: ``UnavailableMetric`` for the first that is missing.
  func requirePerceptual(_ role: WeightRole) throws {
    let choice = suite.roles[role] ?? RoleChoice()
    let trunk = choice.network ?? role.trunk ?? ""
    _ = try file(choice.file, of: trunk, as: .lpipsTrunk, for: role)
    _ = try file(
      choice.heads, of: trunk, as: role == .dists ? .distsWeights : .lpipsHeads, for: role)
  }
}
