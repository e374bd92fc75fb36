/// Which images of a group are compared when diversity is measured.
package enum PairSelection: String, CaseIterable, Codable, Equatable, Sendable {
  /// Each with each: `n(n − 1)/2` pairs.
  case allPairs = "all_pairs"
  /// Each with the next one by id: `n − 1` pairs.
  ///
  /// Source: `richzhang/PerceptualSimilarity`, `lpips_1dir_allpairs.py` without `--all-pairs`.
  /// - Deviation: the script takes the order in which the folder lists its files.
  case consecutive
  /// The first two by id: one pair.
  case firstTwo = "two_samples"

  /// Positions of the pairs among `count` images sorted by id; none for fewer than two.
  package func pairs(of count: Int) -> [(first: Int, second: Int)] {
    guard count >= 2 else { return [] }
    switch self {
    case .allPairs:
      return (0..<count - 1).flatMap { first in
        (first + 1..<count).map { (first: first, second: $0) }
      }
    case .consecutive: return (0..<count - 1).map { (first: $0, second: $0 + 1) }
    case .firstTwo: return [(first: 0, second: 1)]
    }
  }
}

/// Mean perceptual distance between images made under the same guidance; higher is better.
///
/// Sources: Zhang et al., `richzhang/PerceptualSimilarity`, `lpips_1dir_allpairs.py`; Liu et al.,
/// "More Control for Free!", WACV 2023, section 4, which pairs the images of one guidance.
package struct Diversity: Equatable, Sendable {
  /// What counts once in the mean.
  package enum Weighting: String, CaseIterable, Codable, Equatable, Sendable {
    /// Every pair, as in the script.
    case pairs
    /// Every group's own mean, so that large groups count no more than small ones.
    case groups
  }

  /// The mean distance.
  package let mean: Double
  /// Standard error of the mean as the script prints it, `σ/√n` over all pairs with the population's
  /// deviation; pairs that share an image are not independent, so it is too small.
  package let pairStandardError: Double
  /// Standard error of the mean over groups, which are independent; nil for one group.
  package let groupStandardError: Double?
  /// Pairs in all.
  package let pairs: Int
  /// Groups with a pair.
  package let groups: Int

  /// Reduces distances; nil without any.
  ///
  /// - Parameters:
  ///   - groups: the distances of each group's pairs, groups sorted by name; empty ones are left out.
  ///   - weighting: what counts once.
  package init?(of groups: [[Double]], weighting: Weighting = .pairs) {
    let groups = groups.filter { !$0.isEmpty }
    let all = groups.flatMap { $0 }
    guard let pairSummary = Summary(all),
      let groupSummary = Summary(groups.compactMap { Summary($0)?.mean })
    else { return nil }
    let count = Double(all.count)
    mean = weighting == .pairs ? pairSummary.mean : groupSummary.mean
    pairStandardError = (pairSummary.standardError ?? 0) * ((count - 1) / count).squareRoot()
    groupStandardError = groupSummary.standardError
    pairs = all.count
    self.groups = groups.count
  }
}
