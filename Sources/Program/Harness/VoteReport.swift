import Datasets
import Foundation
import Metrics
import Provenance

/// The shares of a user study, for all answers and for each group of them.
package struct VoteReport: Sendable {
  /// Stands for the answers of all groups.
  static let everything = "all"

  /// The shares of each group, sorted by name; those of all answers come first.
  package let groups: [(name: String, shares: PreferenceShares)]

  /// Counts the answers of a file.
  ///
  /// - Throws: `DatasetError` with file and line; ``HarnessError`` of kind `invalid` without any answer.
  package init(contentsOf path: String) throws {
    let answers = try VoteSheet(contentsOf: path).answers
    guard !answers.isEmpty else { throw HarnessError(.invalid, "\(path) holds no vote") }
    func shares(_ answers: [VoteSheet.Answer]) throws -> PreferenceShares {
      try PreferenceShares(
        answers.map { PreferenceShares.Vote(choice: $0.choice, options: $0.options) })
    }
    let named = Dictionary(grouping: answers.filter { $0.group != nil }) { $0.group ?? "" }
    groups =
      [(Self.everything, try shares(answers))]
      + (try named.keys.sortedByBytes().map { ($0, try shares(named[$0] ?? [])) })
  }

  /// For people.
  package var text: String {
    var table = TextTable([
      ("group", .left), ("method", .left), ("votes", .right), ("share", .right),
      ("95 % interval", .right),
    ])
    for (name, shares) in groups {
      for share in shares.shares {
        table.add([
          name, share.method, "\(share.votes) of \(share.asked)", Self.percent(share.share),
          "\(Self.percent(share.interval.lowerBound)) – \(Self.percent(share.interval.upperBound))",
        ])
      }
    }
    return table.text
  }

  /// The same as JSON.
  package var json: String {
    JSONText.encode(
      Document(
        votes: groups.first?.shares.votes ?? 0,
        groups: groups.map { name, shares in
          Group(
            name: name, votes: shares.votes,
            shares: shares.shares.map {
              Entry(
                method: $0.method, votes: $0.votes, asked: $0.asked, share: $0.share,
                interval: [$0.interval.lowerBound, $0.interval.upperBound])
            })
        }), pretty: true)
  }

  private static func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
}

private struct Document: Encodable {
  var schema = 1
  var tool = "evalkit \(Tool.version)"
  var interval = "wilson-95"
  let votes: Int
  let groups: [Group]
}

private struct Group: Encodable {
  let name: String
  let votes: Int
  let shares: [Entry]
}

private struct Entry: Encodable {
  let method: String
  let votes, asked: Int
  let share: Double
  let interval: [Double]
}
