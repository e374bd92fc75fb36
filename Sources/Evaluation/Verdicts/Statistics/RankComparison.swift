import Tensors
import Terms

/// How several methods rank over the same images: mean ranks, Friedman's test, and Nemenyi's critical difference.
///
/// Each block (an image, or the mean of images that belong together) ranks `k` methods from 1, the best; equal values
/// share the mean of their ranks. With rank sums `T_j` over `n` blocks,
/// `χ² = (k − 1)·Σ_j (T_j − n·(k + 1)/2)² / (Σ_ij R_ij² − n·k·(k + 1)²/4)`, and `F = (n − 1)·χ²/(n·(k − 1) − χ²)` has
/// `k − 1` and `(k − 1)·(n − 1)` degrees of freedom where all methods are alike. Mean ranks differ beyond chance if they
/// are farther apart than `q·√(k·(k + 1)/(12·n))`, with `q` of the range of `k` normal values.
///
/// Source: Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006; `F` by Iman and
/// Davenport, Communications in Statistics 9, 1980; ties by Conover, "Practical Nonparametric Statistics", 1999.
package struct RankComparison: Sendable, Hashable {
  /// One method's place.
  package struct Rank: Sendable, Hashable {
    /// Its position in the blocks.
    package let method: Int
    /// The mean of its ranks; 1 if it is the best everywhere.
    package let mean: Double
    /// The 95 % interval of the mean over resamples of blocks.
    package let interval: ClosedRange<Double>
  }

  /// From the best mean rank to the worst.
  package let ranks: [Rank]
  /// The probability of ranks that are so far apart if all methods were alike.
  package let pValue: Double
  /// Mean ranks that are farther apart differ beyond chance, over all pairs of methods together.
  package let criticalDifference: Double
  /// How many blocks were ranked.
  package let count: Int

  /// Of the critical difference.
  package static let level = 0.05
  private static let resamples = 2000

  /// Ranks methods; nil for fewer than two methods or blocks.
  ///
  /// - Parameters:
  ///   - blocks: `[block][method]`, finite values of as many methods in each.
  ///   - direction: which values are better.
  ///   - seed: where resamples start.
  package init?(_ blocks: [[Double]], better direction: Direction, seed: UInt64 = 0) {
    let methods = blocks.first?.count ?? 0
    guard methods >= 2, blocks.count >= 2, blocks.allSatisfy({ $0.count == methods }) else {
      return nil
    }
    let doubled = blocks.map { block in
      MidRanks.doubled(direction == .higher ? block.map { -$0 } : block)
    }
    let sums = Self.sums(doubled, over: doubled.indices)
    let intervals = Self.intervals(doubled, seed: seed)
    ranks = (0..<methods).map { method in
      Rank(
        method: method, mean: Double(sums[method]) / 2 / Double(blocks.count),
        interval: intervals[method])
    }.sorted { ($0.mean, $0.method) < ($1.mean, $1.method) }
    pValue = Self.pValue(doubled, sums)
    let (n, k) = (Double(blocks.count), Double(methods))
    criticalDifference =
      StudentizedRange.criticalValue(Self.level, count: methods)
      * (k * (k + 1) / (12 * n)).squareRoot()
    count = blocks.count
  }

  /// Doubled rank sums by method.
  private static func sums(_ doubled: [[Int]], over blocks: some Sequence<Int>) -> [Int] {
    var sums = [Int](repeating: 0, count: doubled[0].count)
    for block in blocks {
      for (method, rank) in doubled[block].enumerated() { sums[method] += rank }
    }
    return sums
  }

  private static func pValue(_ doubled: [[Int]], _ sums: [Int]) -> Double {
    let (n, k) = (Double(doubled.count), Double(sums.count))
    let between = sums.reduce(0.0) { sum, doubled in
      let distance = Double(doubled) / 2 - n * (k + 1) / 2
      return sum + distance * distance
    }
    let within = doubled.joined().reduce(0.0) { $0 + Double($1 * $1) / 4 }
    let spread = within - n * k * (k + 1) * (k + 1) / 4
    // All methods are equal in every block.
    if spread == 0 { return 1 }
    let chiSquare = (k - 1) * between / spread
    let rest = n * (k - 1) - chiSquare
    // Every block has the same order.
    if rest <= 0 { return 0 }
    let (first, second) = (k - 1, (k - 1) * (n - 1))
    let f = (n - 1) * chiSquare / rest
    let whole = second + first * f
    return IncompleteBeta.regularized(
      second / 2, first / 2, at: second / whole, complement: first * f / whole)
  }

  private static func intervals(_ doubled: [[Int]], seed: UInt64) -> [ClosedRange<Double>] {
    var random = SplitMix64(seed: seed)
    let blocks = doubled.count
    let means = (0..<resamples).map { _ in
      let drawn = (0..<blocks).map { _ in random.nextIndex(below: blocks) }
      return sums(doubled, over: drawn).map { Double($0) / 2 / Double(blocks) }
    }
    return doubled[0].indices.map { method in
      let own = means.map { $0[method] }
      return ClusteredBootstrap.interval(of: own, confidence: ClaimTest.confidence)
        ?? own[0]...own[0]
    }
  }
}
