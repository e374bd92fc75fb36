/// How often people prefer each method, with an interval for what more votes would show.
///
/// Source of the interval: Wilson, "Probable Inference, the Law of Succession, and Statistical
/// Inference", JASA 22, 1927; without continuity correction.
package struct PreferenceShares: Equatable, Sendable {
  /// One method's share.
  package struct Share: Equatable, Sendable {
    /// The method.
    package let method: String
    /// Votes for it.
    package let votes: Int
    /// Votes in which it could be chosen.
    package let asked: Int
    /// `votes / asked`, `[0, 1]`.
    package let share: Double
    /// Wilson's interval of the share.
    package let interval: ClosedRange<Double>
  }

  /// One answer of one person.
  package struct Vote: Equatable, Sendable {
    /// The method that was preferred.
    package let choice: String
    /// All methods that were shown, `choice` among them.
    package let options: [String]

    /// Joins the two.
    package init(choice: String, options: [String]) {
      self.choice = choice
      self.options = options
    }
  }

  /// Why a vote does not count.
  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The preferred method was not shown.
    case unknownChoice(String, options: [String], vote: Int)
    /// Fewer than two methods were shown, or one twice.
    case noChoice(options: [String], vote: Int)

    /// Which vote cannot be counted, numbered from 1, and why.
    package var description: String {
      switch self {
      case .unknownChoice(let choice, let options, let vote):
        "vote \(vote) is for '\(choice)', which was not shown; shown were "
          + options.joined(separator: ", ")
      case .noChoice(let options, let vote):
        "vote \(vote) leaves no choice between '\(options.joined(separator: "', '"))': show at least "
          + "two different methods"
      }
    }
  }

  /// 97.5 % quantile of the normal distribution, for intervals of 95 %.
  package static let usualQuantile = 1.959963984540054

  /// One share a method, sorted by name.
  package let shares: [Share]
  /// Votes in all.
  package let votes: Int

  /// Counts votes, whose order does not matter.
  ///
  /// - Parameters:
  ///   - votes: the answers.
  ///   - quantile: of the normal distribution, for the intervals.
  /// - Throws: `Failure`, which numbers votes from 1.
  package init(_ votes: [Vote], quantile: Double = usualQuantile) throws(Failure) {
    var won: [String: Int] = [:]
    var asked: [String: Int] = [:]
    for (index, vote) in votes.enumerated() {
      guard vote.options.count >= 2, Set(vote.options).count == vote.options.count else {
        throw .noChoice(options: vote.options, vote: index + 1)
      }
      guard vote.options.contains(vote.choice) else {
        throw .unknownChoice(vote.choice, options: vote.options, vote: index + 1)
      }
      won[vote.choice, default: 0] += 1
      for option in vote.options { asked[option, default: 0] += 1 }
    }
    self.votes = votes.count
    shares = asked.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
      method, asked in
      let votes = won[method] ?? 0
      return Share(
        method: method, votes: votes, asked: asked, share: Double(votes) / Double(asked),
        interval: Self.wilsonInterval(votes, of: asked, quantile: quantile))
    }
  }

  /// Wilson's interval of a share.
  ///
  /// - Precondition: `0 ≤ count ≤ total`, `total ≥ 1`.
  package static func wilsonInterval(
    _ count: Int, of total: Int, quantile: Double = usualQuantile
  ) -> ClosedRange<Double> {
    precondition(total >= 1 && count >= 0 && count <= total, "\(count) of \(total)")
    let n = Double(total)
    let share = Double(count) / n
    let square = quantile * quantile
    let center = (share + square / (2 * n)) / (1 + square / n)
    let half =
      quantile * (share * (1 - share) / n + square / (4 * n * n)).squareRoot() / (1 + square / n)
    return (count == 0 ? 0 : max(0, center - half))...(count == total ? 1 : min(1, center + half))
  }
}
