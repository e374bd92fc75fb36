import Foundation
import Tensors
import Terms
import TestSupport
import Testing
import Verdicts

/// Tests of trends and unpaired differences against SciPy and against all orders; `Tools/make_trend_goldens.py`.
struct TrendTests {
  private struct Goldens: Decodable {
    struct Page: Decodable {
      let blocks: [[Double]]
      let statistic, exact, normal: Double
    }
    struct Jonckheere: Decodable {
      let levels: [[Double]]
      let statistic, exact, normal: Double
    }
    struct Welch: Decodable {
      let candidate, baseline, interval: [Double]
      let degrees, pValue: Double
    }
    let page, tiedPage: [Page]
    let jonckheere, tiedJonckheere: [Jonckheere]
    let welch: [Welch]
  }

  private let goldens: Goldens

  init() throws { goldens = try GoldenFolder().decoded("trends.json") }

  private func isNear(_ found: Double?, _ expected: Double) -> Bool {
    abs((found ?? .nan) - expected) <= 1e-11 * max(1e-3, abs(expected))
  }

  @Test func pageAgreesWithSciPyAndWithAllOrders() throws {
    #expect(goldens.page.count == 15 && goldens.tiedPage.count == 2)
    for golden in goldens.page + goldens.tiedPage {
      let exact = try #require(PageTest(rising: golden.blocks, exactly: true))
      let normal = try #require(PageTest(rising: golden.blocks, exactly: false))
      #expect(exact.statistic == golden.statistic && normal.statistic == golden.statistic)
      #expect(isNear(exact.pValue, golden.exact), "\(golden): \(exact)")
      #expect(isNear(normal.pValue, golden.normal), "\(golden): \(normal)")
      #expect(PageTest(rising: golden.blocks) == exact)
    }
  }

  /// Page's own example is too long to be repeated; these are counted by hand.
  @Test func pageIsWhatHandsCount() throws {
    // One block in order: L = 1 + 4 + 9, one order of six.
    let one = try #require(PageTest(rising: [[1, 2, 3]]))
    #expect(one.statistic == 14 && isNear(one.pValue, 1.0 / 6))
    // Two blocks in order: one of 36.
    let two = try #require(PageTest(rising: [[1, 2, 3], [5, 7, 9]]))
    #expect(two.statistic == 28 && isNear(two.pValue, 1.0 / 36))
    // A block without differences says nothing.
    let tied = try #require(PageTest(rising: [[1, 2, 3], [4, 4, 4]]))
    #expect(tied.statistic == 26 && isNear(tied.pValue, 1.0 / 6))
    #expect(PageTest(rising: [[4, 4, 4]], exactly: false)?.pValue == 1)
    #expect(PageTest(rising: [[1, 2]]) == nil && PageTest(rising: []) == nil)
    #expect(PageTest(rising: [[1, 2, 3], [1, 2]]) == nil)
    #expect(PageTest(rising: [[Double]](repeating: [1, 2, 3], count: 31))?.isExact == false)
  }

  @Test func pageSeesOrdersAlone() throws {
    var random = SplitMix64(seed: 5)
    let blocks = (0..<9).map { _ in (0..<4).map { _ in Double(random.nextUnit()) } }
    let test = try #require(PageTest(rising: blocks))
    #expect(PageTest(rising: blocks.map { $0.map { exp(7 * $0) - 3 } }) == test)
    // Blocks may be shifted and change places.
    let moved = blocks.enumerated().map { place, block in block.map { $0 + Double(place) } }
    #expect(isNear(PageTest(rising: moved.reversed())?.pValue, test.pValue))
    // Falling is rising backwards, and a value and its mirror share all probability.
    let falling = try #require(PageTest(rising: blocks.map { $0.map { -$0 } }))
    #expect(PageTest(rising: blocks.map { $0.reversed() })?.statistic == falling.statistic)
    #expect(test.pValue + falling.pValue >= 1)
  }

