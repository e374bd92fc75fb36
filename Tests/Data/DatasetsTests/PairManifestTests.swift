import Datasets
import Foundation
import TestSupport
import Testing

@Suite struct PairManifestTests {
  @Test func survivesWritingAndReading() throws {
    let tree = try Tree()
    for name in ["data/b.png", "data/a.png", "data/m.png", "data/s.png"] { try tree.plant(name) }
    let full = Pair(
      id: "a", imagePath: tree.path("data/a.png"), maskPath: tree.path("data/m.png"),
      text: "She said “hi”,\n\\ and / too.", scribblePath: tree.path("data/s.png"),
      identity: "p1", group: "young", sourceText: "face", targetText: "old face")
    let manifest = try PairManifest(pairs: [Pair(id: "b"), full]).withChecksums()
    try FileManager.default.createDirectory(
      atPath: tree.path("out"), withIntermediateDirectories: true)
    try manifest.write(to: tree.path("out/pairs.jsonl"))
    let found = try PairManifest(contentsOf: tree.path("out/pairs.jsonl")).withChecksums()
    #expect(found == manifest)
    #expect(found.pairs.map(\.id) == ["a", "b"])
    #expect(found.pairs[0].checksums.count == 3)
    #expect(found.contentHash == manifest.contentHash)
    let text = try String(contentsOfFile: tree.path("out/pairs.jsonl"), encoding: .utf8)
    #expect(text.contains(#""image":"../data/a.png""#))
    #expect(text.hasSuffix("\n"))
    // Nothing temporary is left.
    #expect(try tree.names(in: "out") == ["pairs.jsonl"])
  }

  @Test func findsFilesBehindSymbolicLinks() throws {
    let tree = try Tree()
    try tree.plant("data/a.png")
    try tree.write("", to: "deep/down/readme")
    // The manifest's folder is a link to a deeper one, where “..” leads elsewhere.
    try FileManager.default.createSymbolicLink(
      atPath: tree.path("link"), withDestinationPath: tree.path("deep/down"))
    let manifest = try PairManifest(
      pairs: [Pair(id: "a", imagePath: tree.path("data/a.png"))]).withChecksums()
    try manifest.write(to: tree.path("link/pairs.jsonl"))
    let found = try PairManifest(contentsOf: tree.path("deep/down/pairs.jsonl")).withChecksums()
    #expect(found.contentHash == manifest.contentHash)
    let linked = try PairManifest(contentsOf: tree.path("link/pairs.jsonl")).withChecksums()
    #expect(linked.contentHash == manifest.contentHash)
  }

  @Test func sortsByBytesNotByLocale() throws {
    let ids = ["b", "É", "a10", "a2", "B", "z", "ä"]
    let manifest = try PairManifest(pairs: ids.map { Pair(id: $0) })
    #expect(manifest.pairs.map(\.id) == ["B", "a10", "a2", "b", "z", "É", "ä"])
  }

  @Test func allowsBlankLinesByteOrderMarksAndNulls() throws {
    let tree = try Tree()
    try tree.write(
      "\u{FEFF}{\"id\":\"a\",\"text\":null}\r\n\n  \n{\"id\":\"b\"}", to: "pairs.jsonl")
    let manifest = try PairManifest(contentsOf: tree.path("pairs.jsonl"))
    #expect(manifest.pairs == [Pair(id: "a"), Pair(id: "b")])
  }

