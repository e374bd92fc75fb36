import Terms

/// How stored scores speak for or against one claim of a paper.
package struct ClaimTest: Sendable, Hashable {
  /// What is computed, for example `L` of Page's test.
  package enum Statistic: String, Sendable {
    /// The mean of one row's values.
    case mean
    /// The mean difference of two rows on the same images.
    case pairedDifference = "paired difference"
    /// The difference of two rows' means over seeds.
    case difference
    /// Page's statistic over images.
    case page = "L"
    /// The statistic of Jonckheere and Terpstra over seeds.
    case jonckheere = "J"
  }

  /// What a claim comes out as.
  package enum Outcome: String, CaseIterable, Sendable {
    /// The effect is on the claimed side, beyond chance.
    case holds
    /// The interval of the effect lies on the other side.
    case contradicted
    /// Neither.
    case notShown = "not shown"
  }

  /// Which statistic.
  package let statistic: Statistic
  /// Its value.
  package let value: Double
  /// The last row less the first, or the mean of a single one.
  package let effect: Double
  /// The 95 % interval of ``effect``.
  package let interval: ClosedRange<Double>
  /// The probability of such a statistic without an effect: of a trend in the claimed direction, else of either.
  package let pValue: Double
  /// Images that all rows share, or seeds.
  package let count: Int
  /// Which side of zero the claim is on.
  package let expected: Direction
  /// How far beyond zero the effect may be on the other side; the claim is then that it is not farther.
  package let margin: Double

  /// Confidence of intervals.
  package static let confidence = 0.95
  /// Claims hold below this probability, after Holm's correction.
  package static let level = 0.05
  /// Resamples of an interval over images.
  package static let resamples = 10_000
  /// Where resamples and sign flips start.
  package static let seed: UInt64 = 0

  /// Tests the scores of images: one row's mean, two rows' difference, or the trend over three or more.
  ///
  /// Only images that all rows have take part. Images of one cluster count together: they are resampled as a
  /// whole, and a trend is tested on their means. Nil where fewer than two clusters are shared.
  ///
  /// - Parameters:
  ///   - rows: finite values by image id, in the claim's order.
  ///   - expected: the side of zero on which the claim puts the effect.
  ///   - margin: how far the effect may be on the other side, 0 or more; of two rows.
  ///   - cluster: the cluster of an image; without one it stands for itself.
  package init?(
    images rows: [[String: Double]], expected: Direction, margin: Double = 0,
    cluster: (String) -> String?
  ) {
    guard let first = rows.first, let last = rows.last else { return nil }
    let shared = first.keys.filter { id in rows.allSatisfy { $0[id] != nil } }
    let zero = Dictionary(uniqueKeysWithValues: shared.map { ($0, 0.0) })
    func kept(_ row: [String: Double]) -> [String: Double] { row.filter { zero[$0.key] != nil } }
    let effect = PairedDifferences(
      candidate: kept(last), baseline: rows.count == 1 ? zero : kept(first), cluster: cluster)
    guard
      let interval = effect.bootstrapInterval(
        confidence: Self.confidence, resamples: Self.resamples, seed: Self.seed)
    else { return nil }
    self.effect = effect.mean
    self.interval = interval
    self.expected = expected
    self.margin = margin
    count = effect.count
    guard rows.count > 2 else {
      statistic = rows.count == 1 ? .mean : .pairedDifference
      value = effect.mean
      // Against an effect of the margin on the other side.
      let shifted = PairedDifferences(
        clusters: effect.clusters.map { $0.map { $0 + margin * expected.sign } })
      pValue = shifted.estimate(seed: Self.seed).pValue ?? 1
      return
    }
    let levels = rows.map { row in
      PairedDifferences(candidate: kept(row), baseline: zero, cluster: cluster).clusters.map {
        $0.reduce(0, +) / Double($0.count)
      }
    }
    let blocks = levels[0].indices.map { block in levels.map { $0[block] * expected.sign } }
    guard let test = PageTest(rising: blocks) else { return nil }
    statistic = .page
    value = test.statistic
    pValue = test.pValue
  }

  /// Tests scores of whole sets, one a seed: two rows' difference, or the trend over three or more.
  ///
  /// Nil for fewer than two rows, and for a row of fewer than two values.
  ///
  /// - Parameters:
  ///   - rows: finite values, in the claim's order.
  ///   - expected: the side of zero on which the claim puts the effect.
  ///   - margin: how far the effect may be on the other side, 0 or more; of two rows.
  package init?(sets rows: [[Double]], expected: Direction, margin: Double = 0) {
    guard rows.count >= 2, rows.allSatisfy({ $0.count >= 2 }), let first = rows.first,
      let last = rows.last, let change = Estimate.welch(candidate: last, baseline: first),
      let shifted = Estimate.welch(
        candidate: last.map { $0 + margin * expected.sign }, baseline: first),
      let interval = change.interval(confidence: Self.confidence)
    else { return nil }
    effect = change.difference
    self.interval = interval
    self.expected = expected
    self.margin = margin
    count = rows.map(\.count).min() ?? 0
    guard rows.count > 2 else {
      statistic = .difference
      value = change.difference
      pValue = shifted.pValue ?? 1
      return
    }
    let levels = rows.map { row in row.map { $0 * expected.sign } }
    guard let test = JonckheereTest(rising: levels) else { return nil }
    statistic = .jonckheere
    value = test.statistic
    pValue = test.pValue
  }

  /// The second row less the first and the fourth less the third, over the images that all four have: two rows, whose
  /// difference is how much more the second step changes than the first.
  package static func steps(ofImages rows: [[String: Double]]) -> [[String: Double]] {
    let shared = rows.first?.filter { id, _ in rows.allSatisfy { $0[id] != nil } } ?? [:]
    return stride(from: 1, to: rows.count, by: 2).map { row in
      Dictionary(
        uniqueKeysWithValues: shared.keys.map { id in
          (id, (rows[row][id] ?? 0) - (rows[row - 1][id] ?? 0))
        })
    }
  }

  /// The same of sets: rows have a value for each seed, in the same order.
  package static func steps(ofSets rows: [[Double]]) -> [[Double]] {
    stride(from: 1, to: rows.count, by: 2).map { row in
      zip(rows[row], rows[row - 1]).map { $0 - $1 }
    }
  }

  /// What the claims of one table come out as, corrected for their number.
  ///
  /// - Returns: Holm's p-value and the outcome of each, in their order.
  package static func outcomes(
    of tests: [ClaimTest]
  ) -> [(adjustedPValue: Double, outcome: Outcome)] {
    zip(tests, HolmCorrection.adjusted(tests.map(\.pValue))).map { test, adjusted in
      let sign = test.expected.sign
      let nearer = min(sign * test.interval.lowerBound, sign * test.interval.upperBound)
      let farther = max(sign * test.interval.lowerBound, sign * test.interval.upperBound)
      if farther < -test.margin { return (adjusted, .contradicted) }
      return (adjusted, nearer > -test.margin && adjusted < level ? .holds : .notShown)
    }
  }
}

extension Direction {
  /// 1 for `higher`, −1 for `lower`.
  fileprivate var sign: Double { self == .higher ? 1 : -1 }
}
