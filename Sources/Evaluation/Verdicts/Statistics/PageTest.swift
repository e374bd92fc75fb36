/// Page's test of a trend over ordered levels that the same blocks were measured at.
///
/// `L = Σ_j j·Σ_i R_ij` with the ranks `R_ij` of a block's values; equal ones share their mean rank. Without a trend all
/// orders of a block's values are equally likely. With few blocks the probability is exact, also with ties; else
/// it is the normal one of mean `n·k·(k + 1)²/4` and variance `Σ_i Σ_j (R_ij − R̄)²·Σ_j (j − j̄)²/(k − 1)`, which without
/// ties is `n·k²·(k + 1)·(k² − 1)/144`, and without a correction for continuity.
///
/// Source: Page, "Ordered Hypotheses for Multiple Treatments", JASA 58, 1963.
package struct PageTest: Sendable, Hashable {
  /// `L`.
  package let statistic: Double
  /// The probability of such a statistic or a larger one without a trend.
  package let pValue: Double
  /// Whether the probability is exact.
  package let isExact: Bool

  /// With more levels or blocks the normal approximation is taken.
  private static let mostExact = (levels: 6, blocks: 30)

  /// Tests whether values rise from the first level to the last; nil for fewer than three levels or no blocks.
  ///
  /// - Parameters:
  ///   - blocks: `[block][level]`, as many levels in each.
  ///   - isExact: nil chooses by the sizes; true is for at most six levels.
  package init?(rising blocks: [[Double]], exactly isExact: Bool? = nil) {
    let levels = blocks.first?.count ?? 0
    guard levels >= 3, blocks.allSatisfy({ $0.count == levels }) else { return nil }
    let ranks = blocks.map(MidRanks.doubled)
    let doubled = ranks.reduce(0) { $0 + Self.score($1) }
    statistic = Double(doubled) / 2
    self.isExact =
      isExact ?? (levels <= Self.mostExact.levels && blocks.count <= Self.mostExact.blocks)
    pValue =
      self.isExact
      ? Self.exact(ranks, doubled) : Self.normal(ranks, doubled, levels: levels)
  }

  /// `2·Σ_j j·R_j` of one block.
  private static func score(_ ranks: [Int]) -> Int {
    ranks.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element }
  }

  private static func normal(_ ranks: [[Int]], _ doubled: Int, levels: Int) -> Double {
    let (n, k) = (Double(ranks.count), Double(levels))
    let mean = n * k * (k + 1) * (k + 1) / 4
    let spread = ranks.joined().reduce(0.0) { sum, doubled in
      let distance = Double(doubled) / 2 - (k + 1) / 2
      return sum + distance * distance
    }
    let variance = spread * k * (k * k - 1) / 12 / (k - 1)
    if variance == 0 { return 1 }
    return NormalDistribution.upperTail((Double(doubled) / 2 - mean) / variance.squareRoot())
  }

  private static func exact(_ ranks: [[Int]], _ doubled: Int) -> Double {
    var ofPattern: [[Int]: ScoreDistribution] = [:]
    var total = ScoreDistribution(least: 0, shares: [1])
    for block in ranks {
      let pattern = block.sorted()
      let one = ofPattern[pattern] ?? ScoreDistribution(ofOrdersOf: pattern, score: score)
      ofPattern[pattern] = one
      total = total.adding(one)
    }
    return total.upperTail(doubled)
  }
}
