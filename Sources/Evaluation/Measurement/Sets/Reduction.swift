import Metrics
import Provenance

/// How what was measured of single images becomes one metric of their set.
///
/// A network is no part of it, so that a stored run can be reduced again wherever its database lies.
package enum Reduction: Codable, Equatable, Sendable {
  case mean
  /// FID.
  case frechet
  /// FID∞.
  case extrapolation(seed: UInt64)
  case kernel(KernelInceptionDistance.Variant, KernelInceptionDistance.Draw)
  /// Pixel accuracy over the pixels of all label maps.
  case accuracy
  case meanIntersection(MeanIntersectionOverUnion)
  case consistency(SegmentationConsistency, averaging: MeanIntersectionOverUnion)
  /// CLIP's score of captions.
  case captions(CLIPScore)
  case discrepancy(CMMD.Variant)
  case retrieval(RetrievalAccuracy, CLIPMeter.Guidance)
  case diversity(PairSelection, Diversity.Weighting)
  case time
}

extension Meter {
  /// How one of its metrics is reduced.
  func reduction(of metric: MetricIdentifier) -> Reduction {
    switch self {
    case .features(_, let choice):
      switch metric {
      case .kid: .kernel(choice.kid, choice.draw)
      case .fidInfinity: .extrapolation(seed: choice.draw.seed)
      default: .frechet
      }
    case .perceptual, .similarity, .meanAbsoluteError, .peakSignalToNoiseRatio, .identity: .mean
    case .segmentation(_, _, let miou): metric == .miou ? .meanIntersection(miou) : .accuracy
    case .consistency(_, let mode, let averaging): .consistency(mode, averaging: averaging)
    case .clip(let clip):
      switch clip.task {
      case .caption(let score): .captions(score)
      case .edit: .mean
      case .distance(let variant): .discrepancy(variant)
      case .retrieval(let retrieval, let guidance): .retrieval(retrieval, guidance)
      }
    case .diversity(_, let choice): .diversity(choice.selection, choice.weighting)
    case .inferenceTime: .time
    }
  }
}

/// A metric of a set, and how it comes about.
package struct ReducedMetric: Sendable {
  package let metric: MetricIdentifier
  package let reduction: Reduction
  /// Everything that can move it, apart from the images.
  package let fingerprint: Fingerprint

  /// Joins the parts.
  package init(metric: MetricIdentifier, reduction: Reduction, fingerprint: Fingerprint) {
    self.metric = metric
    self.reduction = reduction
    self.fingerprint = fingerprint
  }
}

extension MeterPlan {
  /// The measured metrics, in the order asked for.
  package var reductions: [ReducedMetric] {
    measured.compactMap { metric in
      guard let meter = meter(for: metric), let fingerprint = fingerprint(of: metric) else {
        return nil
      }
      return ReducedMetric(
        metric: metric, reduction: meter.reduction(of: metric), fingerprint: fingerprint)
    }
  }
}
