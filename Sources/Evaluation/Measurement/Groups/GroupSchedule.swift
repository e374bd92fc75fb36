/// Cuts a list into groups for workers that take one after another.
///
/// Groups shrink towards the end, so that all workers finish at about the same time: each takes half of
/// what would be its share of the rest.
package struct GroupSchedule {
  /// The groups, in order, covering everything once.
  package let groups: [Range<Int>]

  /// - Parameters:
  ///   - count: how many pairs there are.
  ///   - workers: how many groups are worked on at once.
  ///   - limit: most pairs in a group.
  package init(count: Int, workers: Int, limit: Int = GroupSchedule.largest) {
    var groups: [Range<Int>] = []
    var start = 0
    while start < count {
      let share = (count - start + 2 * workers - 1) / (2 * workers)
      let size = min(max(share, 1), limit, Self.largest)
      groups.append(start..<min(start + size, count))
      start += size
    }
    self.groups = groups
  }

  /// More than eight images at once make no layer faster.
  package static let largest = 8
}
