import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// `evalkit pairs` on a small tree in CelebAMask-HQ's layout.
@Suite struct PairsCommandTests {
  /// Plants images, part masks and ten captions for ids from 28000 on.
  private func plant(_ count: Int, in faces: Faces, at root: String = "celeba") throws {
    for folder in ["CelebA-HQ-img", "CelebAMask-HQ-mask-anno/14", "text/celeba-caption"] {
      try faces.make("\(root)/\(folder)")
    }
    for index in 0..<count {
      let id = 28000 + index
      let face = Faces.face(seed: UInt64(index), side: 16)
      try faces.write(
        ImageEncoder.jpeg(face, quality: 90), to: "\(root)/CelebA-HQ-img/\(id).jpg")
      for (part, limit) in [("skin", 12), ("hair", 3 + index % 5)] {
        let mask = Raster.computed(16, 16, 3) { x, y, _ in y < limit && x < 14 ? 255 : 0 }
        try faces.write(
          ImageEncoder.png(mask), to: "\(root)/CelebAMask-HQ-mask-anno/14/\(id)_\(part).png")
      }
      let captions = (0..<10).map { "caption \($0) of \(id)." }.joined(separator: "\n")
      try faces.write(Array(captions.utf8), to: "\(root)/text/celeba-caption/\(id).txt")
    }
  }

  private func pairs(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(["pairs", "--quiet", "--json"] + further, in: faces.path)
  }

