import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Nothing that lies in a folder, a manifest or a file of captions is passed over without a word.
@Suite struct PassedOverTests {
  private func failures(_ outcome: Outcome) throws -> [[String: Any]] {
    try #require(try outcome.json()["failures"] as? [[String: Any]], "\(outcome)")
  }

  /// Renames an image, which then lies there in a format that is not read.
  private func spoil(_ faces: Faces, _ name: String, as other: String) throws {
    try FileManager.default.moveItem(atPath: faces.path(name), toPath: faces.path(other))
  }

  @Test func filesThatAreNotReadAreToldByName() throws {
    let faces = try Faces(5, side: 32)
    try faces.make("generated/more")
    try spoil(faces, "generated/01.png", as: "generated/01.webp")
    try spoil(faces, "generated/02.png", as: "generated/02.bmp")
    try spoil(faces, "generated/03.png", as: "generated/more/03.png")
    let result = try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--metrics", "mae",
      "--weights", SyntheticWeights.empty, "--json")
    result.expectSuccess()
    let sentence =
      "2 files of generated not read, only PNG and JPEG are: 1 .bmp (02.bmp), 1 .webp (01.webp); 1 "
      + "image in sub-folders of generated not read: more/03.png"
    #expect(result.errors.contains("evalkit: \(sentence)\n"), "\(result)")
    #expect(try result.json()["findings"] as? [String] == [sentence])
    let reasons = try failures(result).compactMap { $0["reason"] as? String }
    #expect(
      reasons == [
        "generated has no image of '01'; 01.webp lies there, but only PNG and JPEG are read",
        "generated has no image of '02'; 02.bmp lies there, but only PNG and JPEG are read",
        "generated has no image of '03'; more/03.png lies in a sub-folder, which is not looked into",
      ])
    let table = try faces.run(
      "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "mae", "--weights", SyntheticWeights.empty, "--json")
    table.expectSuccess()
    #expect(table.errors.contains("evalkit: ours: \(sentence)\n"), "\(table)")
    #expect(table.output.contains("ours: \(sentence)"), "\(table)")
  }

  @Test func aFolderOfOtherFormatsIsNamed() throws {
    let faces = try Faces(1, side: 32)
    try spoil(faces, "generated/00.png", as: "generated/00.webp")
    try faces.score("mae").expectRefusal(
      6, "generated has no images to score; 1 file of generated not read", "1 .webp (00.webp)")
  }

  @Test func aFileInPlaceOfAFolderIsNamed() throws {
    let faces = try Faces(1, side: 32)
    func refuse(_ arguments: String...) throws {
      try Program.run(
        arguments + ["--metrics", "mae", "--weights", SyntheticWeights.empty, "--quiet"],
        in: faces.path
      ).expectRefusal(1, "it is a file, not a folder")
    }
    let file = "reference/00.png"
    try refuse("score", "--reference", file, "--generated", "generated")
    try refuse("score", "--reference", "reference", "--generated", file)
    try refuse("score", "--reference", "reference", "--generated", "generated", "--masks", file)
    for dataset in ["folder", "celebamask-hq", "ffhq", "lsun"] {
      try refuse("table1", "--dataset", "\(dataset):\(file)")
    }
    try refuse("table1", "--dataset", "folder:reference", "--method", "ours=folder:\(file)")
  }

  // MARK: Manifests

  /// A manifest of the real images, with their SHA-256.
  private func writeManifest(_ faces: Faces) throws {
    try faces.run(
      "pairs", "--dataset", "folder:reference", "--require", "image", "--output", "p.jsonl",
      "--quiet"
    ).expectSuccess()
  }

  private func table(_ faces: Faces) throws -> Outcome {
    try faces.run(
      "table1", "--dataset", "pairs:p.jsonl", "--method", "ours=folder:generated", "--metrics",
      "mae", "--weights", SyntheticWeights.empty, "--quiet")
  }

  @Test func anImageThatIsNotTheManifestsIsAFailure() throws {
    let faces = try Faces(3, side: 32)
    try writeManifest(faces)
    try table(faces).expectSuccess()
    try faces.write(faces.bytes(of: "reference/00.png"), to: "reference/01.png")
    // Also where an earlier run remembers both pictures.
    try table(faces).expectSuccess()
    let database = try Database(faces.path("Results"))
    let rows = try database.rows(
      "SELECT method, imageID AS id, state FROM failure WHERE method IN ('ours', 'reference') "
        + "ORDER BY method")
    #expect(
      rows == [
        "method=\"ours\" id=\"01\" state=\"bad-reference\"",
        "method=\"reference\" id=\"01\" state=\"wrong-checksum\"",
      ])
    let reasons = try database.rows("SELECT reason FROM failure WHERE method = 'reference'")
    #expect(reasons.allSatisfy { $0.contains("but the pair manifest says") }, "\(reasons)")
    try faces.run(
      "pairs", "--dataset", "pairs:p.jsonl", "--require", "image", "--output", "again.jsonl",
      "--quiet"
    ).expectRefusal(1, "reference/01.png has SHA-256", "restore the file")
    let zeros = try String(decoding: faces.bytes(of: "p.jsonl"), as: UTF8.self)
      .replacing(/[0-9a-f]{64}/, with: String(repeating: "0", count: 64))
    try faces.write(Array(zeros.utf8), to: "p.jsonl")
    let wrong = try table(faces)
    #expect(wrong.code == 6, "\(wrong)")
  }

  @Test func aManifestReachesNothingOutsideItsFolder() throws {
    let faces = try Faces(1, side: 32)
    try faces.make("set")
    func export(_ image: String, _ further: String...) throws -> Outcome {
      try faces.write(Array(#"{"id":"a","image":"\#(image)"}"#.utf8), to: "set/p.jsonl")
      return try Program.run(
        [
          "pairs", "--dataset", "pairs:set/p.jsonl", "--require", "image", "--export", "out",
          "--quiet",
        ] + further, in: faces.path)
    }
    for image in ["/etc/passwd", "../reference/00.png"] {
      try export(image).expectRefusal(1, "set/p.jsonl:1: the image", "--allow-outside")
    }
    try export("/etc/passwd", "--allow-outside").expectRefusal(
      1, "/etc/passwd", "neither PNG nor JPEG")
    #expect(!FileManager.default.fileExists(atPath: faces.path("out/images")))
    try export("../reference/00.png", "--allow-outside").expectSuccess()
  }

  // MARK: Texts and label maps

  @Test func aBlankCaptionIsAFailure() throws {
    let faces = try Faces(3, side: 32)
    let captions = ["a face", "", #" \t "#].enumerated().map { index, text in
      #"{"id":"\#(Faces.id(index))","text":"\#(text)"}"#
    }
    try faces.write(Array(captions.joined(separator: "\n").utf8), to: "captions.jsonl")
    let result = try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--metrics", "clip",
      "--captions", "captions.jsonl", "--weights", "compact", "--json", "--quiet")
    result.expectSuccess()
    let found = try failures(result).map { "\($0["id"] ?? "") \($0["state"] ?? "")" }
    #expect(found == ["01 blank-text", "02 blank-text"], "\(result)")
  }

  @Test func aLabelMapOfOtherProportionsIsAFailure() throws {
    let faces = try Faces(3, side: 32, masks: true)
    let wide = Raster.computed(64, 32, 1) { x, _, _ in x / 32 }
    try faces.write(ImageEncoder.labelMapPNG(wide), to: "masks/01.png")
    for weights in ["compact", SyntheticWeights.table] {
      let result = try faces.run(
        "score", "--reference", "reference", "--generated", "generated", "--metrics", "accuracy",
        "--masks", "masks", "--weights", weights, "--json", "--quiet")
      result.expectSuccess()
      let found = try failures(result)
      #expect(found.map { $0["id"] as? String } == ["01"], "\(result)")
      #expect(found.first?["state"] as? String == "wrong-size")
      let reason = found.first?["reason"] as? String ?? ""
      #expect(reason.contains("masks/01.png is 64×32, which has other proportions"), "\(reason)")
    }
  }
}
