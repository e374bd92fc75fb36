import Datasets
import Foundation
import Generators
import Images
import Tensors
import Terms
import TestSupport
import Testing

@Suite struct FolderMethodTests {
  @Test func findsImagesAndCountsMissingAndSurplus() throws {
    let faces = try Faces(count: 4)
    for name in ["002.PNG", "000.jpeg", "extra.png"] {
      try faces.folder.write(ImageEncoder.png(faces.face(2)), to: "ours/\(name)")
    }
    try faces.folder.write(Array("cut".utf8), to: "ours/003.jpg")
    let context = MethodContext(pairs: faces.pairs, outputDirectory: faces.path("out"))
    let method = try MethodSpecification(parsing: "ours=folder:\(faces.path("ours"))")
      .open(in: context)
    #expect(method.missing == ["001"])
    #expect(method.surplus == ["extra"])
    var shard = context
    shard.ids = ["000", "002"]
    let part = try MethodSpecification(parsing: "ours=folder:\(faces.path("ours"))").open(in: shard)
    #expect(part.missing.isEmpty && part.surplus == ["extra"])
    #expect(try method.image(for: faces.pairs[2]) == faces.face(2))
    let missing = MethodError.missing(id: "001", directory: faces.path("ours"))
    #expect(throws: missing) { try method.image(for: faces.pairs[1]) }
    #expect(missing.ledgerState.rawValue == "missing")
    try faces.folder.write(Array("RIFF".utf8), to: "ours/001.webp")
    let other = try MethodSpecification(parsing: "ours=folder:\(faces.path("ours"))")
      .open(in: context)
    let hinted = try #require(throws: MethodError.self) { try other.image(for: faces.pairs[1]) }
    #expect(hinted.description.contains("; 001.webp lies there, but only PNG"), "\(hinted)")
    #expect(other.findings.map(\.description).joined().contains("1 .webp (001.webp)"))
    let broken = try #require(throws: MethodError.self) { try method.image(for: faces.pairs[3]) }
    #expect(broken.ledgerState.rawValue == "not-an-image", "\(broken)")
  }

  @Test func refusesTwoImagesOfOneStemAndFoldersThatAreNotThere() throws {
    let faces = try Faces(count: 1)
    let png = try ImageEncoder.png(faces.face(0))
    try faces.folder.write(png, to: "ours/000.png")
    try faces.folder.write(png, to: "ours/000.jpg")
    #expect(
      throws: MethodError.file(
        .ambiguousStem(directory: faces.path("ours"), stem: "000", files: ["000.jpg", "000.png"]))
    ) { try FolderMethod(name: "m", directory: faces.path("ours"), expecting: ["000"]) }
    #expect(
      throws: MethodError.file(
        .unreadable(path: faces.path("gone"), reason: "no such file or folder"))
    ) { try FolderMethod(name: "m", directory: faces.path("gone"), expecting: ["000"]) }
  }

  @Test func hintsAtLeadingZeros() throws {
    let faces = try Faces(count: 1)
    try faces.folder.write(ImageEncoder.png(faces.face(0)), to: "ours/000028.png")
    let method = try FolderMethod(
      name: "m", directory: faces.path("ours"), expecting: ["28"])
    #expect(
      method.findings.map(\.description) == [
        "1 images are named with other leading zeros, as 000028 for 28; rename them"
      ])
  }
}

@Suite struct SeedPlanTests {
  @Test func agreesWithTheDocumentedFormula() {
    // Python: the state of SplitMix64 is FNV-1a("28000") XOR 42; its first value.
    #expect(SeedPlan(runSeed: 42).seed(for: "28000") == 4027775213587900682)
    #expect(SeedPlan(runSeed: 42).portableSeed(for: "28000") == 468894747)
  }

  @Test func givesEveryIDItsOwn() {
    let plan = SeedPlan(runSeed: 7)
    let seeds = (28000...29999).map { plan.seed(for: "\($0)") }
    #expect(Set(seeds).count == 2000)
    #expect(plan.seed(for: "28000") != SeedPlan(runSeed: 8).seed(for: "28000"))
    #expect((0..<2000).allSatisfy { plan.portableSeed(for: "\($0)") < 1 << 31 })
  }
}

@Suite struct MethodExportTests {
  @Test func whatIsWrittenIsReadAgain() throws {
    let faces = try Faces(count: 3)
    let pairs = faces.pairs + [Pair(id: "blind")]
    let anchor = GroundTruthAnchor(size: 8)
    let result = try MethodExport.write(
      anchor, pairs: pairs, to: faces.path("out"), workers: Workers(count: 2))
    #expect(result.failures == ["blind": .noReference(id: "blind")])
    #expect(result.reused.isEmpty)
    let folder = try FolderMethod(
      name: "f", directory: faces.path("out"), expecting: pairs.map(\.id))
    #expect(folder.missing == ["blind"])
    #expect(folder.times.count == 3)
    for pair in faces.pairs {
      #expect(try folder.image(for: pair) == anchor.image(for: pair))
    }
  }

  @Test func keepsWhatIsThereAndStillFits() throws {
    let faces = try Faces(count: 3)
    func export(_ size: Int, seed: UInt64 = 0) throws -> Set<String> {
      try MethodExport.write(
        GroundTruthAnchor(size: size), pairs: faces.pairs, to: faces.path("out"), seed: seed
      ).reused
    }
    #expect(try export(8) == [])
    #expect(try export(8) == ["000", "001", "002"])
    // A touched image, another condition, another method and another seed are made anew.
    try faces.folder.write(Array("x".utf8), to: "out/001.png")
    #expect(try export(8) == ["000", "002"])
    try faces.folder.write(
      DatasetFiles.contents(of: faces.path("masks/000.png")), to: "masks/002.png")
    #expect(try export(8) == ["000", "001"])
    #expect(try export(16) == [])
    #expect(try export(16, seed: 1) == [])
  }

  @Test func leavesSomebodyElsesImagesAlone() throws {
    let faces = try Faces(count: 2)
    try FileManager.default.createDirectory(
      atPath: faces.path("out"), withIntermediateDirectories: true)
    try faces.folder.write(Array("mine".utf8), to: "out/000.png")
    #expect(throws: MethodError.foreignImages(directory: faces.path("out"), ids: ["000"])) {
      try MethodExport.write(
        GroundTruthAnchor(size: 8), pairs: faces.pairs, to: faces.path("out"))
    }
  }

  @Test func stopsOnRequest() throws {
    let faces = try Faces(count: 2)
    #expect(throws: MethodError.cancelled) {
      try MethodExport.write(
        GroundTruthAnchor(size: 8), pairs: faces.pairs, to: faces.path("out"),
        shouldStop: { true })
    }
  }

  @Test func saysThatItCannotWrite() throws {
    let faces = try Faces(count: 1)
    let error = try #require(throws: MethodError.self) {
      try MethodExport.write(
        BlurredAnchor(size: 8), pairs: faces.pairs, to: faces.path("images/000.png/out"))
    }
    #expect(error.description.contains("cannot be written"))
  }
}
