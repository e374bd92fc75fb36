import Foundation
import TestSupport
import Testing

/// Every protocol runs through with whatever weights there are.
@Suite struct EveryTableTests {
  /// Columns that the seeded weights can measure: without FID's, CLIP's and AlexNet's.
  private static let measured: [String: [String]] = [
    "collaborative.table1": ["accuracy"], "collaborative.table2": ["accuracy"],
    "ddgi.table1": ["accuracy", "id", "miou", "ms-ssim"], "ddgi.table2": ["accuracy", "id"],
    "diffusionclip.table1": ["mae", "ssim"],
    "diffusionclip.table3": ["id", "segmentation-consistency"],
    "sca-dm.table1": ["accuracy", "miou", "ssim"], "sca-dm.figure8": ["time"],
  ]

  private func run(_ id: String, _ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(
      [
        "table", id, "--dataset", "folder:reference", "--pairs", "2", "--weights",
        SyntheticWeights.table, "--quiet",
      ] + further, in: faces.path)
  }

  @Test(arguments: measured.keys.sorted())
  func columnsWithoutWeightsAreMarked(id: String) throws {
    let faces = try Faces(3, masks: true)
    // The protocols compare label maps at 512.
    for index in 0..<3 {
      try faces.write(Faces.mask(side: 512), to: "masks/\(Faces.id(index)).png")
    }
    let outcome = try run(id, faces)
    outcome.expectSuccess()
    let metrics = try Database(faces.path("Results")).rows(
      "SELECT DISTINCT metric FROM scores ORDER BY 1")
    #expect(metrics == Self.measured[id]?.map { "metric=\"\($0)\"" }, "\(outcome)")
    let hasFID = id != "diffusionclip.table1" && id != "diffusionclip.table3"
    #expect(
      outcome.output.contains("not run: needs pt\\_inception-2015-12-05-6726825d.pth") == hasFID,
      "\(outcome)")
  }

  @Test(arguments: ["sca-dm.diversity", "sdg.table1", "sdg.table2", "sdg.table3"])
  func aTableWithoutAnyColumnIsNoResult(id: String) throws {
    try run(id, Faces(2, side: 32)).expectRefusal(6, "no column can be measured", "needs alex")
  }

  @Test(arguments: ["collaborative.user-study", "diffusionclip.table2"])
  func whatPeopleSaidIsPrintedAsPublished(id: String) throws {
    let faces = try Faces(0)
    let outcome = try run(id, faces)
    outcome.expectSuccess()
    #expect(outcome.output.contains("not run: needs the answers of people"), "\(outcome)")
    #expect(outcome.output.contains(id == "diffusionclip.table2" ? "(77.97)" : "(84.37)"))
  }

  @Test func severalImagesOfOneConditionAreAGroup() throws {
    let faces = try Faces(2, side: 64)
    try faces.make("samples")
    for (name, source) in [
      ("00_s00", "reference/00"), ("00_s01", "generated/00"), ("01_s00", "reference/01"),
      ("01_s01", "reference/01"),
    ] { try faces.write(faces.bytes(of: "\(source).png"), to: "samples/\(name).png") }
    try Program.run(
      [
        "table", "sca-dm.diversity", "--dataset", "folder:reference", "--pairs", "4", "--set",
        "lpips_net=squeeze", "--method", "mine=folder:samples", "--weights",
        SyntheticWeights.distances, "--quiet",
      ], in: faces.path
    ).expectSuccess()
    let scores = try Database(faces.path("Results")).rows(
      "SELECT method, n, value = 0 AS zero FROM scores WHERE metric = 'lpips-diversity' ORDER BY 1")
    // Copies of one photo do not differ; of my two masks one has two images.
    #expect(scores.contains(#"method="ground-truth" n=4 zero=1"#), "\(scores)")
    #expect(scores.contains(#"method="mine" n=4 zero=0"#), "\(scores)")
  }

  @Test func howManyImagesAConditionHasCanBeSet() throws {
    let faces = try Faces(6, side: 64)
    func table(_ dataset: String, _ samples: String, pairs: String = "6") throws -> Outcome {
      try faces.run(
        "table", "sca-dm.diversity", "--dataset", dataset, "--pairs", pairs, "--set",
        "samples=\(samples)", "--metrics", "mae", "--weights", SyntheticWeights.empty)
    }
    let outcome = try table("folder:reference", "3")
    outcome.expectSuccess()
    // Six images are two conditions' with three each; the report says what was set.
    #expect(outcome.output.contains("| `samples` | `3` | `2` |"), "\(outcome)")
    let groups = try Database(faces.path("Results")).rows(
      "SELECT groupName AS name, count(*) AS n FROM pair GROUP BY 1 ORDER BY 1")
    #expect(groups == [#"name="00" n=3"#, #"name="01" n=3"#])
    try table("folder:reference", "0").expectRefusal(64, "samples")
    try faces.run(
      "pairs", "--dataset", "folder:reference", "--require", "nothing", "--samples", "2",
      "--output", "groups.jsonl"
    ).expectSuccess()
    try table("pairs:groups.jsonl", "3").expectRefusal(64, "samples=3", "groups already")
    try table("pairs:groups.jsonl", "2").expectSuccess()
  }

  @Test func realImagesOfTheWholeSplitCountForFID() throws {
    let faces = try Faces(6, side: 64)
    func counts(_ further: String...) throws -> [String] {
      try Program.run(
        [
          "table", "sca-dm.table1", "--dataset", "folder:reference", "--pairs", "3", "--metrics",
          "fid", "--weights", SyntheticWeights.inception, "--quiet",
        ] + further, in: faces.path
      ).expectSuccess()
      return try Database(faces.path("Results")).rows(
        "SELECT DISTINCT generatedCount AS n, referenceCount AS real FROM setScore ORDER BY 1")
    }
    #expect(try counts() == ["n=3 real=6"])
    try faces.remove("Results")
    #expect(try counts("--set", "fid_ref=gt_same_ids") == ["n=3 real=3"])
    try faces.run(
      "table", "sca-dm.table1", "--dataset", "folder:reference", "--set", "fid_ref=train",
      "--weights",
      SyntheticWeights.empty
    ).expectRefusal(64, "fid_ref", "train")
    try faces.run(
      "table", "sca-dm.table1", "--set", "fid_reff=test"
    ).expectRefusal(64, "fid_ref")
    try faces.run("table", "sca-dm.table1", "--set", "fid_ref").expectRefusal(64, "SWITCH=VALUE")
  }

  @Test func theListSaysWhatIsMissingHere() throws {
    let faces = try Faces(0)
    let outcome = try faces.run("protocols", "list", "--weights", SyntheticWeights.table)
    outcome.expectSuccess()
    #expect(outcome.output.contains("fid needs pt_inception-2015-12-05-6726825d.pth"))
    #expect(outcome.output.contains("clip needs ViT-B-32.pt"))
    #expect(outcome.output.contains("retrieval needs RN50x16.pt"))
    #expect(outcome.output.contains("give FFHQ"))
    let json = try faces.run("protocols", "list", "--json")
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(list.count == 14)
    // Without any weights folder every network's file is missing.
    let first = try #require(list.first { $0["id"] as? String == "ddgi.table1" })
    #expect((first["missing"] as? [String])?.count == 5, "\(first)")
  }
}
