import Datasets
import TestSupport
import Testing

@Suite struct CelebASplitTests {
  @Test(arguments: [
    (CelebASplit.all, 0...29999), (.scaDMTrain, 0...27999), (.scaDMTest, 28000...29999),
    (.collaborativeTrain, 0...26999), (.collaborativeTest, 27000...29999),
  ])
  func fixedSplitsAreRanges(split: CelebASplit, range: ClosedRange<Int>) throws {
    #expect(try split.ids(in: "nowhere") == Array(range))
  }

  @Test func celebAsOwnSplitsFollowTheMapping() throws {
    let tree = try Tree()
    // Around both borders, in no order, with the last line cut off after two numbers.
    try tree.write(
      """
           idx     orig_idx    orig_file
           3       182638      182639.jpg
           0       162770      162771.jpg
           1       162771      162772.jpg

           2       182637      182638.jpg
           4       0
      """, to: CelebAMapping.fileName)
    #expect(try CelebASplit.celebATrain.ids(in: tree.path("")) == [0, 4])
    #expect(try CelebASplit.celebAVal.ids(in: tree.path("")) == [1, 2])
    #expect(try CelebASplit.celebATest.ids(in: tree.path("")) == [3])
  }

  @Test(arguments: [
    ("0 5 x.jpg", 1, "heading"), ("idx orig_idx\n1", 2, "two ids"),
    ("idx orig_idx\n1 -4", 2, "two ids"), ("orig_idx idx\n5 0\n6 0", 3, "appears twice"),
  ])
  func refusesWhatWouldShiftIDs(text: String, line: Int, reason: String) throws {
    let tree = try Tree()
    try tree.write(text, to: CelebAMapping.fileName)
    let error = try #require(throws: DatasetError.self) {
      try CelebASplit.celebATest.ids(in: tree.path(""))
    }
    #expect(error.description.contains(":\(line): ") && error.description.contains(reason))
  }

  @Test func aSplitChoosesTheIDsOfADataset() throws {
    let tree = try Tree()
    for id in [26999, 27000, 28000] {
      try tree.plant("CelebA-HQ-img/\(id).jpg")
      try tree.plant("CelebAMask-HQ-mask/\(id).png", channels: 1)
    }
    func ids(_ change: (inout DatasetChoices) -> Void) throws -> [String] {
      var choices = DatasetChoices()
      change(&choices)
      return try DatasetSpecification.celebAMaskHQ(directory: tree.path(""))
        .open(cache: tree.path("cache"), choosing: choices).pairs.map(\.id)
    }
    #expect(try ids { _ in } == ["28000"])
    #expect(try ids { $0.split = .collaborativeTest } == ["27000", "28000"])
    #expect(try ids { $0.range = 26999...27000 } == ["26999", "27000"])
    #expect(try ids { $0.supplied = ["27000"] } == ["27000"])
    #expect(throws: DatasetError.self) { try ids { $0.supplied = ["face"] } }
  }
}
