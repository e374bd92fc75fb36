import Essentials
import Measurement
import Store
import Terms
import Testing

/// Sets of which some images failed, or all.
struct SetFailureTests {
  private static let states = ["truncated", "bad-reference", "not-measurable", "too-large"]

  private func failing(_ places: some Sequence<Int>, _ sample: SampleSet) -> SampleSet {
    var sample = sample
    for place in places {
      let state = Self.states[place % Self.states.count]
      sample.entries[place].result.images = [
        .failure(ImageFailure(state: LedgerState(rawValue: state), reason: "\(place) is \(state)"))
      ]
    }
    return sample
  }

  /// Distances within the set and times are counted where they are measured.
  private let metrics = Reductions.all.filter { ![.lpipsDiversity, .time].contains($0.metric) }

  @Test func anImageThatFailedTakesNoPart() {
    let seed = UInt64.random(in: 0...9999)
    let sample = SampleSet(seed: seed)
    let scores = failing([5], sample).set(metrics).scores()
    for (score, whole) in zip(scores, sample.set(metrics).scores()) {
      #expect(score.count == 23 && whole.count == 24, "\(score.metric.name), seed \(seed)")
      #expect(score.value != nil, "\(score.metric.name), seed \(seed)")
    }
    // Its real image still stands on the real side.
    #expect(scores.filter { $0.metric.comparesSets }.allSatisfy { $0.referenceCount == 24 })
  }

  /// Shares of small counts can be equal by chance, so the seed is fixed.
  @Test func anImageThatFailedMovesTheScore() {
    let sample = SampleSet(seed: 1)
    let scores = failing([5], sample).set(metrics).scores()
    for (score, whole) in zip(scores, sample.set(metrics).scores())
    where !score.metric.isCoarse {
      #expect(score.value != whole.value, "\(score.metric.name)")
    }
  }

  /// The score of what is left is that of the set without the image.
  @Test func aFailureIsAsIfThereWereNoImage() {
    let seed = UInt64.random(in: 0...9999)
    let sample = SampleSet(seed: seed)
    var absent = sample
    for place in [0, 7] { absent.entries[place].result.images = [nil] }
    #expect(failing([0, 7], sample).set(metrics).bits == absent.set(metrics).bits, "seed \(seed)")
  }

  @Test func aSetOfFailuresHasNoScoreAndSaysWhy() throws {
    let sample = failing(0..<24, SampleSet(seed: 4))
    let scores = sample.set(metrics).scores()
    #expect(scores.allSatisfy { $0.value == nil && $0.count == 0 && $0.standardError == nil })
    let tooFew =
      "a distance of sets needs at least 2 images in each, but one has 0: add images to it"
    for score in scores {
      let expected = score.metric.comparesSets ? tooFew : "nothing was measured"
      #expect(score.reason == expected, "\(score.metric.name)")
      #expect(score.record(method: "ours").value == .absent(reason: expected))
      #expect(score.record(method: "ours").isEmpty)
      #expect(score.unmeasured == UnmeasuredMetric(metric: score.metric, reason: expected))
    }
  }

  /// Images that were measured, but not by this metric.
  @Test func aSetWithoutTheVectorsSaysSo() throws {
    var sample = SampleSet(seed: 5)
    for place in sample.entries.indices {
      var image = SampleSet.image(seed: UInt64(place))
      image.vectors = [:]
      sample.entries[place].result.images = [.success(image)]
    }
    let fid = try #require(sample.set(metrics).score(of: .fid))
    #expect(fid.value == nil && fid.count == 0 && fid.referenceCount == 24)
    #expect(fid.reason?.hasPrefix("a distance of sets needs at least 2 images in each") == true)
    #expect(try #require(sample.set(metrics).score(of: .mae)).count == 24)
    let retrieval = try #require(sample.set(metrics).score(of: .retrieval))
    #expect(retrieval.value == nil && retrieval.reason == "nothing was measured")
  }

  @Test func aNeighborhoodNeedsItsNeighbors() {
    var sample = SampleSet(seed: 6)
    sample.entries.removeLast(24 - 5)
    let reasons = sample.set(metrics).scores().filter { $0.metric == .density }.map(\.reason)
    #expect(
      reasons == [
        "An image's neighborhood reaches to neighbor 5, so each set needs at least 6 images, but "
          + "there are 5 real ones: add images or ask for fewer neighbors."
      ])
    #expect(sample.set(metrics).score(of: .precision)?.value != nil)
  }

  /// What no image of a row has is said in the words of an image.
  @Test func aShortfallOfAllIsTheReason() throws {
    let failure = ImageFailure(state: .noCaption, reason: "'1000' has no caption")
    var sample = SampleSet(seed: 7)
    for place in sample.entries.indices {
      var image = SampleSet.image(seed: UInt64(place))
      image.scores[.clip] = nil
      image.measured = [.mae]
      image.shortfalls = [try #require(Shortfall([.clip], failure))]
      sample.entries[place].result.images = [.success(image)]
    }
    let score = try #require(sample.set(metrics).score(of: .clip))
    #expect(score.reason == "none of 24 images can be measured: '1000' has no caption")
    #expect(try #require(sample.set(metrics).score(of: .mae)).value != nil)
  }

  @Test func distancesThatFailedGiveTheirReason() throws {
    var set = SampleSet(seed: 8).set(Reductions.all)
    set.measurements.distances = .failure(ImageFailure(state: .wrongSize, reason: "two sizes"))
    #expect(set.score(of: .lpipsDiversity)?.reason == "two sizes")
    set.measurements.distances = .success(GroupDistances())
    #expect(set.score(of: .lpipsDiversity)?.reason == "no group has two images to compare")
    set.measurements.times = []
    #expect(set.score(of: .time)?.reason == "no receipt says how long an image took")
  }

  /// An image fails for the first evaluator of a needed metric, or of any if none took it.
  @Test func anImageIsCompleteForWhatIsNeeded() throws {
    let size = ImageFailure(state: .wrongSize, reason: "two sizes")
    let text = ImageFailure(state: .noCaption, reason: "no caption")
    var image = SampleSet.image(seed: 9)
    image.shortfalls = [
      try #require(Shortfall([.mae, .psnr], size)), try #require(Shortfall([.clip], text)),
    ]
    #expect(image.complete(for: []).failure == size)
    image.measured = [.fid]
    #expect(image.complete(for: []).failure == nil)
    #expect(image.complete(for: [.fid, .clip]).failure == text)
    #expect(image.complete(for: [.psnr, .clip]).failure == size)
    // What is wrong with the image itself is no shortfall.
    #expect(
      Shortfall(
        [.mae], ImageFailure(state: LedgerState(rawValue: "truncated"), reason: "ends early"))
        == nil)
  }
}

extension Metric {
  /// Whether one image of two dozen need not move it.
  fileprivate var isCoarse: Bool {
    [.precision, .recall, .density, .coverage, .retrieval].contains(self)
  }
}
