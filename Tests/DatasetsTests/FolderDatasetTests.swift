import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct FolderDatasetTests {
  @Test func matchesImagesMasksAndCaptionsByStem() throws {
    let tree = try Tree()
    for name in ["images/b.PNG", "images/a.jpg", "images/c.jpeg"] { try tree.plant(name) }
    for name in ["masks/a.png", "masks/b.png", "masks/d.png"] { try tree.plant(name) }
    try tree.write(
      "{\"id\":\"a\",\"text\":\"one\"}\n{\"id\":\"z\",\"text\":\"?\"}\n", to: "captions.jsonl")
    let dataset = try FolderDataset.open(tree.path(""))
    #expect(
      dataset.pairs == [
        Pair(
          id: "a", imagePath: tree.path("images/a.jpg"), maskPath: tree.path("masks/a.png"),
          text: "one"),
        Pair(id: "b", imagePath: tree.path("images/b.PNG"), maskPath: tree.path("masks/b.png")),
      ])
    #expect(
      dataset.findings == [
        .withoutMask(["c"]), .withoutImage(["d"]), .withoutCaption(["b", "c"]),
        .surplusCaptions(["z"]),
      ])
  }

  @Test(arguments: ["faces/masks", "faces/images/masks"])
  func findsMasksInsideOrBesideAFolderOfImages(masks: String) throws {
    let tree = try Tree()
    try tree.plant("faces/images/a.png")
    try tree.plant("\(masks)/a.png")
    try tree.write("a.png : a face: smiling\n\n", to: "faces/text.txt")
    let pairs = try FolderDataset.open(tree.path("faces/images")).pairs
    #expect(pairs.map(\.maskPath) == [tree.path("\(masks)/a.png")])
    #expect(pairs.map(\.text) == ["a face: smiling"])
  }

  @Test func takesImagesAloneWhereThereAreNoMasks() throws {
    let tree = try Tree()
    try tree.plant("only/a.png")
    try tree.write("x", to: "only/notes.md")
    try tree.write("x", to: "only/.hidden.png")
    let dataset = try FolderDataset.open(tree.path("only"))
    #expect(dataset.pairs == [Pair(id: "a", imagePath: tree.path("only/a.png"))])
    #expect(dataset.findings.isEmpty)
  }

  @Test func refusesTwoImagesOfOneStem() throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.plant("images/a.JPG")
    #expect(
      throws: DatasetError.ambiguousStem(
        directory: tree.path("images"), stem: "a", files: ["a.JPG", "a.png"])
    ) { try FolderDataset.open(tree.path("")) }
  }

  @Test func saysWhyThereAreNoPairs() throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.plant("masks/b.png")
    let apart = try #require(throws: DatasetError.self) { try FolderDataset.open(tree.path("")) }
    #expect(apart.description.contains("1 left out for want of a mask: a"), "\(apart)")
    try tree.write("", to: "else/empty/readme.txt")
    let empty = try #require(throws: DatasetError.self) {
      try FolderDataset.open(tree.path("else/empty"))
    }
    #expect(empty.description.contains("no images were found"), "\(empty)")
    #expect(
      throws: DatasetError.unreadable(path: tree.path("gone"), reason: "no such file or folder")
    ) { try FolderDataset.open(tree.path("gone")) }
  }

  @Test(arguments: [
    (
      "captions.jsonl", "{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"a\",\"text\":\"y\"}",
      ":2: the id “a”"
    ),
    ("captions.jsonl", "{\"id\":\"a\",\"caption\":\"x\"}", "unknown key “caption”"),
    ("captions.jsonl", "{\"id\":\"a\"}", "the key “text” is missing"),
    ("text.txt", "a : x\nb\n", ":2: expected “image : caption”"),
    ("text.txt", "a : x\n : y\n", ":2: expected “image : caption”"),
  ])
  func refusesBadCaptions(file: String, text: String, reason: String) throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.write(text, to: file)
    let error = try #require(throws: DatasetError.self) { try FolderDataset.open(tree.path("")) }
    #expect(error.description.contains(reason), "\(error)")
  }
}

@Suite struct ImageFolderTests {
  @Test func comparesIDs() throws {
    let tree = try Tree()
    for name in ["a.png", "b.jpg", "x.y.png"] { try tree.plant(name) }
    try tree.write("", to: "log.txt")
    try tree.plant("deeper/c.png")
    let folder = try ImageFolder(directory: tree.path(""))
    #expect(folder.ids == ["a", "b", "x.y"])
    #expect(folder.otherFiles == ["log.txt"])
    let match = folder.matched(to: ["c", "b", "0"])
    #expect(match == IDMatch(wanted: ["0", "b", "c"], found: ["x.y", "b", "a"]))
    #expect(match.paired == ["b"])
    #expect(match.missing == ["0", "c"])
    #expect(match.surplus == ["a", "x.y"])
    #expect(!match.differsByPaddingOnly)
  }

  @Test func noticesLeadingZeros() {
    #expect(IDMatch(wanted: ["28000", "7"], found: ["028000", "000007"]).differsByPaddingOnly)
    #expect(!IDMatch(wanted: ["28000", "8"], found: ["028000", "7"]).differsByPaddingOnly)
    #expect(!IDMatch(wanted: ["1"], found: ["1"]).differsByPaddingOnly)
  }
}
