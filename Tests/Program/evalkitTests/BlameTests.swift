import Foundation
import Images
import Tensors
import Testing

/// `blame`, and the images that are nearly another one.
@Suite struct BlameTests {
  /// One image of twelve is spoiled; it alone is to blame.
  private static func spoiled(_ metrics: [String], masks: Bool = false) throws -> Faces {
    let faces = try Faces(12, side: 64, masks: masks)
    try score(faces, metrics, masks: masks)
    try faces.run("baseline", "set", "main").expectSuccess()
    let black = Raster(
      width: 64, height: 64, channels: 3, samples: [UInt8](repeating: 3, count: 64 * 64 * 3))
    try faces.write(ImageEncoder.png(black), to: "generated/07.png")
    try score(faces, metrics, masks: masks)
    return faces
  }

  private static func score(_ faces: Faces, _ metrics: [String], masks: Bool = false) throws {
    let weights =
      masks
      ? SyntheticWeights.table
      : metrics.contains("fid") ? SyntheticWeights.inception : SyntheticWeights.empty
    var command =
      Faces.scoring(metrics.joined(separator: ","), weights: weights) + ["--quiet"]
    if metrics.contains("fid") { command += ["--fid-dims", "64"] }
    if masks { command += ["--masks", "masks"] }
    try Program.run(command, in: faces.path).expectSuccess()
  }

  private static func sections(_ faces: Faces, _ arguments: String...) throws -> [[String: Any]] {
    let outcome = try Program.run(["blame", "main", "--json"] + arguments, in: faces.path)
    outcome.expectSuccess()
    return try #require(try outcome.json()["sections"] as? [[String: Any]])
  }

