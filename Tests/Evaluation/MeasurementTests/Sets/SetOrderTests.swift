import Measurement
import Metrics
import Tensors
import Terms
import Testing

/// A set's score belongs to the set, not to the order in which its images were finished.
struct SetOrderTests {
  private let sample = SampleSet(seed: .random(in: 0...9999))

  /// Results arrive as workers finish them; sorted by id, every score has the same bits.
  @Test func resultsThatArriveInAnyOrderGiveTheSameBits() {
    let expected = sample.set(Reductions.all).bits
    #expect(expected.allSatisfy { $0.value != nil && $0.reason == nil }, "\(expected)")
    for round in 1...3 {
      var arrived = sample
      arrived.entries.shuffle(seed: sample.seed &+ UInt64(round))
      #expect(arrived.entries.map(\.id) != sample.entries.map(\.id), "seed \(sample.seed)")
      arrived.entries.sort { $0.id < $1.id }
      #expect(arrived.set(Reductions.all).bits == expected, "seed \(sample.seed)")
    }
  }

  /// Counts are whole numbers, so that even an unsorted set has the same bits.
  @Test(arguments: [
    Reductions.reduced(.accuracy, Reductions.labels(.accuracy)),
    Reductions.reduced(.miou, Reductions.labels(.miou, .agg18)),
    Reductions.reduced(.miou, Reductions.labels(.miou, .csail)),
    Reductions.reduced(
      .segmentationConsistency, Reductions.labels(.segmentationConsistency, .agg19, .miou)),
    Reductions.reduced(.precision, Reductions.manifold(.precision)),
    Reductions.reduced(.recall, Reductions.manifold(.recall)),
    Reductions.reduced(.density, Reductions.manifold(.density)),
    Reductions.reduced(.coverage, Reductions.manifold(.coverage)),
    Reductions.reduced(.retrieval, Reductions.retrieval(negatives: 23)),
    Reductions.reduced(.time, Reductions.time),
  ])
  func countsAreTheSameInAnyOrder(metric: ReducedMetric) throws {
    let expected = try #require(sample.set([metric]).scores()[0].value)
    var unsorted = sample
    unsorted.entries.shuffle(seed: sample.seed &+ 5)
    let found = try #require(unsorted.set([metric]).scores()[0].value)
    #expect(found == expected, "seed \(sample.seed)")
  }

  /// Sums round once for each order: a compensated mean by an ulp or two, means of kernel values and
  /// eigenvalues of a covariance by a few ulps of their terms, which are of order 1 (CMMD's are scaled by 1000).
  @Test(arguments: [
    (Reductions.reduced(.mae, Reductions.mean), 1e-15),
    (Reductions.reduced(.clip, Reductions.captions(.cosine)), 1e-15),
    (Reductions.reduced(.miou, Reductions.labels(.miou, .imgNaN)), 1e-15),
    (Reductions.reduced(.fid, Reductions.frechet(.fid)), 1e-12),
    (Reductions.reduced(.kid, Reductions.frechet(.kid, .fullSet)), 1e-12),
    (Reductions.reduced(.cmmd, Reductions.discrepancy(.biased)), 1e-11),
  ])
  func sumsDifferByRounding(metric: ReducedMetric, tolerance: Double) throws {
    let expected = try #require(sample.set([metric]).scores()[0].value)
    var unsorted = sample
    unsorted.entries.shuffle(seed: sample.seed &+ 6)
    let found = try #require(unsorted.set([metric]).scores()[0].value)
    #expect(abs(found - expected) <= tolerance, "seed \(sample.seed): \(found), \(expected)")
  }

  @Test func aSecondRowDoesNotMoveTheFirst() {
    let two = SampleSet(seed: sample.seed, rows: 2)
    #expect(two.set(Reductions.all).bits == sample.set(Reductions.all).bits, "seed \(sample.seed)")
    let second = two.set(Reductions.all, row: 1).bits
    #expect(second != two.set(Reductions.all).bits, "seed \(sample.seed)")
    var swapped = two
    for place in swapped.entries.indices { swapped.entries[place].result.images.reverse() }
    #expect(swapped.set(Reductions.all).bits == second, "seed \(sample.seed)")
  }

  @Test(arguments: [2, 3, 5])
  func workersDoNotShow(count: Int) {
    var set = sample.set(Reductions.all)
    let expected = set.bits
    set.workers = Workers(count: count)
    #expect(set.bits == expected, "seed \(sample.seed)")
  }

  /// Metrics of one reduction may share a pass over the set, which none of them shows.
  @Test func metricsAreTheSameAloneAndTogether() {
    let together = sample.set(Reductions.all).bits
    let alone = Reductions.all.flatMap { sample.set([$0]).bits }
    #expect(together == alone, "seed \(sample.seed)")
    #expect(sample.set(Reductions.all.reversed()).bits == alone.reversed(), "seed \(sample.seed)")
  }

  /// A reduction that counts how often it passes over a set.
  private struct Passing: SetReduction {
    static let identifier = "passing"
    static let tally = Tally()
    let name: String

    func score(of set: MeasuredSet, _ metric: Metric) -> SetOutcome {
      scores(of: set, [metric])[0]
    }

    func scores(of set: MeasuredSet, _ metrics: [Metric]) -> [SetOutcome] {
      Self.tally.note(name)
      return metrics.map { MeanReduction().score(of: set, $0) }
    }
  }

  @Test func equalReductionsPassOnce() throws {
    let metrics: [(Metric, String)] = [(.psnr, "first"), (.clip, "second"), (.mae, "first")]
    let reduced = metrics.map { Reductions.reduced($0, Passing(name: $1)) }
    let values = sample.set(reduced).scores().map(\.value)
    #expect(Passing.tally["first"] == 1 && Passing.tally["second"] == 1)
    let means = metrics.map { Reductions.reduced($0.0, Reductions.mean) }
    #expect(values == sample.set(means).scores().map(\.value))
    #expect(Set(values).count == 3)
  }
}
