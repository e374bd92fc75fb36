import Graphs
import Images
import Models
import Provenance
import Tables
import Tensors
import Terms

extension Metric {
  /// LPIPS on AlexNet.
  package static let lpipsAlex = Metric(
    "lpips-alex", "LPIPS (AlexNet)", .lower, of: .image, digits: 3, sheetRank: 1)
  /// LPIPS on VGG16.
  package static let lpipsVGG = Metric(
    "lpips-vgg", "LPIPS (VGG16)", .lower, of: .image, digits: 3, sheetRank: 2)
  /// LPIPS on SqueezeNet.
  package static let lpipsSqueeze = Metric(
    "lpips-squeeze", "LPIPS (SqueezeNet)", .lower, of: .image, digits: 3, sheetRank: 3)
}

/// LPIPS with each of its trunks.
package struct PerceptualDistances: MetricFamily {
  package init() {}

  package static let metrics: [Metric] = [.lpipsAlex, .lpipsVGG, .lpipsSqueeze]
  package static let switches = ["lpips_net", "lpips_pairs"]

  package mutating func read(_ switches: ProtocolSwitches) throws {
    if switches.table.columns.contains(where: { $0.metric == .lpipsDiversity }) { return }
    try switches.require("lpips_pairs", in: ["gt_pair"])
    // Metrics have names, and a switch does not exchange one for another.
    try switches.require(
      "lpips_net",
      in: switches.named.filter(Self.metrics.contains).map {
        String($0.name.trimmingPrefix("lpips-"))
      })
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    if let role = Self.role(of: metric) { try loader.requirePerceptual(role) }
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    PerceptualEvaluator(
      metric: metric, distance: try loader.perceptual(Self.role(of: metric) ?? .lpipsAlex))
  }

  private static func role(of metric: Metric) -> WeightRole? { WeightRole(rawValue: metric.name) }
}

/// A perceptual distance of images to their real ones, LPIPS or DISTS.
package struct PerceptualEvaluator: MetricEvaluator {
  /// Which of the metrics.
  let metric: Metric
  let distance: PerceptualDistance

  /// Joins a name and a network.
  package init(metric: Metric, distance: PerceptualDistance) {
    self.metric = metric
    self.distance = distance
  }

  package var metrics: [Metric] { [metric] }
  package var inputs: [EvaluatorInput] { [.counterpart] }
  package var loadedNetworks: [LoadedNetwork] { [distance.network] }
  package var furtherWeights: [(name: String, weights: WeightFile)] { distance.furtherWeights }
  package func roles(for metric: Metric) -> [WeightRole] {
    WeightRole(rawValue: metric.name).map { [$0] } ?? []
  }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(settings: ["reduction": "mean"], parts: ["distance": distance.fingerprint])
  }

  package func measure(_ group: inout MeasurementGroup) throws {
    let (distance, memory) = (distance, group.memory)
    try group.compare(metric, for: self) { distance.distances(of: $0, in: memory) }
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    distance.standIns(for: metric, roles(for: metric).first, in: suite, by: self)
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    guard PerceptualDistances.metrics.contains(metric) else { return nil }
    return switch name {
    case "lpips_net": distance.trunkName
    case "lpips_pairs": "gt_pair"
    default: nil
    }
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    let (distance, fingerprint) = (distance, fingerprints[metric] ?? Fingerprint([:]))
    return [
      .network(
        distance.network, inputSide: side, outputs: distance.taps, on: .pairs, countsImages: true,
        key: { ContentHash.key(fingerprint, $0[0], $0[1]) },
        run: { _ = try distance.activate($0, named: "plan", in: $1.main) })
    ]
  }

  package func bytes(width: Int, height: Int, share: Int) -> Int {
    distance.bytes(width: width, height: height, share: share)
  }

  package var holdsBothImages: Bool { true }
}

extension PerceptualDistance {
  /// The heads, which lie in a file of their own.
  var furtherWeights: [(name: String, weights: WeightFile)] {
    [("\(network.network.name) heads", headWeights)]
  }

  /// The trunk as metrics' names spell it, or its own name.
  var trunkName: String {
    let trunk = String(network.network.name.trimmingPrefix("lpips-"))
    let role = WeightRole.allCases.first { $0.trunk == trunk }
    return role.map { String($0.rawValue.trimmingPrefix("lpips-")) } ?? trunk
  }

  /// LPIPS with another trunk than its name says; the compact suite has only AlexNet's.
  func standIns(
    for metric: Metric, _ role: WeightRole?, in suite: WeightSuite,
    by evaluator: some MetricEvaluator
  ) -> [String] {
    guard let trunk = role?.trunk, !suite.isCompact || role != .lpipsAlex else { return [] }
    return evaluator.standIn(
      metric.title, network.network.name, for: "lpips-\(trunk)", network.weights)
  }
}
