import Datasets
import Essentials
import Measurement
import Provenance

/// One of several independent processes that share the pairs of a run.
package struct Shard: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Which one, `1...count`.
  package let number: Int
  /// How many there are.
  package let count: Int

  /// Reads `i/n`.
  ///
  /// - Parameters:
  ///   - text: what was given.
  ///   - source: the option or variable that it was given by.
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String, of source: String = "--shard") throws {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map {
      try? NumberRange.shards.value(of: String($0))
    }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number <= count
    else {
      throw HarnessError(
        .usage,
        "\(source) wants i/n with 1 ≤ i ≤ n ≤ \(NumberRange.shards.bounds.upperBound), for example 3/10, "
          + "not '\(text)'")
    }
    self.number = number
    self.count = count
  }

  /// For example `2/8`.
  package var description: String { "\(number)/\(count)" }

  /// The database of a shard beside the one that all are joined to, so that shards may share a folder
  /// and yet never a file.
  package func databasePath(in results: String) -> String {
    "\(results)/\(Self.filePrefix)\(number)-of-\(count).sqlite"
  }

  /// What the names of all shards' databases begin with.
  package static let filePrefix = "evalkit-shard-"

  /// Deals pairs to shards like cards, in the order of their ids; a group stays together, because its
  /// images are compared with each other.
  ///
  /// - Parameters:
  ///   - pairs: those that methods make images for.
  ///   - references: those of which only the real image counts; they are dealt by themselves, so that
  ///     every shard gets its share of both.
  ///   - count: how many shards there are.
  /// - Returns: the number of each id's shard.
  package static func deal(
    _ pairs: [Pair], references: [Pair] = [], among count: Int
  ) -> [String: Int] {
    var shardOfUnit: [String: Int] = [:]
    var shards: [String: Int] = [:]
    for list in [pairs, references] {
      var dealt = 0
      for pair in list {
        // A group may be named like an id that stands by itself.
        let unit = pair.group.map { "group \($0)" } ?? "pair \(pair.id)"
        if shardOfUnit[unit] == nil {
          shardOfUnit[unit] = dealt % count + 1
          dealt += 1
        }
        shards[pair.id] = shardOfUnit[unit]
      }
    }
    return shards
  }
}
