import Foundation
import Tensors
import Terms
import Testing
import Verdicts

/// Methods ranked over images.
struct RankComparisonTests {
  /// scipy.stats.studentized_range.ppf(0.95, k, inf), and the same by adaptive quadrature to 13 digits; Demšar's Table 5
  /// (a) has them to three digits, divided by √2.
  @Test(arguments: [
    (2, 2.771807648699355), (3, 3.314493155398122), (4, 3.6331595749026278),
    (5, 3.857655510378623), (6, 4.030092053180576), (10, 4.474124221725907),
    (25, 5.17299617312959),
  ])
  func rangesHaveScipysCriticalValues(count: Int, value: Double) {
    let found = StudentizedRange.criticalValue(0.05, count: count)
    #expect(abs(found - value) <= 1e-12 * value, "\(found)")
  }

  @Test func twoValuesHaveTheRangeOfADifference() {
    for q in [0.3, 1, 2.5] {
      // Their difference is normal with variance 2.
      let expected = 1 - 2 * NormalDistribution.upperTail(q / 2.0.squareRoot())
      #expect(abs(StudentizedRange.cumulative(q, count: 2) - expected) < 1e-13)
    }
    #expect(StudentizedRange.cumulative(-1, count: 3) == 0)
  }

  /// scipy.stats.friedmanchisquare of these columns is 11, with the ties of two rows; `F` is 55, and its tail with 2 and 10
  /// degrees of freedom is (1 + 2·55/10)^−5.
  @Test func testsAsFriedmanDoes() throws {
    let blocks: [[Double]] = [
      [4.1, 3.9, 5.0], [3.2, 3.2, 4.4], [5.5, 4.8, 6.1], [2.9, 2.5, 2.9], [4.0, 3.1, 4.9],
      [3.8, 3.0, 4.2],
    ]
    let found = try #require(RankComparison(blocks, better: .lower))
    #expect(found.ranks.map(\.method) == [1, 0, 2])
    #expect(abs(found.pValue * pow(12, 5) - 1) < 1e-12 && found.count == 6)
    let turned = try #require(RankComparison(blocks, better: .higher))
    #expect(turned.ranks.map(\.method) == [2, 0, 1] && turned.pValue == found.pValue)
    for rank in found.ranks { #expect(rank.interval.contains(rank.mean)) }
  }

  @Test func whatIsAlikeIsTiedAndWhatIsNotIsApart() throws {
    let seed: UInt64 = 4
    var random = SplitMix64(seed: seed)
    // Two methods with the same values but for noise, and one that is always worse.
    let blocks = (0..<200).map { _ in
      [Double(random.nextUnit()), Double(random.nextUnit()), 2 + Double(random.nextUnit())]
    }
    let found = try #require(RankComparison(blocks, better: .lower))
    #expect(
      found.ranks[1].mean - found.ranks[0].mean <= found.criticalDifference, "seed \(seed)")
    #expect(found.ranks[2].mean - found.ranks[1].mean > found.criticalDifference)
    #expect(
      found.ranks[2].method == 2 && found.ranks[2].mean == 3 && found.ranks[2].interval == 3...3)
    #expect(found.pValue < 1e-10)
  }

  @Test func equalMethodsAreAlikeAndOneOrderIsNot() throws {
    let equal = try #require(RankComparison([[1, 1, 1], [2, 2, 2]], better: .lower))
    #expect(equal.pValue == 1 && equal.ranks.map(\.mean) == [2, 2, 2])
    let ordered = try #require(
      RankComparison([[Double]](repeating: [1, 2, 3, 4], count: 30), better: .lower))
    #expect(ordered.pValue == 0 && ordered.ranks.map(\.mean) == [1, 2, 3, 4])
    // q of four normal values is 3.633, and √(4·5/(12·30)) 0.2357.
    #expect(abs(ordered.criticalDifference - 0.8563) < 0.001)
    #expect(RankComparison([[1, 2]], better: .lower) == nil)
    #expect(RankComparison([[1], [2]], better: .lower) == nil)
  }
}
