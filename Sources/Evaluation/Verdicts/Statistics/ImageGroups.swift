import Tensors

/// Images dealt into groups of about equal size that keep clusters together.
package struct ImageGroups: Sendable, Hashable {
  /// Positions of images, each once, ascending within a group; no group is empty.
  package let groups: [[Int]]
  /// Images in all.
  package let count: Int
  /// Clusters in all.
  package let clusters: Int

  /// Groups unless there are fewer clusters; their number sets the degrees of freedom of a set's test.
  package static let usualCount = 20

  /// Deals images.
  ///
  /// Clusters are shuffled, then each goes to the group that has the fewest images, the first of them.
  /// The same names give the same groups, whatever order they come in.
  ///
  /// - Parameters:
  ///   - clusters: each image's cluster, `nil` for an image by itself; sorted by image id.
  ///   - groups: how many groups to make.
  ///   - seed: of the shuffle.
  package init(clusters: [String?], groups: Int = usualCount, seed: UInt64 = 0) {
    var members: [ClusterName: [Int]] = [:]
    for (position, name) in clusters.enumerated() {
      // Zeros keep the order of positions in the order of names.
      members[name.map(ClusterName.shared) ?? .single(Self.padded(position)), default: []]
        .append(position)
    }
    var names = members.keys.sorted()
    names.shuffle(seed: seed)
    var dealt = [[Int]](repeating: [], count: min(groups, names.count))
    for name in names {
      let smallest = dealt.indices.min { (dealt[$0].count, $0) < (dealt[$1].count, $1) }
      if let smallest { dealt[smallest] += members[name] ?? [] }
    }
    self.groups = dealt.map { $0.sorted() }
    self.clusters = names.count
    count = clusters.count
  }

  /// All positions.
  package var all: [Int] { Array(0..<count) }

  /// All positions but those of one group.
  package func without(_ group: Int) -> [Int] {
    let left = Set(groups[group])
    return all.filter { !left.contains($0) }
  }

  private static func padded(_ position: Int) -> String {
    let digits = String(position)
    return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
  }
}
