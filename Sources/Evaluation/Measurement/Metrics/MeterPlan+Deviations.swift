import Checkpoints
import Graphs
import Images
import Metrics
import Models

extension MeterPlan {
  /// How the weights of a meter depart from what was asked for, one sentence each.
  func deviations(
    of meter: Meter, _ metric: MetricIdentifier, _ suite: WeightSuite
  ) -> [String] {
    let stand = standIns(for: meter, metric, suite)
    // What else the compact suite is, its own note says once.
    if suite.isCompact { return stand }
    return stand
      + meter.networks.filter { Self.isForeign($0.weights) }.map { name, weights in
        "\(weights.name) (\(name)) is not a published file."
      }
      + Set(meter.networks.compactMap(\.weights.partNote)).sorted()
      + WeightRole.allCases.filter { serves($0, metric) }.compactMap { suite.roles[$0]?.note }
  }

  /// Networks and results that others are measured with than those asked for.
  private func standIns(
    for meter: Meter, _ metric: MetricIdentifier, _ suite: WeightSuite
  ) -> [String] {
    switch meter {
    case .perceptual(_, let perceptual), .diversity(let perceptual, _):
      return trunk(of: perceptual, metric, suite)
    case _ where suite.isCompact: return []
    case .features(let extractor, _) where extractor.tap != "2048":
      return [
        "FID, FID∞ and KID are computed on Inception's result \(extractor.tap); only 2048 compares "
          + "with published values."
      ]
    case .identity(let extractor):
      return standIn(
        "ID", "\(extractor.network.network.name) (\(extractor.preprocessing.name))",
        "\(request.identityNetwork) (\(request.identityPreprocessing.name))",
        extractor.network.weights)
    case .segmentation(let parser, _, _), .consistency(let parser, _, _):
      return standIn(
        "The face parser", "\(parser.network.network.name) (\(parser.preprocessing.name))",
        "\(request.parserNetwork) (\(request.parserPreprocessing.name))", parser.network.weights)
    case .clip(let clip): return tower(of: clip)
    default: return []
    }
  }

  /// LPIPS with another trunk than its name says; the compact suite has only AlexNet's.
  private func trunk(
    of meter: PerceptualMeter, _ metric: MetricIdentifier, _ suite: WeightSuite
  ) -> [String] {
    guard let role = WeightRole.allCases.first(where: { $0.trunk != nil && serves($0, metric) }),
      let trunk = role.trunk, !suite.isCompact || role != .lpipsAlex
    else { return [] }
    return standIn(
      metric.descriptor.title, meter.network.network.name, "lpips-\(trunk)",
      meter.network.weights)
  }

  private func tower(of clip: CLIPMeter) -> [String] {
    let found = clip.image.network.network.name
    let other = standIn(
      clip.metric.descriptor.title, found, request.clip.networks[clip.metric] ?? "",
      clip.image.network.weights)
    guard clip.metric == .cmmd, found != CLIPChoice.definingCMMD else { return other }
    return other + [
      "CMMD is defined on CLIP ViT-L/14 of 336 pixels; here it rests on \(found)."
    ]
  }

  private func standIn(
    _ what: String, _ found: String, _ wanted: String, _ weights: WeightFile
  ) -> [String] {
    found == wanted ? [] : ["\(what) is \(found) from \(weights.name) in place of \(wanted)."]
  }

  /// Whether a file's SHA-256 is none of the published ones.
  private static func isForeign(_ weights: WeightFile) -> Bool {
    !WeightCatalogue.files.contains { $0.digest.matches(weights.sha256) == true }
  }

  private func serves(_ role: WeightRole, _ metric: MetricIdentifier) -> Bool {
    switch role {
    case .fid: FeatureDistances.metrics.contains(metric)
    case .lpipsAlex, .lpipsVGG, .lpipsSqueeze:
      role.rawValue == metric.rawValue
        || (metric == .lpipsDiversity && role == request.diversity.role)
    case .id: role.rawValue == metric.rawValue
    case .parser: [.accuracy, .miou, .segmentationConsistency].contains(metric)
    case .clip, .clipDirectional, .cmmd, .retrieval: role.rawValue == metric.rawValue
    case .denoiser: false
    }
  }
}
