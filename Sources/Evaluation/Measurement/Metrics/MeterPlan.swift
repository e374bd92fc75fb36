import Graphs
import Images
import Metrics
import Models
import Provenance

/// The meters of a run: what can be measured, what cannot and why, and where the weights at hand depart
/// from what was asked for.
package struct MeterPlan: Sendable {
  /// One meter for each group of metrics.
  package private(set) var meters: [Meter] = []
  /// Metrics without a meter, with the reason.
  package private(set) var notRun: [MetricIdentifier: String] = [:]
  /// The size at which images are compared.
  package let working: WorkingSize

  /// Made once: every image's scores refer to them.
  private var fingerprints: [MetricIdentifier: Fingerprint] = [:]
  /// Sentences about weights that stand in for others, by the metrics that rest on them.
  private var remarks: [(metrics: [MetricIdentifier], sentence: String)] = []
  let request: MeterRequest

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
    if let note = shop.suite.note { remarks.append((request.metrics, note)) }
    for metric in request.metrics where !meters.contains(where: { $0.metrics.contains(metric) }) {
      do {
        let meter = try self.meter(metric, from: shop)
        meters.append(meter)
        register(meter)
        remarks += deviations(of: meter, metric, shop.suite).map { (meter.metrics, $0) }
      } catch let reason as NotRun {
        for sibling in request.metrics where Self.siblings(metric).contains(sibling) {
          notRun[sibling] = reason.description
        }
      }
    }
  }

  /// The plan without the metrics that something stands in the way of.
  ///
  /// - Parameter obstacle: why a metric of a meter cannot be measured; nil where it can.
  /// - Returns: the plan of the others.
  package func leavingOut(_ obstacle: (MetricIdentifier, Meter) -> String?) -> MeterPlan {
    var plan = self
    for metric in measured {
      guard let meter = meter(for: metric) else { continue }
      plan.notRun[metric] = obstacle(metric, meter)
    }
    plan.meters.removeAll { meter in
      !request.metrics.contains { meter.metrics.contains($0) && plan.notRun[$0] == nil }
    }
    return plan
  }

  /// Metrics that one meter serves together.
  private static func siblings(_ metric: MetricIdentifier) -> [MetricIdentifier] {
    [FeatureDistances.metrics, [.accuracy, .miou]].first { $0.contains(metric) } ?? [metric]
  }

  /// Adds what a reader of some metrics must know.
  package mutating func note(_ sentence: String, of metrics: [MetricIdentifier]) {
    remarks.append((metrics, sentence))
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

  /// The size at which label maps are compared.
  package var labelSize: LabelSize {
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
    request.metrics.filter { notRun[$0] == nil && meter(for: $0) != nil }
  }

  /// Metrics that are not measured, in the order asked for.
  package var unmeasured: [UnmeasuredMetric] {
    request.metrics.compactMap { metric in
      notRun[metric].map { UnmeasuredMetric(metric: metric, reason: $0) }
    }
  }

  /// Sentences about weights that stand in for others, as far as something was measured with them.
  package var deviations: [String] {
    let measured = Set(measured)
    let told = remarks.filter { !measured.isDisjoint(with: $0.metrics) }.map(\.sentence)
    return told.enumerated().filter { !told[..<$0.offset].contains($0.element) }.map(\.element)
  }
}
