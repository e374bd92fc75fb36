import Tensors
import Terms
import Testing
import Verdicts

/// What stored scores say of claims.
struct ClaimTestTests {
  /// Rows over 40 images that differ by image, each row by `step` more than the one before, with noise.
  private func rows(_ count: Int, step: Double, seed: UInt64 = 1) -> [[String: Double]] {
    var random = SplitMix64(seed: seed)
    let images = (0..<40).map { "\($0)" }
    let own = images.map { _ in 10 * Double(random.nextUnit()) }
    return (0..<count).map { row in
      Dictionary(
        uniqueKeysWithValues: images.indices.map { index in
          (images[index], own[index] + step * Double(row) + Double(random.nextUnit()))
        })
    }
  }

  private func outcome(_ test: ClaimTest?) -> ClaimTest.Outcome? {
    test.flatMap { ClaimTest.outcomes(of: [$0]).first?.outcome }
  }

  private func test(_ rows: [[String: Double]], _ expected: Direction) -> ClaimTest? {
    ClaimTest(images: rows, expected: expected) { _ in nil }
  }

  @Test(arguments: [1, 2, 4])
  func everyKindHoldsAndIsContradicted(count: Int) throws {
    let rising =
      count == 1
      ? [["a": 1, "b": 2, "c": 1.5, "d": 1.1, "e": 3, "f": 2, "g": 2]] : rows(count, step: 1)
    let test = try #require(self.test(rising, .higher))
    #expect(test.statistic == [1: .mean, 2: .pairedDifference, 4: .page][count])
    #expect(outcome(test) == .holds && test.effect > 0 && test.interval.contains(test.effect))
    #expect(test.count == rising[0].count)
    #expect(outcome(self.test(rising, .lower)) == .contradicted)
    let falling = rising.map { $0.mapValues { -$0 } }
    #expect(outcome(self.test(falling, .lower)) == .holds)
    #expect(outcome(self.test(falling, .higher)) == .contradicted)
  }

  @Test func noiseShowsNothing() {
    // By the seeds, none of these is one of the 5 % that chance makes significant.
    for seed: UInt64 in [2, 3] {
      #expect(outcome(test(rows(2, step: 0, seed: seed), .higher)) == .notShown)
      #expect(outcome(test(rows(3, step: 0, seed: seed), .higher)) == .notShown)
    }
  }

  @Test func onlySharedImagesTakePart() throws {
    var rows = rows(3, step: 1)
    rows[1]["0"] = nil
    rows[2]["extra"] = 1e9
    #expect(try #require(self.test(rows, .higher)).count == 39)
    #expect(test([["a": 1, "b": 2], ["b": 3]], .higher) == nil)
    #expect(test([], .higher) == nil)
  }

  /// Copies of one image are no evidence.
  @Test func clustersCountOnce() throws {
    let rows = rows(3, step: 0.1)
    let single = try #require(ClaimTest(images: rows, expected: .higher) { _ in nil })
    let paired = try #require(
      ClaimTest(images: rows, expected: .higher) { "cluster \((Int($0) ?? 0) / 2)" })
    #expect(paired.count == single.count && paired.value < single.value)
    #expect(abs(paired.effect - single.effect) < 1e-12)
    #expect(ClaimTest(images: rows, expected: .higher) { _ in "all" } == nil)
  }

  /// A row that is 0.5 below another is not worse by a margin of 1, but is by one of 0.05.
  @Test func aMarginTakesThePlaceOfZero() throws {
    let rows = rows(2, step: -0.5, seed: 5)
    func test(_ margin: Double, _ expected: Direction = .higher) throws -> ClaimTest {
      try #require(ClaimTest(images: rows, expected: expected, margin: margin) { _ in nil })
    }
    #expect(try outcome(test(1)) == .holds)
    #expect(try outcome(test(0.05)) == .contradicted)
    #expect(try outcome(test(0)) == .contradicted && outcome(test(0, .lower)) == .holds)
    // What is measured stays, whatever is asked of it.
    #expect(try test(1).effect == test(0).effect && test(1).interval == test(0).interval)
    #expect(try test(1).pValue < test(0.7).pValue)
    let sets: [[Double]] = [[2, 2.1, 1.9, 2.2], [2.1, 2.2, 2, 2.3]]
    #expect(outcome(ClaimTest(sets: sets, expected: .lower, margin: 1)) == .holds)
    #expect(outcome(ClaimTest(sets: sets, expected: .lower, margin: 0.1)) == .notShown)
  }

  /// Steps of 1 and 3 on images that differ much more than that.
  @Test func anInteractionComparesSteps() throws {
    let first = rows(2, step: 1)
    let second = rows(2, step: 3)
    let steps = ClaimTest.steps(ofImages: first + second)
    let test = try #require(self.test(steps, .higher))
    #expect(outcome(test) == .holds && abs(test.effect - 2) < 0.5 && test.count == 40)
    #expect(outcome(self.test(steps, .lower)) == .contradicted)
    var holed = first + second
    holed[3]["7"] = nil
    #expect(ClaimTest.steps(ofImages: holed).map(\.count) == [39, 39])
    #expect(ClaimTest.steps(ofSets: [[1, 2], [2, 4], [5, 5], [9, 8]]) == [[1, 2], [4, 3]])
  }

  @Test func setsAreComparedOverSeeds() throws {
    let levels: [[Double]] = [[1, 1.2, 0.9, 1.1], [2, 2.1, 1.9, 2.2], [3.1, 3, 2.8, 2.9]]
    let trend = try #require(ClaimTest(sets: levels, expected: .higher))
    #expect(trend.statistic == .jonckheere && trend.value == 48 && trend.count == 4)
    #expect(outcome(trend) == .holds)
    #expect(outcome(ClaimTest(sets: levels, expected: .lower)) == .contradicted)
    let change = try #require(ClaimTest(sets: [levels[0], levels[2]], expected: .higher))
    #expect(change.statistic == .difference && abs(change.effect - 1.9) < 1e-12)
    #expect(outcome(change) == .holds)
    #expect(ClaimTest(sets: [levels[0]], expected: .higher) == nil)
    #expect(ClaimTest(sets: [[1], [2, 3]], expected: .higher) == nil)
  }

  @Test func manyClaimsAreCorrectedTogether() throws {
    // Seven images of one sign: p = 2/128 by the sign flips.
    let weak = ["a": 1, "b": 2, "c": 1.5, "d": 1.1, "e": 3, "f": 2, "g": 2.5]
    let test = try #require(self.test([weak], .higher))
    #expect(test.pValue >= 2.0 / 128)
    #expect(ClaimTest.outcomes(of: [test]).map(\.outcome) == [.holds])
    let many = ClaimTest.outcomes(of: [ClaimTest](repeating: test, count: 4))
    #expect(many.allSatisfy { $0.outcome == .notShown && $0.adjustedPValue >= 4 * 2.0 / 128 })
    #expect(ClaimTest.outcomes(of: []).isEmpty)
  }
}
