import Datasets
import TestSupport
import Testing

@Suite struct CaptionSourceTests {
  @Test func readsCelebADialogInLowerCase() throws {
    let tree = try Tree()
    try tree.write(
      """
      {"27000.jpg": {"Beard_and_Age": "This MAN has a beard.", "Bangs": "None."},
       "27001.jpg": {"Beard_and_Age": ["First.", "Second."]},
       "27002.jpg": {"Bangs": "Short bangs."}}
      """, to: "captions_hq.json")
    var source = CaptionSource(path: tree.path("captions_hq.json"))
    #expect(
      try source.texts(of: ["27000", "27001", "27002", "9"]) == [
        "27000": "this man has a beard.", "27001": "first.",
      ])
    source.field = "Bangs"
    #expect(
      try source.texts(of: ["27000", "27002"]) == ["27000": "none.", "27002": "short bangs."])
    source.field = "Smiling"
    let error = try #require(throws: DatasetError.self) { try source.texts(of: ["27000"]) }
    #expect(error.description.contains("Bangs, Beard_and_Age"), "\(error)")
  }

  @Test(arguments: ["[1]", "{\"0.jpg\": \"text\"}", "{"])
  func refusesOtherJSON(text: String) throws {
    let tree = try Tree()
    try tree.write(text, to: "c.json")
    #expect(throws: DatasetError.self) {
      try CaptionSource(path: tree.path("c.json")).texts(of: ["0"])
    }
  }

  @Test func drawsALineForEachID() throws {
    let tree = try Tree()
    let ids = (0..<40).map { "\($0)" }
    for id in ids {
      try tree.write((0..<10).map { "\(id) \($0)" }.joined(separator: "\n"), to: "c/\(id).txt")
    }
    var source = CaptionSource(path: tree.path("c"))
    source.choice = .line(9)
    #expect(try source.texts(of: ["7", "x"]) == ["7": "7 9"])
    source.choice = .seeded(3)
    let drawn = try source.texts(of: ids)
    // An id's line depends on the id and the seed alone.
    #expect(try source.texts(of: ["7"])["7"] == drawn["7"])
    #expect(Set(drawn.values.map { $0.suffix(1) }).count > 5)
    source.choice = .seeded(4)
    #expect(try source.texts(of: ids) != drawn)
  }

  @Test func captionsAnyDataset() throws {
    let tree = try Tree()
    for id in ["a", "b", "c"] { try tree.plant("images/\(id).png") }
    try tree.write(#"{"id":"b","text":"old"}"#, to: "captions.jsonl")
    try tree.write("{\"id\":\"a\",\"text\":\"new\"}\n", to: "other.jsonl")
    var choices = DatasetChoices()
    choices.captions = CaptionSource(path: tree.path("other.jsonl"))
    choices.skipped = ["c", "z"]
    let dataset = try DatasetSpecification.folder(directory: tree.path(""))
      .open(cache: tree.path("cache"), choosing: choices)
    #expect(dataset.pairs.map(\.text) == ["new", "old"])
    #expect(dataset.findings.contains(.skipped(["c"])))
    let captioned = try dataset.requiring([.text])
    #expect(captioned.pairs.count == 2)
    let error = try #require(throws: DatasetError.self) { try dataset.requiring([.mask]) }
    #expect(error.description.contains("no pair has a mask"), "\(error)")
  }

  @Test func samplesShareTheirConditionsImage() {
    let pairs = ["a", "b"].flatMap { Pair(id: $0, imagePath: "/\($0).png", text: "t").samples(3) }
    #expect(pairs.map(\.id) == ["a_s00", "a_s01", "a_s02", "b_s00", "b_s01", "b_s02"])
    #expect(pairs.allSatisfy { $0.text == "t" && $0.group == String($0.id.prefix(1)) })
    #expect(pairs.idsRepeatingImages == ["a_s01", "a_s02", "b_s01", "b_s02"])
    // One photo in two groups counts in both; pairs without a group are their own.
    let others = [
      Pair(id: "x", imagePath: "/p", group: "g"), Pair(id: "y", imagePath: "/p", group: "h"),
      Pair(id: "z", imagePath: "/p"), Pair(id: "w", imagePath: "/p"),
    ]
    #expect(others.idsRepeatingImages.isEmpty)
  }

  @Test func guidanceTextsNameGroups() throws {
    let tree = try Tree()
    try tree.write("A photo of a man.\n\n A photo of a woman. \n", to: "t.txt")
    let texts = try GuidanceTexts(contentsOf: tree.path("t.txt"))
    #expect(texts.lines == ["A photo of a man.", "A photo of a woman."])
    #expect(texts.group(12) == "text-00012")
    try tree.write("\n", to: "none.txt")
    #expect(throws: DatasetError.self) { try GuidanceTexts(contentsOf: tree.path("none.txt")) }
  }
}
