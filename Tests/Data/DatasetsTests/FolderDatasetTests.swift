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
    #expect(
      dataset.findings.map(\.description) == [
        "1 file of \(tree.path("only")) not read, only PNG and JPEG are: 1 .md (notes.md)"
      ])
  }

  @Test func doesNotCallUnreadWhatServesAnotherPurpose() throws {
    let tree = try Tree()
    try tree.plant("faces/a.png")
    try tree.plant("faces/masks/a.png")
    try tree.write("a : a face\n", to: "faces/text.txt")
    #expect(try FolderDataset.open(tree.path("faces")).findings.isEmpty)
  }

  @Test func saysWhatAFileInPlaceOfAFolderIs() throws {
    let tree = try Tree()
    try tree.plant("a.png")
    #expect(
      throws: DatasetError.unreadable(
        path: tree.path("a.png"), reason: "it is a file, not a folder")
    ) { try FolderDataset.open(tree.path("a.png")) }
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
      ":2: the id 'a'"
    ),
    ("captions.jsonl", "{\"id\":\"a\",\"caption\":\"x\"}", "unknown key 'caption'"),
    ("captions.jsonl", "{\"id\":\"a\"}", "the key 'text' is missing"),
    ("text.txt", "a : x\nb\n", ":2: expected 'image : caption'"),
    ("text.txt", "a : x\n : y\n", ":2: expected 'image : caption'"),
    ("text.txt", #"{"id": "a", "text": "x"}"#, ":1: this is JSON"),
    ("captions.jsonl", #"[{"id": "a", "text": "x"}]"#, ":1: this is a JSON array"),
    ("captions.jsonl", "{\n\"id\": \"a\"}", ":1: this object goes on in the next line"),
    (
      "captions.jsonl", #"{"id": "a", "text": "x", "te\u0078t": "y"}"#,
      ":1: the key 'text' appears twice"
    ),
    ("captions.jsonl", "{\u{0}\"\u{0}i\u{0}d\u{0}\"\u{0}", "it is UTF-16LE text"),
  ])
  func refusesBadCaptions(file: String, text: String, reason: String) throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.write(text, to: file)
    let error = try #require(throws: DatasetError.self) { try FolderDataset.open(tree.path("")) }
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func refusesCaptionsInOtherEncodings() throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.write([0xFF, 0xFE] + Array("a:x".utf16).flatMap { [UInt8($0), 0] }, to: "text.txt")
    let wide = try #require(throws: DatasetError.self) { try FolderDataset.open(tree.path("")) }
    #expect(wide.description.contains("it is UTF-16 text; save it as UTF-8"), "\(wide)")
    try tree.write(Array("a : x\nb : caf".utf8) + [0xE9], to: "text.txt")
    let latin = try #require(throws: DatasetError.self) { try FolderDataset.open(tree.path("")) }
    #expect(latin.description.contains("text.txt:2: this line is not UTF-8"), "\(latin)")
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
    #expect(folder.unread.files == ["log.txt"])
    #expect(folder.unread.nested == ["deeper/c.png"])
    let match = folder.matched(to: ["c", "b", "0"])
    #expect(match == IDMatch(wanted: ["0", "b", "c"], found: ["x.y", "b", "a"]))
    #expect(match.paired == ["b"])
    #expect(match.missing == ["0", "c"])
    #expect(match.surplus == ["a", "x.y"])
    #expect(match.spelling(of: "images are named").isEmpty)
  }

  @Test func groupsWhatIsNotReadByKind() throws {
    let tree = try Tree()
    for name in ["1.webp", "2.WebP", "3.webp", "4.webp", "a.bmp", "notes"] {
      try tree.write("x", to: "faces/\(name)")
    }
    try tree.plant("faces/0.png")
    try tree.plant("faces/sub/5.png")
    let unread = try ImageFolder(directory: tree.path("faces")).unread
    let place = tree.path("faces")
    let sentence = """
      6 files of \(place) not read, only PNG and JPEG are: 4 .webp (1.webp, 2.WebP, 3.webp and 1 more), \
      1 without extension (notes), 1 .bmp (a.bmp); 1 image in sub-folders of \(place) not read: sub/5.png
      """
    #expect("\(unread)" == sentence)
    #expect(unread.hint(for: "2") == "; 2.WebP lies there, but only PNG and JPEG are read")
    #expect(unread.hint(for: "5") == "; sub/5.png lies in a sub-folder, which is not looked into")
    #expect(unread.hint(for: "6").isEmpty)
  }

  /// File systems of macOS spell accents apart.
  @Test func spellingsOfAnAccentAreOneID() throws {
    let tree = try Tree()
    try tree.plant("faces/cafe\u{301}.png")
    let folder = try ImageFolder(directory: tree.path("faces"))
    #expect(folder.ids.map { Array($0.unicodeScalars) } == [Array("caf\u{E9}".unicodeScalars)])
    #expect(folder.paths["caf\u{E9}"].map(FileManager.default.fileExists(atPath:)) == true)
    try tree.plant("faces/caf\u{E9}.png")
    let error = try #require(throws: DatasetError.self) {
      try ImageFolder(directory: tree.path("faces"))
    }
    #expect(
      error.description.contains("(cafe\\u{0301}.png, caf\\u{00E9}.png)"), "\(error.description)")
  }

  @Test func namesAFileWhoseNameIsNotUTF8() throws {
    let tree = try Tree()
    try tree.plant("faces/a.png")
    let path = Array(tree.path("faces/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
    let file = open(path, O_CREAT | O_WRONLY, 0o644)
    #expect(file >= 0)
    close(file)
    let error = try #require(throws: DatasetError.self) {
      try ImageFolder(directory: tree.path("faces"))
    }
    #expect(error.description.contains("not UTF-8; as Latin-1 it reads 'café'"), "\(error)")
  }

  @Test func noticesLeadingZeros() {
    func spelling(_ wanted: [String], _ found: [String]) -> String {
      let finding = IDMatch(wanted: wanted, found: found).spelling(of: "images are named")
      return finding.isEmpty ? "" : finding.description
    }
    #expect(
      spelling(["28000", "7", "8"], ["028000", "000007"])
        == "2 images are named with other leading zeros, as 028000 for 28000; rename them")
    #expect(spelling(["8"], ["7"]).isEmpty)
    #expect(spelling(["1"], ["1"]).isEmpty)
  }
}
