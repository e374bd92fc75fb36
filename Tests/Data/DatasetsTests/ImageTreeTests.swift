import Datasets
import Foundation
import TestSupport
import Testing

/// FFHQ's, LSUN's and StyleGAN's layouts.
@Suite struct ImageTreeTests {
  private func open(_ text: String, _ tree: Tree) throws -> Dataset {
    try DatasetSpecification(parsing: text).open(cache: tree.path("cache"))
  }

  @Test func readsFFHQsFoldersOfThousands() throws {
    let tree = try Tree()
    try tree.plant("images1024x1024/00000/00000.png")
    try tree.plant("images1024x1024/00000/00999.png")
    try tree.plant("images1024x1024/69000/69123.png")
    try tree.plant("thumbnails128x128/00000/00000.png")
    try tree.write("{}", to: "ffhq-dataset-v2.json")
    let dataset = try open("ffhq:\(tree.path(""))", tree)
    #expect(dataset.pairs.map(\.id) == ["00000", "00999", "69123"])
    #expect(dataset.pairs[2].imagePath == tree.path("images1024x1024/69000/69123.png"))
    let thumbnails = try open("ffhq:\(tree.path("thumbnails128x128"))", tree)
    #expect(thumbnails.pairs.map(\.id) == ["00000"])
    #expect(thumbnails.name == "ffhq:\(tree.path("thumbnails128x128"))")
  }

  @Test func readsLSUNsExportedTrees() throws {
    let tree = try Tree()
    try tree.plant("0/a/b/c/d/e/0abcde01.jpg")
    try tree.plant("f/f/f/f/f/f/ffffff02.JPEG")
    try tree.write("RIFF", to: "0/a/b/c/d/e/0abcde03.webp")
    try tree.write("x", to: ".cache/zz.png")
    let dataset = try open("lsun:\(tree.path(""))", tree)
    #expect(dataset.pairs.map(\.id) == ["0abcde01", "ffffff02"])
    #expect(dataset.findings.count == 1)
    let unread = dataset.findings.map(\.description).joined()
    #expect(unread.hasPrefix("1 file of \(tree.path("")) not read"), "\(unread)")
    #expect(unread.contains("1 .webp (0/a/b/c/d/e/0abcde03.webp)"), "\(unread)")
  }

  @Test func saysWhatToDoWithADatabaseOfLSUN() throws {
    let tree = try Tree()
    try tree.write("", to: "bedroom_train_lmdb/data.mdb")
    let error = try #require(throws: DatasetError.self) {
      try open("lsun:\(tree.path("bedroom_train_lmdb"))", tree)
    }
    #expect(error.description.contains("export"), "\(error)")
  }

  @Test func refusesTwoImagesOfOneName() throws {
    let tree = try Tree()
    try tree.plant("a/x.png")
    try tree.plant("b/x.jpg")
    let error = try #require(throws: DatasetError.self) { try ImageTree(directory: tree.path("")) }
    #expect(error.description.contains("a/x.png") && error.description.contains("b/x.jpg"))
    #expect(throws: DatasetError.self) { try ImageTree(directory: tree.path("gone")) }
    try tree.write("", to: "empty/readme.txt")
    #expect(throws: DatasetError.self) { try open("ffhq:\(tree.path("empty"))", tree) }
  }

  @Test func readsStyleGANsArchives() throws {
    let tree = try Tree()
    try tree.plant("one.png", value: 1)
    try tree.plant("two.png", value: 2)
    let one = try DatasetFiles.contents(of: tree.path("one.png"))
    let two = try DatasetFiles.contents(of: tree.path("two.png"))
    let labels = #"{"labels": [["00000/img00000000.png", 3], ["00000/img00000001.png", 0]]}"#
    let archive = StoredZip([
      ("00000/", []), ("00000/img00000001.png", two), ("00000/img00000000.png", one),
      ("dataset.json", Array(labels.utf8)),
    ])
    try tree.write(archive.bytes, to: "faces.zip")
    let dataset = try open("zip:\(tree.path("faces.zip"))", tree)
    #expect(dataset.pairs.map(\.id) == ["img00000000", "img00000001"])
    #expect(dataset.pairs.map(\.group) == ["class-3", "class-0"])
    let first = try #require(dataset.pairs[0].imagePath)
    #expect(try DatasetFiles.contents(of: first) == one)
    // What is there is kept; what was damaged is unpacked anew.
    try Data().write(to: URL(fileURLWithPath: first))
    let again = try open("zip:\(tree.path("faces.zip"))", tree)
    #expect(again == dataset)
    #expect(try DatasetFiles.contents(of: first) == one)
    let some = try ZipDataset(path: tree.path("faces.zip")).dataset(
      cache: tree.path("other"), atMost: 1)
    #expect(some.pairs.map(\.id) == ["img00000000"])
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: tree.path("other")).count {
        $0.hasSuffix(".png")
      } == 1)
  }

  /// What macOS adds to an archive of its own is passed over, as it is in folders.
  @Test func passesOverTheSecondHalvesOfMacArchives() throws {
    let tree = try Tree()
    try tree.plant("000.png")
    let image = try DatasetFiles.contents(of: tree.path("000.png"))
    let archive = StoredZip([
      ("faces/000.png", image), ("__MACOSX/faces/._000.png", [0, 5, 22, 7]),
      ("faces/.DS_Store", [1]), ("faces/001.webp", [1]), ("faces/LICENSE", [1]),
    ])
    try tree.write(archive.bytes, to: "mac.zip")
    let dataset = try open("zip:\(tree.path("mac.zip"))", tree)
    #expect(dataset.pairs.map(\.id) == ["000"])
    let unread = dataset.findings.map(\.description).joined()
    #expect(unread.contains("1 without extension (faces/LICENSE), 1 .webp (faces/001.webp)"))
    #expect(unread.hasPrefix("2 files of "), "\(unread)")
  }

  @Test(arguments: [
    (#"{"labels": null}"#, true), (#"{"labels": null, "labels": []}"#, false),
    (#"{"labels": 3}"#, false), ("[]", false),
    (#"{"labels": [["a.png"]]}"#, false),
  ])
  func readsLabelsStrictly(text: String, isFine: Bool) throws {
    let tree = try Tree()
    try tree.plant("a.png")
    let image = try DatasetFiles.contents(of: tree.path("a.png"))
    try tree.write(
      StoredZip([("a.png", image), ("dataset.json", Array(text.utf8))]).bytes, to: "f.zip")
    let dataset = try? open("zip:\(tree.path("f.zip"))", tree)
    #expect((dataset != nil) == isFine)
    #expect(dataset?.pairs.map(\.group) ?? [nil] == [nil])
  }

  @Test func refusesWhatIsNoArchive() throws {
    let tree = try Tree()
    try tree.write("not a zip file at all, but long enough for one", to: "f.zip")
    #expect(throws: DatasetError.self) { try open("zip:\(tree.path("f.zip"))", tree) }
    try tree.write(StoredZip([("readme.txt", [1])]).bytes, to: "none.zip")
    let error = try #require(throws: DatasetError.self) {
      try open("zip:\(tree.path("none.zip"))", tree)
    }
    #expect(error.description.contains("no images"), "\(error)")
  }
}
