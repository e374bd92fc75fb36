import Datasets
import Faces
import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Pairs that are drawn.
@Suite struct SyntheticFacesTests {
  static func small() -> SyntheticFaces {
    var faces = SyntheticFaces()
    (faces.count, faces.size, faces.seed) = (5, 64, 9)
    return faces
  }

  @Test func drawsCompletePairs() throws {
    let folder = try TemporaryFolder()
    let dataset = try Self.small().dataset(cache: folder.url.path)
    #expect(dataset.name == "synthetic" && dataset.findings.isEmpty)
    #expect(dataset.pairs.map(\.id) == ["000000", "000001", "000002", "000003", "000004"])
    #expect(Set(dataset.pairs.map(\.identity)).count == 5)
    for (number, pair) in dataset.pairs.enumerated() {
      let portrait = Portrait(World.test.scene(number, seed: 9), size: 64)
      let image = try #require(pair.imagePath)
      #expect(try ImageDecoder.rgb(contentsOf: image) == portrait.image)
      let mask = try #require(pair.maskPath)
      #expect(try ImageDecoder.labelMap(contentsOf: mask) == portrait.labels)
      let scribble = try #require(pair.scribblePath)
      #expect(try ImageDecoder.rgb(contentsOf: scribble).width == 64)
      #expect(try #require(pair.text).hasSuffix("."))
    }
  }

  @Test func drawsTheSameFilesForAnyNumberOfWorkers() throws {
    func digests(_ workers: Int) throws -> [[PairFile: String]] {
      let folder = try TemporaryFolder()
      let dataset = try Self.small().dataset(
        cache: folder.url.path, workers: Workers(count: workers))
      return try dataset.pairs.map { try $0.withChecksums().checksums }
    }
    #expect(try digests(1) == digests(3))
  }

  @Test func drawsOnlyWhatIsMissing() throws {
    let folder = try TemporaryFolder()
    let first = try Self.small().dataset(cache: folder.url.path)
    let image = try #require(first.pairs[2].imagePath)
    let other = try #require(first.pairs[3].imagePath)
    // A pair without its last caption was interrupted, so it is drawn again; the others are not
    // touched.
    let caption = URL(fileURLWithPath: image).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "dialog/000002.txt")
    try FileManager.default.removeItem(at: caption)
    try Data("broken".utf8).write(to: URL(fileURLWithPath: image))
    try Data("kept".utf8).write(to: URL(fileURLWithPath: other))
    let second = try Self.small().dataset(cache: folder.url.path)
    #expect(second == first)
    #expect(try ImageDecoder.rgb(contentsOf: image).width == 64)
    #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == Data("kept".utf8))
  }

  @Test func speaksInTheMannerThatIsWanted() throws {
    let folder = try TemporaryFolder()
    var faces = Self.small()
    let first = try faces.dataset(cache: folder.url.path).pairs
    faces.captions = .multiModal(.line(3))
    let fourth = try faces.dataset(cache: folder.url.path).pairs
    faces.captions = .multiModal(.seeded(7))
    let seeded = try faces.dataset(cache: folder.url.path).pairs
    faces.captions = .beardAndAge
    let dialog = try faces.dataset(cache: folder.url.path).pairs
    #expect(first.map(\.text) != fourth.map(\.text) && first.map(\.text) != seeded.map(\.text))
    for (number, pair) in first.enumerated() {
      let scene = World.test.scene(number, seed: 9)
      let face = FaceTraits(scene, labels: Portrait.labels(of: scene, size: 64))
      func multiModal(_ index: Int) -> String {
        MultiModalCaption.text(face, index: index, seed: scene.identity.seed)
      }
      #expect(pair.text == multiModal(0) && fourth[number].text == multiModal(3))
      #expect((0..<10).map(multiModal).contains(seeded[number].text ?? ""))
      #expect(
        dialog[number].text
          == DialogCaption.beardAndAge(face, seed: scene.identity.seed).lowercased())
      #expect(pair.sourceText == nil && pair.targetText == nil)
    }
    #expect(throws: DatasetError.self) {
      faces.captions = .multiModal(.line(10))
      return try faces.dataset(cache: folder.url.path)
    }
  }

  /// Every face has an edit that can be made of it, the same each time.
  @Test func comesWithEditsWhereTheyAreWanted() throws {
    let folder = try TemporaryFolder()
    var faces = Self.small()
    faces.hasEdits = true
    let pairs = try faces.dataset(cache: folder.url.path).pairs
    #expect(try pairs == faces.dataset(cache: folder.url.path).pairs)
    for (number, pair) in pairs.enumerated() {
      let scene = World.test.scene(number, seed: 9)
      #expect(SyntheticFaces.scene(of: pair) == scene)
      let edit = try #require(
        FaceEdit(source: pair.sourceText ?? "", target: pair.targetText ?? ""))
      #expect(edit.applied(to: scene) != nil)
    }
    #expect(SyntheticFaces.scene(of: Pair(id: "x", identity: "c0ffee")) == nil)
    #expect(SyntheticFaces.scene(of: Pair(id: "x")) == nil)
  }

  @Test func isWhatTheWordSyntheticOpens() throws {
    let folder = try TemporaryFolder()
    let dataset = try DatasetSpecification.synthetic.open(cache: folder.url.path, atMost: 2)
    #expect(dataset.pairs.count == 2)
    #expect(try ImageDecoder.rgb(contentsOf: #require(dataset.pairs[0].imagePath)).width == 256)
    for (count, size) in [(0, 64), (1, 63), (1, 1025)] {
      #expect(throws: DatasetError.self) {
        try DatasetSpecification.synthetic.open(
          cache: folder.url.path, atMost: count, size: size)
      }
    }
  }
}
