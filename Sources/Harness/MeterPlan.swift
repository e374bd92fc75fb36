import Checkpoints
import Graphs
import Images
import Metrics

/// The meters of a run: what can be measured, what cannot and why, and where the weights at hand depart
/// from what was asked for.
package struct MeterPlan: Sendable {
  /// One meter for each group of metrics.
  package private(set) var meters: [Meter] = []
  /// Metrics without a meter, with the reason.
  package private(set) var notRun: [MetricIdentifier: String] = [:]
  /// Sentences about weights that stand in for others.
  package private(set) var deviations: [String] = []
  /// The size at which images are compared.
  package let working: WorkingSize

  /// Made once: every image's scores refer to them.
  private var fingerprints: [MetricIdentifier: Fingerprint] = [:]
  private let request: MeterRequest

  /// Takes meters that were made elsewhere, for all the metrics that they serve.
  package init(meters: [Meter], working: WorkingSize = .native) {
    self.meters = meters
    self.working = working
    request = MeterRequest(metrics: meters.flatMap(\.metrics))
    for meter in meters { register(meter) }
  }

  /// Makes a meter for every metric that has weights.
  ///
  /// - Throws: errors of weight files that are there but unusable; missing ones only land in ``notRun``.
  package init(_ request: MeterRequest, shop: InstrumentShop) throws {
    self.request = request
    working = request.working
    if let note = shop.suite.note { deviations.append(note) }
    for metric in request.metrics where !meters.contains(where: { $0.metrics.contains(metric) }) {
      do {
        let meter = try self.meter(metric, from: shop)
        meters.append(meter)
        register(meter)
        noteDeviations(meter, metric, shop.suite)
      } catch let reason as NotRun {
        for sibling in request.metrics where Self.siblings(metric).contains(sibling) {
          notRun[sibling] = reason.description
        }
      }
    }
  }

  /// Metrics that one meter serves together.
  private static func siblings(_ metric: MetricIdentifier) -> [MetricIdentifier] {
    [FeatureDistances.metrics, [.accuracy, .miou]].first { $0.contains(metric) } ?? [metric]
  }

  private mutating func register(_ meter: Meter) {
    for served in meter.metrics {
      fingerprints[served] = meter.fingerprint(of: served, working: working)
    }
  }

  private func meter(_ metric: MetricIdentifier, from shop: InstrumentShop) throws -> Meter {
    switch metric {
    case .fid, .kid, .fidInfinity:
      .features(
        try shop.fidExtractor(request.distances.mode.preprocessing, tap: request.fidTap),
        request.distances)
    case .lpipsAlex: .perceptual(metric, try shop.perceptual(.lpipsAlex))
    case .lpipsVGG: .perceptual(metric, try shop.perceptual(.lpipsVGG))
    case .lpipsSqueeze: .perceptual(metric, try shop.perceptual(.lpipsSqueeze))
    case .ssim: .similarity(metric, request.ssim)
    case .msSSIM: .similarity(metric, request.msSSIM)
    case .mae: .meanAbsoluteError
    case .psnr: .peakSignalToNoiseRatio
    case .id:
      .identity(
        try shop.identity(
          network: request.identityNetwork, preprocessing: request.identityPreprocessing,
          aligns: shop.suite.aligns(request)))
    case .accuracy, .miou:
      .segmentation(
        try shop.parser(
          network: request.parserNetwork, preprocessing: request.parserPreprocessing),
        size: shop.suite.labelSize(for: request), miou: request.miou)
    case .segmentationConsistency:
      .consistency(
        try shop.parser(
          network: request.parserNetwork, preprocessing: request.parserPreprocessing),
        request.consistency, averaging: request.miou)
    case .cmmd, .clip, .clipDirectional, .retrieval: try request.clip.meter(metric, from: shop)
    case .lpipsDiversity:
      .diversity(try shop.perceptual(request.diversity.role), request.diversity)
    case .time: .inferenceTime
    }
  }

  private mutating func noteDeviations(
    _ meter: Meter, _ metric: MetricIdentifier, _ suite: WeightSuite
  ) {
    // None of its networks stands for another; its note says so once.
    if suite.isCompact { return }
    switch meter {
    case .features(let extractor, _) where extractor.tap != "2048":
      deviations.append(
        "FID, FID∞ and KID are computed on Inception's result \(extractor.tap); only 2048 compares "
          + "with published values.")
    case .identity(let extractor):
      let found = "\(extractor.network.network.name) (\(extractor.preprocessing.name))"
      let wanted = "\(request.identityNetwork) (\(request.identityPreprocessing.name))"
      note("ID", found, wanted, extractor.network.weights)
    case .clip(let clip):
      note(
        clip.metric.descriptor.title, clip.image.network.network.name,
        request.clip.networks[clip.metric] ?? "", clip.image.network.weights)
      if clip.metric == .cmmd, clip.image.network.network.name != CLIPChoice.definingCMMD {
        deviations.append(
          "CMMD is defined on CLIP ViT-L/14 of 336 pixels; here it rests on "
            + "\(clip.image.network.network.name).")
      }
    case .segmentation(let parser, _, _), .consistency(let parser, _, _):
      let found = "\(parser.network.network.name) (\(parser.preprocessing.name))"
      let wanted = "\(request.parserNetwork) (\(request.parserPreprocessing.name))"
      note("The face parser", found, wanted, parser.network.weights)
    default: break
    }
    for (name, weights) in meter.networks where Self.isForeign(weights) {
      deviations.append("\(weights.name) (\(name)) is not a published file.")
    }
    for role in WeightRole.allCases where serves(role, metric) {
      if let note = suite.roles[role]?.note { deviations.append(note) }
    }
  }

  /// Whether a file's SHA-256 is none of the published ones.
  private static func isForeign(_ weights: WeightFile) -> Bool {
    !WeightCatalogue.files.contains { $0.digest.matches(weights.sha256) == true }
  }

  private mutating func note(
    _ what: String, _ found: String, _ wanted: String, _ weights: WeightFile
  ) {
    guard found != wanted else { return }
    deviations.append("\(what) is \(found) from \(weights.name) in place of \(wanted).")
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
    }
  }

  /// The size at which label maps are compared.
  var labelSize: LabelSize {
    for case .segmentation(_, let size, _) in meters { return size }
    return .own
  }

  /// The meter of a metric.
  package func meter(for metric: MetricIdentifier) -> Meter? {
    meters.first { $0.metrics.contains(metric) }
  }

  /// Everything that can move the scores of a metric, apart from the images.
  package func fingerprint(of metric: MetricIdentifier) -> Fingerprint? {
    fingerprints[metric]
  }

  /// Metrics that are measured, in the order asked for.
  package var measured: [MetricIdentifier] {
    request.metrics.filter { meter(for: $0) != nil }
  }
}
