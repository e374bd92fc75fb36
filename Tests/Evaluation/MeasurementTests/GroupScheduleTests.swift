import Measurement
import Testing

struct GroupScheduleTests {
  @Test(arguments: [0, 1, 2, 7, 8, 9, 40, 200, 2000], [1, 2, 3, 16])
  func coversEverythingOnceAndShrinks(count: Int, workers: Int) {
    for limit in [1, 3, 8, 100] {
      let groups = GroupSchedule(count: count, workers: workers, limit: limit).groups
      #expect(groups.flatMap(Array.init) == Array(0..<count))
      #expect(groups.allSatisfy { !$0.isEmpty && $0.count <= min(limit, 8) })
      #expect(groups.map(\.count) == groups.map(\.count).sorted(by: >))
    }
  }

  /// However long single items take, nobody waits for more than the last group of another.
  @Test func theLastGroupsAreSingleItems() {
    #expect(GroupSchedule(count: 200, workers: 2).groups.suffix(2).map(\.count) == [1, 1])
  }
}
