import Measurement
import Metrics
import Provenance
import Terms

/// Forms of sets' scores by the choices that lead to them, as families make them.
enum Reductions {
  /// How single images' scores are averaged.
  static var mean: any SetReduction { PixelDifferences().reduction(of: .mae) }

  /// FID and its kin.
  static func frechet(
    _ metric: Metric, _ kid: KernelInceptionDistance.Variant = .cleanFID, subsets: Int = 100,
    of size: Int = 1000, seed: UInt64 = 0
  ) -> any SetReduction {
    var family = FrechetDistances()
    family.kid = kid
    family.draw = KernelInceptionDistance.Draw(count: subsets, size: size, seed: seed)
    return family.reduction(of: metric)
  }

  /// CMMD.
  static func discrepancy(_ variant: CMMD.Variant) -> any SetReduction {
    var family = CLIPDiscrepancy()
    family.variant = variant
    return family.reduction(of: .cmmd)
  }

  /// Precision, cache, density or coverage.
  static func manifold(_ metric: Metric, neighbors: Int? = nil) -> any SetReduction {
    var family = ManifoldMetrics()
    family.neighbors = neighbors
    return family.reduction(of: metric)
  }

  /// A score of label maps.
  static func labels(
    _ metric: Metric, _ averaging: MeanIntersectionOverUnion = .agg19,
    _ mode: SegmentationConsistency = .pixelAccuracy
  ) -> any SetReduction {
    var family = FaceParsing()
    family.averaging = averaging
    family.consistency = mode
    return family.reduction(of: metric)
  }

  /// The mean score of captions.
  static func captions(_ score: CLIPScore) -> any SetReduction {
    var family = CLIPScores()
    family.score = score
    return family.reduction(of: .clip)
  }

  /// The accuracy of retrieval.
  static func retrieval(
    negatives: Int, _ ties: RetrievalAccuracy.Ties = .against,
    _ guidance: CLIPScores.Guidance = .text, seed: UInt64 = 0
  ) -> any SetReduction {
    var family = CLIPScores()
    family.ranking.negatives = negatives
    family.ranking.ties = ties
    family.ranking.seed = seed
    family.guidance = guidance
    return family.reduction(of: .retrieval)
  }

  /// The diversity of a method's images.
  static func diversity(
    _ selection: PairSelection, _ weighting: Diversity.Weighting
  ) -> any SetReduction {
    var family = PerceptualDiversity()
    family.selection = selection
    family.weighting = weighting
    return family.reduction(of: .lpipsDiversity)
  }

  /// The mean time of an image.
  static var time: any SetReduction { GenerationTimes().reduction(of: .time) }

  /// One form for every metric, fit for sets of two dozen images.
  static let all: [ReducedMetric] = {
    let forms: [(metric: Metric, reduction: any SetReduction)] = [
      (.mae, mean), (.psnr, mean), (.fid, frechet(.fid)), (.fidInfinity, frechet(.fidInfinity)),
      (.kid, frechet(.kid, .cleanFID, subsets: 5, of: 8)), (.cmmd, discrepancy(.biased)),
      (.precision, manifold(.precision)), (.recall, manifold(.recall)),
      (.density, manifold(.density)), (.coverage, manifold(.coverage)),
      (.accuracy, labels(.accuracy)), (.miou, labels(.miou)),
      (.segmentationConsistency, labels(.segmentationConsistency)), (.clip, captions(.cosine)),
      (.retrieval, retrieval(negatives: 9)), (.lpipsDiversity, diversity(.allPairs, .pairs)),
      (.time, time),
    ]
    return forms.map { reduced($0.metric, $0.reduction) }
  }()

  /// A metric with its form.
  static func reduced(_ metric: Metric, _ reduction: any SetReduction) -> ReducedMetric {
    ReducedMetric(
      metric: metric, reduction: reduction, fingerprint: Fingerprint(["metric": metric.name]))
  }
}