  @Test func jonckheereAgreesWithSciPyAndWithAllDeals() throws {
    #expect(goldens.jonckheere.count == 7 && goldens.tiedJonckheere.count == 2)
    for golden in goldens.jonckheere {
      let exact = try #require(JonckheereTest(rising: golden.levels))
      let normal = try #require(JonckheereTest(rising: golden.levels, exactly: false))
      #expect(exact.isExact && exact.statistic == golden.statistic)
      #expect(isNear(exact.pValue, golden.exact), "\(golden): \(exact)")
      #expect(isNear(normal.pValue, golden.normal), "\(golden): \(normal)")
    }
    for golden in goldens.tiedJonckheere {
      let normal = try #require(JonckheereTest(rising: golden.levels))
      #expect(!normal.isExact && normal.statistic == golden.statistic)
      #expect(isNear(normal.pValue, golden.normal), "\(golden): \(normal)")
    }
  }

  @Test func jonckheereIsWhatHandsCount() throws {
    // Three levels of two in order: one of 6!/(2!·2!·2!) = 90 ways.
    let ordered = try #require(JonckheereTest(rising: [[1, 2], [3, 4], [5, 6]]))
    #expect(ordered.statistic == 12 && isNear(ordered.pValue, 1.0 / 90))
    let reversed = try #require(JonckheereTest(rising: [[5, 6], [3, 4], [1, 2]]))
    #expect(reversed.statistic == 0 && isNear(reversed.pValue, 1))
    #expect(JonckheereTest(rising: [[1, 1], [1]])?.pValue == 1)
    #expect(JonckheereTest(rising: [[1, 2]]) == nil && JonckheereTest(rising: [[1], []]) == nil)
  }

  @Test func jonckheereSeesOrdersAlone() throws {
    let levels: [[Double]] = [[0.3, 0.9, 0.1], [0.5, 0.2], [0.8, 0.95, 0.4, 0.7]]
    let test = try #require(JonckheereTest(rising: levels))
    #expect(JonckheereTest(rising: levels.map { $0.map { $0 * $0 * $0 + 2 } }) == test)
    #expect(JonckheereTest(rising: levels.map { $0.reversed() }) == test)
  }

  @Test func welchAgreesWithSciPy() throws {
    #expect(goldens.welch.count == 3)
    for golden in goldens.welch {
      let found = try #require(
        Estimate.welch(candidate: golden.candidate, baseline: golden.baseline))
      #expect(isNear(found.degreesOfFreedom, golden.degrees))
      #expect(isNear(found.pValue, golden.pValue), "\(golden): \(found)")
      let interval = try #require(found.interval(confidence: 0.95))
      #expect(isNear(interval.lowerBound, golden.interval[0]))
      #expect(isNear(interval.upperBound, golden.interval[1]))
    }
    #expect(Estimate.welch(candidate: [1], baseline: [1, 2]) == nil)
    let equal = Estimate.welch(candidate: [1, 1], baseline: [1, 1])
    #expect(equal?.pValue == 1 && equal?.interval(confidence: 0.95) == 0...0)
  }

  @Test func bootstrapIntervalsCoverTheMean() throws {
    // Of two clusters a resample has both, or one twice.
    let two = PairedDifferences(clusters: [[1], [3]])
    #expect(two.bootstrapInterval(confidence: 0.9) == 1...3)
    #expect(PairedDifferences(clusters: [[1, 2]]).bootstrapInterval(confidence: 0.9) == nil)
    // A cluster's images stay together and weigh by their number.
    let uneven = PairedDifferences(clusters: [[4, 4, 4], [0]])
    #expect(uneven.bootstrapInterval(confidence: 0.9) == 0...4)
    var random = SplitMix64(seed: 3)
    let values = (0..<200).map { _ in [Double(random.nextUnit())] }
    let many = PairedDifferences(clusters: values)
    let interval = try #require(many.bootstrapInterval(confidence: 0.95, seed: 1))
    #expect(interval.contains(many.mean))
    // Near the t interval for as many values.
    let half = try #require(many.estimate().halfWidth(confidence: 0.95))
    #expect(abs((interval.upperBound - interval.lowerBound) / (2 * half) - 1) < 0.05)
    #expect(many.bootstrapInterval(confidence: 0.95, seed: 1) == interval)
    #expect(many.bootstrapInterval(confidence: 0.95, seed: 2) != interval)
  }
}
