/// The test of Jonckheere and Terpstra for a trend over ordered levels with samples of their own.
///
/// `J` counts the pairs of values from different levels of which the later level's is larger, equal ones by half. With
/// few values that all differ its probability is exact; else it is the normal one of mean `(N² − Σn_i²)/4` and the
/// variance that allows for ties, without a correction for continuity.
///
/// Source: Jonckheere, "A Distribution-Free k-Sample Test against Ordered Alternatives", Biometrika 41, 1954; Hollander
/// and Wolfe, "Nonparametric Statistical Methods", 1999, section 6.2, for ties.
package struct JonckheereTest: Sendable, Hashable {
  /// `J`.
  package let statistic: Double
  /// The probability of such a statistic or a larger one without a trend.
  package let pValue: Double
  /// Whether the probability is exact.
  package let isExact: Bool

  /// With more values than this the normal approximation is taken.
  private static let mostExactValues = 40

  /// Tests whether values rise from the first level to the last; nil for fewer than two levels or an empty one.
  ///
  /// - Parameters:
  ///   - levels: the values of each level, at least one.
  ///   - isExact: nil chooses by size and ties; true is for values that all differ.
  package init?(rising levels: [[Double]], exactly isExact: Bool? = nil) {
    guard levels.count >= 2, levels.allSatisfy({ !$0.isEmpty }) else { return nil }
    var doubled = 0
    for (index, level) in levels.enumerated() {
      for earlier in levels[..<index] { doubled += Self.comparisons(earlier, level) }
    }
    statistic = Double(doubled) / 2
    let values = levels.flatMap(\.self)
    let differ = Set(values).count == values.count
    self.isExact = isExact ?? (differ && values.count <= Self.mostExactValues)
    pValue =
      self.isExact
      ? Self.exact(levels.map(\.count), doubled / 2) : Self.normal(levels, statistic)
  }

  /// In how many pairs the later value is larger, doubled, so that ties count 1.
  private static func comparisons(_ earlier: [Double], _ later: [Double]) -> Int {
    later.reduce(0) { sum, value in
      sum + 2 * earlier.count { $0 < value } + earlier.count { $0 == value }
    }
  }

  /// A level's comparisons with all earlier ones together are independent of what came before.
  private static func exact(_ sizes: [Int], _ statistic: Int) -> Double {
    var earlier = sizes[0]
    var total = ScoreDistribution(least: 0, shares: [1])
    for size in sizes.dropFirst() {
      total = total.adding(ScoreDistribution(least: 0, shares: larger(earlier, size)))
      earlier += size
    }
    return total.upperTail(statistic)
  }

  /// How often the values of one sample are larger than those of another: Mann and Whitney's distribution.
  ///
  /// The largest of all values is of either sample by its share; without it there is the same question again.
  private static func larger(_ few: Int, _ many: Int) -> [Double] {
    var row = [[Double]](repeating: [1], count: many + 1)
    for m in 1...few {
      var next: [[Double]] = [[1]]
      for n in 1...many {
        var shares = [Double](repeating: 0, count: m * n + 1)
        let weight = (first: Double(m) / Double(m + n), second: Double(n) / Double(m + n))
        for (place, share) in row[n].enumerated() { shares[place] += weight.first * share }
        for (place, share) in next[n - 1].enumerated() {
          shares[place + m] += weight.second * share
        }
        next.append(shares)
      }
      row = next
    }
    return row[many]
  }

  private static func normal(_ levels: [[Double]], _ statistic: Double) -> Double {
    let sizes = levels.map { Double($0.count) }
    let ties = Dictionary(levels.flatMap(\.self).map { ($0, 1.0) }, uniquingKeysWith: +).values
    let n = sizes.reduce(0, +)
    func sum(_ numbers: some Sequence<Double>, _ term: (Double) -> Double) -> Double {
      numbers.reduce(0) { $0 + term($1) }
    }
    let pairs = { (x: Double) in x * (x - 1) }
    let triples = { (x: Double) in x * (x - 1) * (x - 2) }
    let fives = { (x: Double) in x * (x - 1) * (2 * x + 5) }
    var variance = (fives(n) - sum(sizes, fives) - sum(ties, fives)) / 72
    if n > 2 { variance += sum(sizes, triples) * sum(ties, triples) / (36 * triples(n)) }
    variance += sum(sizes, pairs) * sum(ties, pairs) / (8 * pairs(n))
    guard variance > 0 else { return 1 }
    let mean = (n * n - sum(sizes) { $0 * $0 }) / 4
    return NormalDistribution.upperTail((statistic - mean) / variance.squareRoot())
  }
}
