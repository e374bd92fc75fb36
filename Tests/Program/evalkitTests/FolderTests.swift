import Foundation
import Testing

/// Folders that do not belong together are told apart, counted and never guessed at.
@Suite struct FolderTests {
  @Test func missingAndSurplusIdsAreCounted() throws {
    let faces = try Faces(5)
    try faces.remove("generated/00.png")
    try faces.remove("reference/04.png")
    let result = try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--metrics", "mae",
      "--weights", SyntheticWeights.empty, "--json")
    result.expectSuccess()
    #expect(result.errors.contains("1 ids of reference have no image in generated"), "\(result)")
    #expect(result.errors.contains("1 ids of generated have no image in reference"), "\(result)")
    let json = try result.json()
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(counts["missing"] == 1 && counts["surplus"] == 1 && counts["paired"] == 3, "\(counts)")
    let failures = try #require(json["failures"] as? [[String: Any]])
    #expect(failures.map { $0["id"] as? String } == ["00"], "\(failures)")
    #expect(failures.map { $0["state"] as? String } == ["missing"], "\(failures)")
    let metrics = try #require(json["metrics"] as? [String: [String: Any]])
    #expect(metrics["mae"]?["n"] as? Int == 3)
  }

  @Test func theOrderAndKindOfFilesDoNotMatter() throws {
    let faces = try Faces(2)
    try faces.write(Array("notes".utf8), to: "generated/README.txt")
    try faces.write([0], to: "generated/.hidden.png")
    try faces.make("generated/folder.png")
    let json = try faces.score("mae", "--json").json()
    #expect((json["counts"] as? [String: Int])?["surplus"] == 0)
    #expect((json["failures"] as? [Any])?.isEmpty == true)
  }

  @Test func foldersWithoutACommonIdAreAnInvalidRun() throws {
    let faces = try Faces(1)
    try FileManager.default.moveItem(
      atPath: faces.path("generated/00.png"), toPath: faces.path("generated/0.png"))
    try faces.score("mae").expectRefusal(6, "no id occurs in both folders", "'00'", "'0'")
  }

  @Test func missingAndEmptyFoldersAreNamed() throws {
    let faces = try Faces(1)
    try faces.make("empty")
    func score(_ reference: String, _ generated: String, _ further: String...) throws -> Outcome {
      try Program.run(
        [
          "score", "--reference", reference, "--generated", generated, "--metrics", "mae",
          "--weights", SyntheticWeights.empty, "--quiet",
        ] + further, in: faces.path)
    }
    try score("nowhere", "generated").expectRefusal(1, "nowhere", "no such file or folder")
    try score("reference", "nowhere").expectRefusal(1, "nowhere", "no such file or folder")
    try score("reference/00.png", "generated").expectRefusal(1, "reference/00.png")
    try score("empty", "generated").expectRefusal(6, "empty has no images")
    try score("reference", "empty").expectRefusal(6, "empty has no images")
    try score("reference", "generated", "--masks", "nowhere").expectRefusal(1, "nowhere")
  }

  @Test func devicesAndOddNamesDoNoHarm() throws {
    let faces = try Faces(5)
    for (index, target) in ["/dev/zero", "nowhere", "00.png"].enumerated() {
      let path = faces.path("generated/\(Faces.id(index)).png")
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
    #expect(mkfifo(faces.path("generated/pipe.png"), 0o600) == 0)
    try faces.write(try faces.bytes(of: "generated/04.png"), to: "generated/ü ß.png")
    let result = try faces.score("mae", "--json")
    result.expectSuccess()
    let json = try result.json()
    let failures = try #require(json["failures"] as? [[String: Any]])
    #expect(
      failures.map { $0["state"] as? String } == [
        "unreadable", "missing", "unreadable", "unreadable",
      ], "\(failures)")
    #expect((json["counts"] as? [String: Int])?["paired"] == 2)
    try faces.write([], to: "generated/a\nb.png")
    try faces.score("mae").expectRefusal(1, "a\\nb", "control character")
  }

  @Test func twoFilesOfOneIdAreRefused() throws {
    let faces = try Faces(1)
    try faces.write([1], to: "generated/00.jpg")
    try faces.score("mae").expectRefusal(1, "more than one image named", "00.jpg", "00.png")
  }

  /// Folders that were copied from macOS spell accents apart.
  @Test func spellingsOfAnAccentAreOneId() throws {
    let faces = try Faces(1, side: 32)
    for (folder, name) in [("reference", "caf\u{E9}"), ("generated", "cafe\u{301}")] {
      try FileManager.default.moveItem(
        atPath: faces.path("\(folder)/00.png"), toPath: faces.path("\(folder)/\(name).png"))
    }
    try faces.score("mae").expectSuccess()
    let ids = try Database(faces.path("Results")).rows(
      "SELECT DISTINCT hex(image) AS id FROM scores_per_image")
    #expect(ids == ["id=\"636166C3A9\""])
  }

  @Test func aLimitTakesTheFirstIds() throws {
    let faces = try Faces(4)
    let json = try faces.score("mae", "--limit", "2", "--json").json()
    #expect((json["counts"] as? [String: Int])?["paired"] == 2)
    let ids = try Database(faces.path("Results")).rows(
      "SELECT DISTINCT image FROM scores_per_image ORDER BY 1")
    #expect(ids == ["image=\"00\"", "image=\"01\""])
  }

  @Test func aLimitTakesIdsThatHaveACounterpart() throws {
    let faces = try Faces(6, side: 64)
    for index in 0..<3 { try faces.remove("generated/\(Faces.id(index)).png") }
    let json = try faces.score("mae", "--limit", "2", "--json").json()
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(counts["paired"] == 2 && counts["failed"] == 0 && counts["missing"] == 0, "\(counts)")
    let ids = try Database(faces.path("Results")).rows(
      "SELECT DISTINCT image FROM scores_per_image ORDER BY 1")
    #expect(ids == ["image=\"03\"", "image=\"04\""])
    // With fewer counterparts than that, the others show what is missing.
    let more = try faces.score("mae", "--limit", "4", "--json", "--results", "More").json()
    let more4 = try #require(more["counts"] as? [String: Int])
    #expect(more4["paired"] == 3 && more4["missing"] == 1 && more4["failed"] == 1, "\(more4)")
  }

  @Test func aMethodWithoutAnImageIsAnInvalidRun() throws {
    let faces = try Faces(3, side: 64)
    try faces.make("empty")
    try faces.make("others")
    for index in 0..<3 {
      try faces.write(
        faces.bytes(of: "generated/\(Faces.id(index)).png"), to: "others/\(index).png")
    }
    let outcome = try faces.run(
      "table1", "--dataset", "folder:reference", "--method", "ours=folder:empty", "--method",
      "theirs=folder:others", "--method", "sound=folder:generated", "--metrics", "mae", "--weights",
      SyntheticWeights.empty, "--quiet")
    outcome.expectRefusal(
      6, "no image of 'ours' was scored", "empty holds no images",
      "no image of 'theirs' was scored",
      "it has '0', the pairs have '00'", "leading zeros")
    #expect(!outcome.errors.contains("'sound'"), "\(outcome)")
    #expect(outcome.output.contains("| sound"), "\(outcome)")
    // What is printed names the run; the file does not.
    let printed = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("| run |") }
    #expect(
      try String(decoding: faces.bytes(of: "Reports/table1.md"), as: UTF8.self)
        .split(separator: "\n") == printed, "\(outcome)")
    let database = try Database(faces.path("Results"))
    let scored = try database.rows(
      "SELECT n FROM scores WHERE method IN ('sound', 'ground-truth') AND value IS NOT NULL")
    #expect(scored == ["n=3", "n=3"], "\(scored)")
    #expect(try database.rows("SELECT status FROM run") == ["status=\"failed\""])
    // Somebody who mends the folder goes on with the same run.
    try faces.remove("empty")
    try faces.remove("others")
    for name in ["empty", "others"] {
      try FileManager.default.copyItem(
        atPath: faces.path("generated"), toPath: faces.path(name))
    }
    try faces.run(
      "table1", "--dataset", "folder:reference", "--method", "ours=folder:empty", "--method",
      "theirs=folder:others", "--method", "sound=folder:generated", "--metrics", "mae", "--weights",
      SyntheticWeights.empty, "--quiet"
    ).expectSuccess()
    #expect(try database.rows("SELECT status FROM run") == ["status=\"complete\""])
  }

  @Test func datasetsThatCannotBeUsedAreNamed() throws {
    let faces = try Faces(1)
    try faces.make("empty")
    try faces.write(Array("{\"id\": \"a\", \"image\": \"nowhere.png\"}\n".utf8), to: "a.jsonl")
    try faces.write(Array("{\"id\": \"a\", \"imag\": \"x\"}\n".utf8), to: "b.jsonl")
    try faces.write(Array("{\"id\"\n".utf8), to: "c.jsonl")
    for (dataset, part) in [
      ("folder:nowhere", "nowhere"), ("folder:empty", "empty"), ("pairs:nowhere.jsonl", "nowhere"),
      ("pairs:a.jsonl", "a.jsonl:1: the image"), ("pairs:b.jsonl", "'image'"),
      ("pairs:c.jsonl", "c.jsonl:1"), ("celebamask-hq:empty", "empty"),
    ] {
      try faces.run(
        "table1", "--dataset", dataset, "--metrics", "mae", "--weights", SyntheticWeights.empty,
        "--quiet"
      ).expectRefusal(1, part)
    }
  }

  @Test func aTableReportsMissingAndSurplusImagesOfAMethod() throws {
    let faces = try Faces(4, masks: true)
    try faces.remove("generated/01.png")
    try faces.write(try faces.bytes(of: "generated/00.png"), to: "generated/zz.png")
    let result = try faces.run(
      "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
      "mae", "--weights", SyntheticWeights.empty)
    result.expectSuccess()
    #expect(result.errors.contains("ours: 1 images are missing"), "\(result)")
    #expect(result.errors.contains("ours: 1 images belong to no pair"), "\(result)")
    let rows = try Database(faces.path("Results")).rows(
      "SELECT method, imageID AS id, state FROM failure")
    #expect(rows == ["method=\"ours\" id=\"01\" state=\"missing\""])
  }
}