  private func lines(_ faces: Faces, _ name: String) throws -> [[String: Any]] {
    try String(decoding: faces.bytes(of: name), as: UTF8.self).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let faces = try Faces(0)
    try plant(30, in: faces)
    func manifest(_ name: String, _ seed: String, results: String = "Results") throws -> [UInt8] {
      try pairs(
        faces, "--dataset", "celebamask-hq:celeba", "--pairs", "12", "--seed", seed, "--export",
        name, "--results", results
      ).expectSuccess()
      return try faces.bytes(of: "\(name)/pairs.jsonl")
    }
    let first = try manifest("one", "7")
    #expect(try manifest("two", "7", results: "Elsewhere") == first)
    #expect(try manifest("three", "8") != first)
    let ids = try lines(faces, "one/pairs.jsonl").compactMap { $0["id"] as? String }
    #expect(ids.count == 12 && ids == ids.sorted())
    // Known answer: SplitMix64 of 7, Fisher and Yates from the last down, over 28000 … 28029.
    var random = SplitMix64(seed: 7)
    var order = Array(28000..<28030)
    for last in stride(from: 29, to: 0, by: -1) {
      order.swapAt(last, Int(random.next().multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    #expect(ids == order.prefix(12).sorted().map { "\($0)" })
  }

  @Test func aManifestHoldsRelativePathsTextsAndDigests() throws {
    let faces = try Faces(0)
    try plant(5, in: faces)
    let outcome = try pairs(
      faces, "--dataset", "celebamask-hq:celeba", "--pairs", "3", "--sampling", "lowest",
      "--scribbles", "labels", "--output", "lists/p.jsonl", "--caption-index", "2")
    outcome.expectSuccess()
    let json = try outcome.json()
    #expect(json["pairs"] as? Int == 3 && json["masks"] as? Int == 3)
    #expect(json["scribbles"] as? Int == 3)
    let pairs = try lines(faces, "lists/p.jsonl")
    #expect(pairs.map { $0["id"] as? String } == ["28000", "28001", "28002"])
    #expect(pairs[1]["text"] as? String == "caption 2 of 28001.")
    for pair in pairs {
      let digests = try #require(pair["sha256"] as? [String: String])
      #expect(Set(digests.keys) == ["image", "mask", "scribble"])
      for role in digests.keys {
        let path = try #require(pair[role] as? String)
        #expect(!path.hasPrefix("/"))
        #expect(FileManager.default.fileExists(atPath: faces.path("lists/\(path)")))
      }
    }
    // A changed file changes the fingerprint of the sample.
    let image = try #require(pairs[1]["image"] as? String)
    try faces.write(
      ImageEncoder.jpeg(Faces.face(seed: 99, side: 16), quality: 90), to: "lists/\(image)")
    let changed = try self.pairs(
      faces, "--dataset", "celebamask-hq:celeba", "--pairs", "3", "--sampling", "lowest",
      "--scribbles", "labels", "--output", "lists/q.jsonl", "--caption-index", "2")
    #expect(try changed.json()["contentHash"] as? String != json["contentHash"] as? String)
  }

  @Test func anExportIsADatasetAgain() throws {
    let faces = try Faces(0)
    try plant(4, in: faces)
    try pairs(
      faces, "--dataset", "celebamask-hq:celeba", "--export", "out", "--encodings",
      "palette,one-hot-32,ade20k", "--edit", "face=tanned face"
    ).expectSuccess()
    for folder in ["images", "masks", "masks-palette", "masks-one-hot-32", "masks-ade20k"] {
      let files = try FileManager.default.contentsOfDirectory(atPath: faces.path("out/\(folder)"))
      #expect(files.count == 4, "\(folder)")
    }
    let first = try lines(faces, "out/pairs.jsonl")[0]
    #expect(first["target_text"] as? String == "tanned face")
    // Moved as a whole, it still serves, and gives the same sample of itself.
    try FileManager.default.moveItem(atPath: faces.path("out"), toPath: faces.path("moved"))
    try pairs(
      faces, "--dataset", "pairs:moved/pairs.jsonl", "--sampling", "lowest", "--output",
      "moved/again.jsonl"
    ).expectSuccess()
    #expect(try faces.bytes(of: "moved/again.jsonl") == faces.bytes(of: "moved/pairs.jsonl"))
  }

  @Test func findingsSayWhatWasLeftOut() throws {
    let faces = try Faces(0)
    try plant(6, in: faces)
    try faces.remove("celeba/text/celeba-caption/28002.txt")
    try faces.write(Array("28004\n# broken\n28001\n".utf8), to: "skip.txt")
    let outcome = try pairs(
      faces, "--dataset", "celebamask-hq:celeba", "--skip", "skip.txt", "--export", "out")
    outcome.expectSuccess()
    let findings = try #require(try outcome.json()["findings"] as? [String])
    #expect(findings.contains { $0.contains("2 left out by the skip list: 28001, 28004") })
    #expect(findings.contains { $0.contains("1 left out for want of a caption: 28002") })
    #expect(findings.contains { $0.contains("2000 pairs were asked for, 3 are there") })
    let described = try pairs(
      faces, "--dataset", "celebamask-hq:celeba", "--describe-masks", "--export", "all")
    let texts = try lines(faces, "all/pairs.jsonl").compactMap { $0["text"] as? String }
    #expect(try described.json()["texts"] as? Int == 6)
    #expect(texts[2].hasPrefix("A face with "), "\(texts)")
  }

  @Test func guidanceTextsMakeGroups() throws {
    let faces = try Faces(5, side: 16)
    try faces.write(Array("a man\na woman\n".utf8), to: "texts.txt")
    try pairs(
      faces, "--dataset", "folder:reference", "--texts", "texts.txt", "--per-text", "2",
      "--require", "image", "--output", "p.jsonl"
    ).expectSuccess()
    let found = try lines(faces, "p.jsonl").map { "\($0["text"] ?? "")/\($0["group"] ?? "")" }
    let man = "a man/text-00000"
    let woman = "a woman/text-00001"
    #expect(found == [man, man, woman, woman, man])
  }

  @Test func samplesOfOneConditionAreAGroup() throws {
    let faces = try Faces(2, side: 16)
    try pairs(
      faces, "--dataset", "folder:reference", "--samples", "2", "--require", "image", "--output",
      "p.jsonl"
    ).expectSuccess()
    let found = try lines(faces, "p.jsonl").map { "\($0["id"] ?? "")/\($0["group"] ?? "")" }
    #expect(found == ["00_s00/00", "00_s01/00", "01_s00/01", "01_s01/01"])
  }

  @Test func refusesWhatIsNotUnderstood() throws {
    let faces = try Faces(2, side: 16)
    func refuse(_ parts: String..., with arguments: String...) throws {
      let outcome = try Program.run(
        ["pairs", "--dataset", "folder:reference", "--quiet"] + arguments, in: faces.path)
      #expect(outcome.code == 64, "\(outcome)")
      for part in parts { #expect(outcome.errors.contains(part), "\(outcome)") }
    }
    try refuse("'seeded'", with: "--sampling", "seded")
    try refuse("'mask'", with: "--require", "masks")
    try refuse("'palette'", with: "--export", "o", "--encodings", "pallette")
    try refuse("labels", with: "--scribbles", "lables")
    try refuse("celebamask-hq", with: "--split", "all")
    try refuse("--edit", with: "--edit", "face")
    try refuse("--export", with: "--require", "nothing", "--encodings", "label")
    try faces.run(
      "pairs", "--dataset", "folder:reference", "--quiet"
    ).expectRefusal(1, "no pair has a mask")
  }
}
