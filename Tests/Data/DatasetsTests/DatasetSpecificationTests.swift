import Datasets
import TestSupport
import Testing

@Suite struct DatasetSpecificationTests {
  @Test(arguments: [
    ("synthetic", DatasetSpecification.synthetic),
    ("celebamask-hq:/data/C:x", .celebAMaskHQ(directory: "/data/C:x")),
    ("pairs:p.jsonl", .pairs(manifest: "p.jsonl")),
    ("folder:a b", .folder(directory: "a b")), ("ffhq:f", .ffhq(directory: "f")),
    ("lsun:l", .lsun(directory: "l")), ("zip:z.zip", .zip(file: "z.zip")),
  ])
  func parses(text: String, expected: DatasetSpecification) throws {
    #expect(try DatasetSpecification(parsing: text) == expected)
    #expect(expected.description == text)
  }

  @Test(arguments: [
    ("celebamaskhq:x", "celebamask-hq:DIR"), ("folders:x", "folder:DIR"),
    ("sinthetic", "synthetic"),
    ("pair:x", "pairs:MANIFEST.jsonl"), ("synthetic:3", "synthetic"), ("", "zip:FILE"),
  ])
  func namesTheNearest(text: String, nearest: String) throws {
    #expect(throws: DatasetError.unknownDataset(text: text, nearest: nearest)) {
      try DatasetSpecification(parsing: text)
    }
  }

  @Test(arguments: ["folder", "folder:", "pairs:", "celebamask-hq"])
  func asksForAPlace(text: String) {
    let kind = String(text.prefix { $0 != ":" })
    #expect(throws: DatasetError.missingPlace(kind: kind)) {
      try DatasetSpecification(parsing: text)
    }
  }

  @Test func opensManifestsAndFolders() throws {
    let tree = try Tree()
    try tree.plant("images/a.png")
    try tree.write(#"{"id":"q","image":"images/a.png"}"#, to: "p.jsonl")
    let manifest = try DatasetSpecification(parsing: "pairs:\(tree.path("p.jsonl"))")
    #expect(try manifest.open(cache: tree.path("c")).pairs.map(\.id) == ["q"])
    let folder = try DatasetSpecification(parsing: "folder:\(tree.path(""))")
    #expect(try folder.open(cache: tree.path("c")).pairs.map(\.id) == ["a"])
  }

  @Test(.enabled(if: Fixtures.arePresent))
  func readsTheFixtureFaces() throws {
    let folder = DatasetSpecification.folder(directory: Fixtures.path("faces"))
    let dataset = try folder.open(cache: "unused")
    #expect(dataset.pairs.count == 200)
    #expect(dataset.pairs.allSatisfy { $0.maskPath != nil })
    #expect(dataset.findings.isEmpty)
  }
}

@Suite struct SelectionTests {
  private func dataset(_ count: Int) throws -> Dataset {
    try Dataset(
      name: "d", pairs: (0..<count).map { Pair(id: "\(1000 + $0)") }.reversed(), findings: [])
  }

  @Test func takesTheLowestIDs() throws {
    let chosen = try dataset(9).selecting(3)
    #expect(chosen.pairs.map(\.id) == ["1000", "1001", "1002"])
    #expect(chosen.findings.isEmpty)
  }

  @Test func statesThatThereAreFewer() throws {
    let chosen = try dataset(9).selecting(2000)
    #expect(chosen.pairs.count == 9)
    #expect(chosen.findings == [.fewerPairs(asked: 2000, found: 9)])
    #expect(chosen.findings[0].description == "2000 pairs were asked for, 9 are there")
  }

  @Test(arguments: [UInt64(0), 1, 77])
  func choosesBySeed(seed: UInt64) throws {
    let all = try dataset(50)
    let chosen = all.selecting(20, by: .seeded(seed)).pairs.map(\.id)
    #expect(chosen == chosen.sortedByBytes(), "seed \(seed)")
    #expect(Set(chosen).count == 20, "seed \(seed)")
    #expect(chosen == all.selecting(20, by: .seeded(seed)).pairs.map(\.id), "seed \(seed)")
    #expect(chosen != all.selecting(20, by: .seeded(seed + 1)).pairs.map(\.id), "seed \(seed)")
    // A larger choice contains the smaller one.
    let larger = all.selecting(30, by: .seeded(seed)).pairs.map(\.id)
    #expect(Set(chosen).isSubset(of: larger), "seed \(seed)")
  }

  @Test func findingsWithoutContentVanish() throws {
    let dataset = try Dataset(
      name: "d", pairs: [Pair(id: "a")], findings: [.withoutMask([]), .withoutImage(["b"])])
    #expect(dataset.findings == [.withoutImage(["b"])])
  }
}
