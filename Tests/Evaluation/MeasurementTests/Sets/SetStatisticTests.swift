import Essentials
import Measurement
import Metrics
import Provenance
import Terms
import Testing

/// What a test of a change computes anew for parts of a set, beside the score of the set itself.
struct SetStatisticTests {
  /// What is stored of a sample, as a gate reads it.
  private struct Results: SetResults {
    let sample: SampleSet
    let vector: Intermediate
    let matrix: Intermediate

    private var made: [ImageResult?] { sample.results.map { $0.images[0]?.value } }

    func vectors() -> (real: [[Float]?], made: [[Float]?]) {
      (
        sample.results.map { $0.reference?.value?.vectors[vector] },
        made.map { $0?.vectors[vector] }
      )
    }

    func counts() -> [ConfusionMatrix?] { made.map { $0?.counts[matrix] } }
  }

  private static let statistics: [ReducedMetric] = [
    Reductions.reduced(.fid, Reductions.frechet(.fid)),
    Reductions.reduced(.kid, Reductions.frechet(.kid, .fullSet)),
    Reductions.reduced(.cmmd, Reductions.discrepancy(.biased)),
    Reductions.reduced(.cmmd, Reductions.discrepancy(.unbiased)),
    Reductions.reduced(.accuracy, Reductions.labels(.accuracy)),
    Reductions.reduced(.miou, Reductions.labels(.miou)),
    Reductions.reduced(.miou, Reductions.labels(.miou, .agg18)),
    Reductions.reduced(.segmentationConsistency, Reductions.labels(.segmentationConsistency)),
    Reductions.reduced(
      .segmentationConsistency, Reductions.labels(.segmentationConsistency, .agg19, .miou)),
  ]

  private func results(_ sample: SampleSet, of metric: Metric) -> Results {
    Results(
      sample: sample, vector: metric == .cmmd ? .embedding(of: .cmmd) : .features,
      matrix: metric == .segmentationConsistency ? .consistency : .confusion)
  }

  private func score(_ sample: SampleSet, _ metric: ReducedMetric) throws -> Double {
    try #require(sample.set([metric]).scores()[0].value)
  }

  /// What sums in another order may change: those of kernel values, which are a few units, and CMMD's times 1000.
  private func rounding(_ metric: ReducedMetric) -> Double {
    switch metric.metric {
    case .kid: 1e-13
    case .cmmd: 1e-10
    default: 0
    }
  }

  /// Over all pairs it is the score, and over some that of these alone: to the bit but for sums in another order.
  @Test(arguments: statistics)
  func theStatisticIsTheScoreOfTheSamePairs(metric: ReducedMetric) throws {
    let seed = UInt64.random(in: 0...9999)
    let sample = SampleSet(seed: seed)
    let statistic = try metric.reduction.statistic(of: results(sample, of: metric.metric))
    let all = Array(sample.entries.indices)
    let bound = rounding(metric)
    #expect(abs(try statistic(all) - score(sample, metric)) <= bound, "seed \(seed)")
    var part = sample
    part.entries.removeSubrange(5..<9)
    let kept = all.filter { !(5..<9).contains($0) }
    #expect(abs(try statistic(kept) - score(part, metric)) <= bound, "seed \(seed)")
  }

  /// Counts of labels are small whole numbers, of which two shares can be equal by chance, so the
  /// seed is fixed.
  @Test(arguments: statistics)
  func theStatisticDependsOnThePairs(metric: ReducedMetric) throws {
    let sample = SampleSet(seed: 1)
    let statistic = try metric.reduction.statistic(of: results(sample, of: metric.metric))
    let all = Array(sample.entries.indices)
    #expect(try statistic(Array(all.dropFirst(4))) != statistic(all))
  }

  /// Pairs without an image are passed over.
  @Test(arguments: statistics)
  func failedImagesTakeNoPart(metric: ReducedMetric) throws {
    var sample = SampleSet(seed: 11)
    sample.entries[2].result.images = [
      .failure(ImageFailure(state: LedgerState(rawValue: "truncated"), reason: "ends early"))
    ]
    let statistic = try metric.reduction.statistic(of: results(sample, of: metric.metric))
    let whole = try statistic(Array(sample.entries.indices))
    #expect(abs(try whole - score(sample, metric)) <= rounding(metric))
  }

  @Test func onlyKIDHasAnotherStatisticThanItsScore() {
    for metric in Reductions.all {
      #expect(metric.reduction.isItsStatistic == (metric.metric != .kid), "\(metric.metric.name)")
    }
    let second = Reductions.frechet(.fid).second
    #expect(second?.metric == .kid)
    #expect(Reductions.all.filter { $0.reduction.second != nil }.map(\.metric) == [.fid])
  }

  @Test func nothingLeftIsNoStatistic() throws {
    let sample = SampleSet(seed: 12)
    let accuracy = try Reductions.labels(.accuracy).statistic(of: results(sample, of: .accuracy))
    let error = #expect(throws: HarnessError.self) { try accuracy([]) }
    #expect(error?.kind == .invalid && error?.description == "no label map is left to compare")
    let fid = try Reductions.frechet(.fid).statistic(of: results(sample, of: .fid))
    #expect(throws: FrechetError.tooFewRows(count: 1)) { try fid([3]) }
  }

  /// Which way a change of each metric is tested; where there is no statistic, asking is refused.
  @Test func comparisonsAreThoseOfTheirKind() throws {
    var kinds: [String: [String]] = [:]
    for metric in Reductions.all {
      let name =
        switch metric.reduction.comparison {
        case .images: "images"
        case .sets: "sets"
        case .standardErrors: "standard errors"
        case .none: "none"
        }
      kinds[name, default: []].append(metric.metric.name)
      guard name != "sets" else { continue }
      let error = #expect(throws: HarnessError.self) {
        try metric.reduction.statistic(of: results(SampleSet(seed: 1), of: metric.metric))
      }
      #expect(error?.kind == .notComparable)
    }
    #expect(
      kinds == [
        "images": ["mae", "psnr", "clip"],
        "sets": ["fid", "kid", "cmmd", "accuracy", "miou", "segmentation-consistency"],
        "standard errors": ["retrieval", "lpips-diversity", "time"],
        "none": ["fid-infinity", "precision", "recall", "density", "coverage"],
      ])
    let perImage = Reductions.labels(.miou, .imgNaN).comparison
    guard case .images = perImage else {
      Issue.record("a mean of images is compared as \(perImage)")
      return
    }
  }

  /// By how much an image makes FID worse is the score with it less the score without.
  @Test func harmsAreWhatTheScoreLosesWithoutAnImage() throws {
    let seed = UInt64.random(in: 0...9999)
    var sample = SampleSet(seed: seed)
    sample.entries[3].result.images = [nil]
    let reduction = Reductions.frechet(.fid)
    let harms = try reduction.harms(of: results(sample, of: .fid))
    #expect(harms.count == 24 && harms[3] == nil && harms.count { $0 != nil } == 23)
    let metric = Reductions.reduced(.fid, reduction)
    let whole = try score(sample, metric)
    for place in [0, 10, 23] {
      var without = sample
      without.entries[place].result.images = [nil]
      let harm = try #require(harms[place])
      // Both are differences of distances of order 1 by eigenvalues of 4×4 matrices.
      #expect(abs(harm - (whole - (try score(without, metric)))) <= 1e-9, "seed \(seed)")
    }
    #expect(throws: HarnessError.self) {
      try Reductions.mean.harms(of: results(sample, of: .mae))
    }
  }
}