  @Test(arguments: [
    (#"{"id":"x","colour":"red"}"#, "unknown key 'colour'"),
    (#"{"id":"x","masks":"a.png"}"#, "did you mean 'mask'?"),
    (#"{"id":"x","source-text":"a"}"#, "did you mean 'source_text'?"),
    (#"{"id":"a"}"#, "the id 'a' is already used in line 1"),
    (#"{"id":"x","image":"gone.png"}"#, "the image"),
    (#"{"id":"x","mask":"."}"#, "the mask"),
    (#"{"id":"x""#, "this is not valid JSON"),
    (#"{"id":"x"} {"id":"y"}"#, "this is not valid JSON"),
    (#"["x"]"#, "expected a JSON object"),
    ("nonsense", "this is not valid JSON"),
    (#"{"text":"x"}"#, "the key 'id' is missing"),
    (#"{"id":7}"#, "the value of 'id' is not a String"),
    (#"{"id":"x","sha256":"abc"}"#, "the value of 'sha256' is not"),
    (#"{"id":""}"#, "is empty"),
    (#"{"id":"../x"}"#, "contains '/'"),
    (#"{"id":".x"}"#, "begins with a dot"),
    (#"{"id":"x\ny"}"#, "contains a control character"),
    (#"{"id":"x","sha256":{"image":"00"}}"#, "the line has none"),
    (#"{"id":"x","image":"a.png","sha256":{"image":"00"}}"#, "is not 64 hexadecimal digits"),
    (#"{"id":"x","sha256":{"picture":"00"}}"#, "unknown key 'picture'"),
    (#"{"id":"x","text":"a","text":"b"}"#, "the key 'text' appears twice"),
  ])
  func refusesALine(line: String, reason: String) throws {
    let tree = try Tree()
    try tree.plant("a.png")
    let path = tree.path("pairs.jsonl")
    try tree.write("{\"id\":\"a\"}\n\n\(line)\n", to: "pairs.jsonl")
    let error = try #require(throws: DatasetError.self) { try PairManifest(contentsOf: path) }
    #expect(error.description.hasPrefix("\(path):3: "), "\(error)")
    #expect(error.description.contains(reason), "\(error)")
  }

  @Test func refusesWhatIsNotThereOrEmpty() throws {
    let tree = try Tree()
    let gone = tree.path("gone.jsonl")
    #expect(throws: DatasetError.unreadable(path: gone, reason: "no such file or folder")) {
      try PairManifest(contentsOf: gone)
    }
    try tree.write("\n\n", to: "empty.jsonl")
    #expect(
      throws: DatasetError.noPairs(place: tree.path("empty.jsonl"), reason: "it has no lines")
    ) {
      try PairManifest(contentsOf: tree.path("empty.jsonl"))
    }
  }

  @Test func tellsFilesThatAreNotThoseOfTheManifest() throws {
    let tree = try Tree()
    try tree.plant("a.png", value: 1)
    let path = tree.path("pairs.jsonl")
    try PairManifest(pairs: [Pair(id: "a", imagePath: tree.path("a.png"))]).withChecksums()
      .write(to: path)
    try tree.plant("a.png", value: 2)
    let changed = try PairManifest(contentsOf: path)
    for check in [{ _ = try changed.withChecksums() }, { try changed.pairs[0].verify(.image) }] {
      let error = try #require(throws: DatasetError.self) { try check() }
      guard case .checksumMismatch(tree.path("a.png"), let expected, let found) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains(expected) && error.description.contains(found))
    }
  }

  @Test(arguments: ["../secret.png", "/secret.png", "link/secret.png", "link.png"])
  func refusesFilesOutsideItsFolder(image: String) throws {
    let tree = try Tree()
    try tree.plant("secret.png")
    try tree.write("", to: "set/readme")
    for (link, target) in [("link", ""), ("link.png", "secret.png")] {
      try FileManager.default.createSymbolicLink(
        atPath: tree.path("set/\(link)"), withDestinationPath: tree.path(target))
    }
    let name = image.hasPrefix("/") ? tree.path("secret.png") : image
    let path = tree.path("set/pairs.jsonl")
    try tree.write(#"{"id":"a","image":"\#(name)"}"#, to: "set/pairs.jsonl")
    let error = try #require(throws: DatasetError.self) { try PairManifest(contentsOf: path) }
    #expect(error.description.hasPrefix("\(path):1: the image "), "\(error)")
    #expect(error.description.contains("--allow-outside"), "\(error)")
    let allowed = try PairManifest(contentsOf: path, allowsOutside: true)
    #expect(allowed.pairs.count == 1)
    // Who knows the file's bytes learns nothing from it; evalkit's own manifests are of that kind.
    try allowed.withChecksums().write(to: path)
    #expect(try PairManifest(contentsOf: path).pairs.count == 1)
  }

  @Test func spellingsOfAnAccentAreOneID() throws {
    let tree = try Tree()
    try tree.write(#"{"id":"cafe\u0301"}"#, to: "pairs.jsonl")
    let pairs = try PairManifest(contentsOf: tree.path("pairs.jsonl"))
    #expect(try pairs.contentHash == PairManifest(pairs: [Pair(id: "caf\u{E9}")]).contentHash)
    try tree.write("{\"id\":\"cafe\\u0301\"}\n{\"id\":\"caf\\u00e9\"}\n", to: "pairs.jsonl")
    let error = try #require(throws: DatasetError.self) {
      try PairManifest(contentsOf: tree.path("pairs.jsonl"))
    }
    #expect(error.description.contains("is already used in line 1"), "\(error)")
  }

  @Test func acceptsUpperCaseDigests() throws {
    let tree = try Tree()
    // SHA-256 of "abc", FIPS 180-2 appendix B.1.
    let digest = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
    try tree.write("abc", to: "a.png")
    try tree.write(
      #"{"id":"a","image":"a.png","sha256":{"image":"\#(digest)"}}"#, to: "pairs.jsonl")
    let manifest = try PairManifest(contentsOf: tree.path("pairs.jsonl"))
    try manifest.pairs[0].verify(.image)
    #expect(manifest.pairs[0].checksums[.image] == digest.lowercased())
  }

  @Test func saysWhereItCannotWrite() throws {
    let tree = try Tree()
    let path = tree.path("no/such/folder/pairs.jsonl")
    let error = try #require(throws: DatasetError.self) {
      try PairManifest(pairs: [Pair(id: "a")]).write(to: path)
    }
    #expect(error.description.hasPrefix("\(path) cannot be written: "))
  }

  @Test func refusesEqualAndUnusableIDs() {
    #expect(throws: DatasetError.invalidID(id: "a", reason: "occurs twice")) {
      try PairManifest(pairs: [Pair(id: "a"), Pair(id: "b"), Pair(id: "a")])
    }
    #expect(throws: DatasetError.invalidID(id: "a/b", reason: "contains '/'")) {
      try PairManifest(pairs: [Pair(id: "a/b")])
    }
  }
}

@Suite struct PairExportTests {
  @Test func copiesEverythingIntoOneFolder() throws {
    let tree = try Tree()
    for name in ["x/face.JPG", "y/face.png", "z/lines.png"] {
      try tree.plant(name, value: UInt8(name.utf8.count))
    }
    let pair = Pair(
      id: "7", imagePath: tree.path("x/face.JPG"), maskPath: tree.path("y/face.png"), text: "t",
      scribblePath: tree.path("z/lines.png"), identity: "p")
    let source = try PairManifest(pairs: [pair, Pair(id: "8", text: "alone")]).withChecksums()
    let exported = try PairExport.write(source, to: tree.path("out"))
    #expect(
      try tree.names(in: "out") == ["images", "masks", "pairs.jsonl", "scribbles"])
    #expect(try tree.names(in: "out/images") == ["7.jpg"])
    #expect(exported.contentHash == source.contentHash)
    let found = try PairManifest(contentsOf: tree.path("out/pairs.jsonl")).withChecksums()
    #expect(found == exported)
    let folder = try FolderDataset.open(tree.path("out"))
    #expect(folder.pairs.map(\.maskPath) == [tree.path("out/masks/7.png")])
  }

  @Test func copiesNothingThatIsNoImage() throws {
    let tree = try Tree()
    try tree.write("root:x:0:0:root:/root:/bin/sh\n", to: "passwd")
    let pairs = try PairManifest(pairs: [Pair(id: "a", imagePath: tree.path("passwd"))])
    let error = try #require(throws: DatasetError.self) {
      try PairExport.write(pairs, to: tree.path("out"))
    }
    #expect(error.description.contains("neither PNG nor JPEG"), "\(error)")
    #expect(!FileManager.default.fileExists(atPath: tree.path("out")))
  }

  @Test func namesTheFileThatCannotBeRead() throws {
    let tree = try Tree()
    let pairs = try PairManifest(pairs: [Pair(id: "a", maskPath: tree.path("gone.png"))])
    #expect(
      throws: DatasetError.unreadable(
        path: tree.path("gone.png"), reason: "no such file or folder")
    ) { try PairExport.write(pairs, to: tree.path("out")) }
    #expect(!FileManager.default.fileExists(atPath: tree.path("out/pairs.jsonl")))
  }
}

@Suite struct ContentHashTests {
  @Test func isTheDigestOfTheDocumentedText() throws {
    // hashlib.sha256("pair-manifest-1\nid 1:a\nimage 8:name x.p\ntext 3:ä!\n".encode()), Python.
    let pair = Pair(id: "a", imagePath: "/somewhere/x.p", text: "ä!")
    #expect(
      try PairManifest(pairs: [pair]).contentHash
        == "afd0bfc37409ceb0325b00c1404c8ced0a9bba46db0ff75bce210a31ebd017c8")
  }

  @Test func dependsOnContentNotOnPlace() throws {
    let tree = try Tree()
    try tree.plant("here/a.png", value: 1)
    try tree.plant("there/b.png", value: 1)
    try tree.plant("there/c.png", value: 2)
    func hash(_ name: String) throws -> String {
      try PairManifest(pairs: [Pair(id: "x", imagePath: tree.path(name))]).withChecksums()
        .contentHash
    }
    #expect(try hash("here/a.png") == hash("there/b.png"))
    #expect(try hash("here/a.png") != hash("there/c.png"))
  }

  @Test func seesEveryField() throws {
    let base = Pair(id: "x", text: "t")
    var variants = [base]
    func vary(_ change: (inout Pair) -> Void) {
      var pair = base
      change(&pair)
      variants.append(pair)
    }
    vary { $0.text = "u" }
    vary { $0.text = nil }
    vary {
      $0.text = nil; $0.identity = "t"
    }
    vary { $0.identity = "t" }
    vary { $0.group = "t" }
    vary { $0.sourceText = "t" }
    vary { $0.targetText = "t" }
    vary { $0.imagePath = "/t" }
    vary { $0.maskPath = "/t" }
    vary { $0.scribblePath = "/t" }
    vary { $0.text = "t\nidentity 1:t" }
    variants.append(Pair(id: "y", text: "t"))
    let hashes = try variants.map { try PairManifest(pairs: [$0]).contentHash }
    #expect(Set(hashes).count == variants.count)
  }

  @Test func ignoresTheOrderOfArrival() throws {
    let pairs = (0..<9).map { Pair(id: "\($0)", text: "t\($0)") }
    #expect(
      try PairManifest(pairs: pairs).contentHash
        == PairManifest(pairs: pairs.reversed()).contentHash)
  }
}
