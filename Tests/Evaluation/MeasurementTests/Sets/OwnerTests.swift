import Measurement
import Terms
import Testing

/// A real image that several pairs share counts once in a set.
struct OwnerTests {
  private let sample: SampleSet
  /// The metrics with a real side.
  private let metrics = Reductions.all.filter { $0.metric.comparesSets }

  init() {
    var sample = SampleSet(seed: .random(in: 0...9999))
    // The second and third pair were made from the first one's real image.
    for place in [1, 2] {
      sample.entries[place].result.reference = sample.entries[0].result.reference
    }
    self.sample = sample
  }

  private var owners: [Int] { [0, 0, 0] + Array(3..<sample.entries.count) }

  @Test func aSharedRealImageCountsOnce() {
    var once = sample
    for place in [1, 2] { once.entries[place].result.reference = nil }
    var set = sample.set(metrics)
    let repeated = set.bits
    set.owners = owners
    #expect(set.bits == once.set(metrics).bits, "seed \(sample.seed)")
    #expect(set.bits.allSatisfy { $0.referenceCount == 22 && $0.count == 24 })
    #expect(repeated.allSatisfy { $0.referenceCount == 24 })
  }

  /// The image for which an owner was named is the owner's file: where that failed there is none.
  @Test func aFailedOwnerLeavesNoRealImage() {
    var failed = sample
    let failure = ImageFailure(
      state: LedgerState(rawValue: "truncated"), reason: "0.png ends early")
    failed.entries[0].result.reference = .failure(failure)
    var set = failed.set(metrics)
    set.owners = owners
    #expect(set.bits.allSatisfy { $0.referenceCount == 21 && $0.value != nil })
  }

  /// Retrieval ranks among the other real images: those of the pair's own file are no others.
  @Test func anImageIsNotRankedAmongItsOwnRealImage() throws {
    let metric = Reductions.reduced(.retrieval, Reductions.retrieval(negatives: 21))
    var set = sample.set([metric])
    set.owners = owners
    let score = try #require(set.score(of: .retrieval))
    #expect(score.count == 24 && score.referenceCount == 22)
    // Of 22 real images one is the pair's own, so that 21 are left.
    let one = Reductions.reduced(.retrieval, Reductions.retrieval(negatives: 22))
    var short = sample.set([one])
    short.owners = owners
    let refused = try #require(short.score(of: .retrieval))
    #expect(refused.value == nil)
    #expect(refused.reason?.contains("among 22 other real images, but there are 21") == true)
  }

  @Test func ownersAreFoundByTheirIDs() {
    #expect(
      MeasuredSet.places(ofOwners: [nil, "a", "zz", "b"], ids: ["a", "b", "c", "d"])
        == [0, 0, 2, 1])
    #expect(MeasuredSet.places(ofOwners: [], ids: []) == [])
  }
}
