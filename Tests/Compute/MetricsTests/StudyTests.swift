import Metrics
import Tensors
import Testing

struct DiversityTests {
  @Test func groupsOfPapersHaveTheirPairs() {
    #expect(PairSelection.allPairs.pairs(of: 2).count == 1)
    #expect(PairSelection.allPairs.pairs(of: 10).count == 45)
    #expect(PairSelection.allPairs.pairs(of: 25).count == 300)
    #expect(PairSelection.consecutive.pairs(of: 25).count == 24)
    #expect(PairSelection.firstTwo.pairs(of: 25).count == 1)
    for selection in PairSelection.allCases {
      for count in [0, 1] { #expect(selection.pairs(of: count).isEmpty) }
      let pairs = selection.pairs(of: 7)
      #expect(pairs.allSatisfy { 0 <= $0.first && $0.first < $0.second && $0.second < 7 })
      #expect(Set(pairs.map { $0.first * 7 + $0.second }).count == pairs.count)
    }
  }

  @Test func meansMatchTheScriptAndSciPy() throws {
    let golden = try SetMetricGoldens.load().diversity
    let groups = [(91, 6), (92, 1), (93, 3)].map { seed, count in
      var random = SplitMix64(seed: UInt64(seed))
      return (0..<count).map { _ in Double(random.nextUnit()) }
    }
    let pairs = try #require(Diversity(of: groups + [[]]))
    #expect(abs(pairs.mean - golden.pairs) <= 1e-15)
    #expect(abs(pairs.pairStandardError - golden.pairError) <= 1e-15)
    #expect(abs((pairs.groupStandardError ?? 0) - golden.groupError) <= 1e-15)
    #expect(pairs.pairs == 10 && pairs.groups == 3)
    let weighted = try #require(Diversity(of: groups, weighting: .groups))
    #expect(abs(weighted.mean - golden.groups) <= 1e-15)
  }

  @Test func oneDistanceHasNoSpread() throws {
    let found = try #require(Diversity(of: [[0.25]]))
    #expect(found.mean == 0.25 && found.pairStandardError == 0 && found.groupStandardError == nil)
    #expect(Diversity(of: [[], []]) == nil)
  }
}

struct SegmentationConsistencyTests {
  @Test func countsTheLabelsThatStayed() throws {
    // Class 0 keeps 6 of 8 pixels, class 1 keeps 1 of 1 and gains 1, class 2 appears.
    var counts = [Int64](repeating: 0, count: 9)
    (counts[0], counts[1], counts[2], counts[4]) = (6, 1, 1, 1)
    let matrix = try ConfusionMatrix(classes: 3, counts: counts)
    #expect(SegmentationConsistency.pixelAccuracy.score(of: matrix) == 7.0 / 9)
    #expect(SegmentationConsistency.miou.score(of: matrix) == (6.0 / 8 + 1.0 / 2 + 0) / 3)
    #expect(SegmentationConsistency.miou.score(of: ConfusionMatrix(classes: 3)) == nil)
  }

  @Test func setsPoolTheirPixels() throws {
    let small = try ConfusionMatrix(classes: 2, counts: [1, 1, 0, 0])
    let large = try ConfusionMatrix(classes: 2, counts: [8, 0, 0, 8])
    let pixels = try SegmentationConsistency.pixelAccuracy.score(ofImages: [small, large])
    #expect(pixels == 17.0 / 18)
    let pooled = try SegmentationConsistency.miou.score(ofImages: [small, large])
    let mean: Double = (9.0 / 10 + 8.0 / 9) / 2
    #expect(pooled == mean)
    let perImage = try SegmentationConsistency.miou.score(
      ofImages: [small, large], averaging: .imgNaN)
    let imageMean: Double = (0.25 + 1) / 2
    #expect(perImage == imageMean)
    #expect(try SegmentationConsistency.pixelAccuracy.score(ofImages: []) == nil)
    #expect(throws: SegmentationError.classMismatch(first: 3, second: 2)) {
      try SegmentationConsistency.pixelAccuracy.score(
        ofImages: [small, ConfusionMatrix(classes: 3)])
    }
  }
}

struct InferenceTimeTests {
  @Test func summarizesSecondsAndSteps() throws {
    let slow = try #require(InferenceTime(seconds: [9, 1, 2], steps: 50))
    #expect(slow.mean == 4 && slow.median == 2 && slow.secondsPerStep == 0.08)
    let fast = try #require(InferenceTime(seconds: [1, 2, 3, 2]))
    #expect(fast.median == 2 && fast.secondsPerStep == nil && slow.ratio(to: fast) == 2)
    #expect(InferenceTime(seconds: []) == nil)
    #expect(InferenceTime(seconds: [0]).flatMap { fast.ratio(to: $0) } == nil)
    #expect(InferenceTime(seconds: [3])?.standardError == nil)
  }
}

struct PreferenceTests {
  @Test func intervalsMatchSciPy() throws {
    for golden in try SetMetricGoldens.load().wilson {
      let found = PreferenceShares.wilsonInterval(golden.count, of: golden.total)
      // SciPy takes the quantile and each root once; so do we.
      #expect(abs(found.lowerBound - golden.low) <= 1e-14, "\(golden)")
      #expect(abs(found.upperBound - golden.high) <= 1e-14, "\(golden)")
    }
  }

  @Test func countsVotesWhateverTheirOrder() throws {
    let votes: [PreferenceShares.Vote] = [
      .init(choice: "ours", options: ["ours", "a"]), .init(choice: "ours", options: ["b", "ours"]),
      .init(choice: "a", options: ["a", "ours", "b"]),
    ]
    let found = try PreferenceShares(votes)
    #expect(found.shares.map(\.method) == ["a", "b", "ours"])
    #expect(found.shares.map(\.votes) == [1, 0, 2] && found.shares.map(\.asked) == [2, 2, 3])
    #expect(found.shares[2].share == 2.0 / 3 && found.votes == 3)
    #expect(found.shares.allSatisfy { $0.interval.contains($0.share) })
    #expect(try PreferenceShares(votes.reversed()) == found)
    #expect(try PreferenceShares([]).shares.isEmpty)
  }

  @Test func refusesVotesWithoutChoice() {
    #expect(throws: PreferenceShares.Failure.unknownChoice("c", options: ["a", "b"], vote: 2)) {
      try PreferenceShares([
        .init(choice: "a", options: ["a", "b"]), .init(choice: "c", options: ["a", "b"]),
      ])
    }
    for options in [["a"], ["a", "a"], []] {
      #expect(throws: PreferenceShares.Failure.noChoice(options: options, vote: 1)) {
        try PreferenceShares([.init(choice: "a", options: options)])
      }
    }
  }
}