  @Test func theWorstPairsAreNamedWithTheirImages() throws {
    let faces = try Self.spoiled(["mae", "ssim"])
    let sections = try Self.sections(faces, "--metrics", "mae,ssim")
    #expect(sections.map { $0["metric"] as? String } == ["mae", "ssim"])
    for section in sections {
      let images = try #require(section["images"] as? [[String: Any]])
      #expect(images.count == 10 && section["compared"] as? Int == 12)
      #expect(images[0]["id"] as? String == "07", "\(section)")
      let change = try #require(images[0]["change"] as? Double)
      #expect((section["metric"] as? String == "mae") == (change > 0), "\(change)")
      #expect(images.dropFirst().allSatisfy { $0["change"] as? Double == 0 })
      #expect((images[0]["made"] as? String)?.hasSuffix("/generated/07.png") == true)
      #expect((images[0]["real"] as? String)?.hasSuffix("/reference/07.png") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: faces.path("Reports")))
    let page = try faces.run("blame", "main", "--metrics", "mae", "--count", "2")
    page.expectSuccess()
    #expect(page.output.contains("| 07 | ") && page.output.contains("The worst 2 of 12 images."))
    #expect(page.output.contains("<img src=\"../generated/07.png\" width=\"96\" alt=\"\">"))
    #expect(try faces.bytes(of: "Reports/blame.md") == Array(page.output.utf8))
  }

  /// One image of twelve is no proof that a mean moved, so nothing is explained unless asked for.
  @Test func onlyRegressionsAreExplainedUnlessAsked() throws {
    let faces = try Self.spoiled(["mae"])
    #expect(try Self.sections(faces).isEmpty)
    for index in 0..<12 {
      let face = Faces.face(seed: UInt64(900 + index), side: 64)
      try faces.write(ImageEncoder.png(face), to: "generated/\(Faces.id(index)).png")
    }
    try Self.score(faces, ["mae"])
    #expect(try Self.sections(faces).map { $0["metric"] as? String } == ["mae"])
  }

  @Test func influenceOnFIDComesFromRememberedFeatures() throws {
    let faces = try Self.spoiled(["fid", "kid"])
    let section = try #require(try Self.sections(faces, "--metrics", "fid").first)
    let images = try #require(section["images"] as? [[String: Any]])
    #expect(images[0]["id"] as? String == "07", "\(section)")
    let (before, after) = (images[0]["before"] as? Double, images[0]["after"] as? Double)
    #expect(try #require(after) > #require(before))
    #expect((section["notes"] as? [String])?.isEmpty == true)
    // Only a run that is still there tells what its images did.
    let database = try Database(faces.path("Results"))
    try database.execute(
      "DELETE FROM run WHERE id <> (SELECT id FROM run ORDER BY rowid DESC LIMIT 1)")
    let alone = try #require(try Self.sections(faces, "--metrics", "fid").first)
    let first = try #require((alone["images"] as? [[String: Any]])?.first)
    #expect(first["id"] as? String == "07" && first["before"] == nil, "\(alone)")
    #expect(first["after"] as? Double == after)
    #expect((alone["notes"] as? [String])?.count == 1)
    let kid = try #require(try Self.sections(faces, "--metrics", "kid").first)
    #expect((kid["notes"] as? [String])?.first?.contains("see fid") == true)
  }

  @Test func classesThatMovedAreNamed() throws {
    let faces = try Self.spoiled(["miou", "accuracy"], masks: true)
    let sections = try Self.sections(faces, "--metrics", "miou", "--metrics", "accuracy")
    for section in sections {
      let classes = try #require(section["classes"] as? [[String: Any]])
      let names = classes.compactMap { $0["name"] as? String }
      #expect(Set(["background", "skin", "hair"]).isSubset(of: names), "\(names)")
      let changes = classes.map {
        ($0["after"] as? Double ?? 0) - ($0["before"] as? Double ?? 0)
      }
      #expect(changes == changes.sorted() && changes.contains { $0 != 0 }, "\(changes)")
    }
  }

  @Test func refusesWhatCannotBeExplained() throws {
    let faces = try Self.spoiled(["mae"])
    try faces.run("blame", "mian").expectRefusal(5, "'main'")
    try faces.run("blame", "main", "--metrics", "mea").expectRefusal(64, "'mae'")
    try faces.run("blame", "main", "--metrics", "ssim").expectRefusal(5, "ssim")
    try faces.run("blame", "main", "--method", "our").expectRefusal(64, "'our'")
    try faces.run("blame", "main", "--count", "0").expectRefusal(64, "--count")
    try faces.remove("reference/00.png")
    try faces.remove("generated/00.png")
    try faces.score("mae").expectSuccess()
    try faces.run("blame", "main", "--metrics", "mae").expectRefusal(5, "other pairs")
  }

  // MARK: Near duplicates

  /// Twenty-four real faces that differ, as seen by a network's first layers.
  private static func crowd() throws -> Faces {
    let faces = try Faces(24, side: 64)
    try score(faces, ["fid", "kid"])
    return faces
  }

  /// One gray level of one pixel makes another image that nearly is the same.
  private static func touched(_ faces: Faces, _ name: String) throws -> [UInt8] {
    var image = try ImageDecoder.rgb(contentsOf: faces.path(name))
    image.samples[0] ^= 1
    return ImageEncoder.png(image)
  }

  @Test func nearlyRepeatedAndCopiedImagesAreARegression() throws {
    let faces = try Self.crowd()
    try faces.run("baseline", "set", "main").expectSuccess()
    try faces.run("gate", "--baseline", "main").expectVerdict(0)
    try faces.write(try Self.touched(faces, "generated/03.png"), to: "generated/08.png")
    try faces.write(try Self.touched(faces, "reference/05.png"), to: "generated/20.png")
    try Self.score(faces, ["fid", "kid"])
    let outcome = try faces.run("gate", "--baseline", "main")
    outcome.expectVerdict(
      2, "generated: nearly repeated images", "generated: nearly copied images",
      "4 images nearly are another one (03 like 08, 05 like 20, 08 like 03, …), 0 in",
      "2 images nearly are the real image of another pair (08 like 03, 20 like 05), 0 in")
    // Without a baseline they are told, and do not decide.
    let bounds = try faces.run("gate", "--require", "fid<=100000")
    bounds.expectVerdict(0, "nearly repeated images (not blocking)", "20 like 05")
    // What the baseline has too is no change.
    try faces.run("baseline", "set", "main").expectSuccess()
    try faces.run("gate", "--baseline", "main").expectVerdict(0)
  }

  @Test func tooGoodAValueIsCalledSo() throws {
    let faces = try Faces(4, side: 32)
    try faces.score("mae").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    try faces.write(
      Array("title: t\nmetrics: {mae: {direction: lower, limits: {minimum: 0.9}}}\n".utf8),
      to: "g.yaml")
    try faces.run("gate", "--baseline", "main", "--gate", "g.yaml")
      .expectVerdict(2, "the limit of at least 0.9, too good to be true")
  }
}
