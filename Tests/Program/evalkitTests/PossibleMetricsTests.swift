import Foundation
import Images
import Testing

/// What can be measured is; what cannot says why, and ends the run with 6 only where somebody named it.
@Suite struct PossibleMetricsTests {
  private func metrics(_ outcome: Outcome) throws -> [String: [String: Any]] {
    try #require(try outcome.json()["metrics"] as? [String: [String: Any]])
  }

  /// Faces whose generated images are half as large.
  private func shrunken(_ count: Int) throws -> Faces {
    let faces = try Faces(count, side: 64)
    for index in 0..<count {
      try faces.write(
        ImageEncoder.png(Faces.face(seed: UInt64(90 + index), side: 32)),
        to: "generated/\(Faces.id(index)).png")
    }
    return faces
  }

  @Test func imagesOfAnotherSizeHaveFIDAllTheSame() throws {
    let faces = try shrunken(3)
    let arguments = Faces.scoring("fid,ssim,mae", weights: SyntheticWeights.inception)
    let named = try Program.run(
      arguments + ["--fid-dims", "64", "--quiet", "--json"], in: faces.path)
    named.expectRefusal(6, "no value of ssim, mae", "none of 3 images", "32×32")
    let found = try metrics(named)
    #expect(found["fid"]?["value"] is Double && found["fid"]?["n"] as? [Int] == [3, 3], "\(named)")
    #expect(found["ssim"]?["value"] is NSNull && found["ssim"]?["n"] as? Int == 0, "\(named)")
    #expect((try named.json()["failures"] as? [Any])?.isEmpty == true, "\(named)")
    let database = try Database(faces.path("Results"))
    #expect(
      try database.rows("SELECT status FROM run") == ["status=\"failed\""], "no result to rely on")
    #expect(try database.count("SELECT count(*) FROM failure") == 0)

    // The usual metrics are nobody's demand.
    let usual = try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--fid-dims", "64",
      "--weights", SyntheticWeights.inception)
    usual.expectSuccess()
    #expect(usual.output.contains(/fid +[0-9.]+/), "\(usual)")
    #expect(usual.output.contains(/lpips-alex +- +not run: needs alexnet/), "\(usual)")
    #expect(usual.errors.contains("not measured: lpips-alex: needs alexnet"), "\(usual)")
    #expect(usual.output.contains(/psnr +- +not run: none of 3 images/), "\(usual)")
    let verified = try faces.run("verify", "--quiet")
    verified.expectSuccess()
    #expect(verified.output.contains("all agree"), "\(verified)")
  }

  @Test func oneImageOfAnotherSizeFailsAloneAndInEveryColumn() throws {
    let faces = try Faces(4, side: 64)
    try faces.write(
      ImageEncoder.png(Faces.face(seed: 9, side: 32)), to: "generated/01.png")
    let outcome = try Program.run(
      Faces.scoring("ssim,fid", weights: SyntheticWeights.inception)
        + ["--fid-dims", "64", "--quiet", "--json"], in: faces.path)
    outcome.expectSuccess()
    let found = try metrics(outcome)
    #expect(found["ssim"]?["n"] as? Int == 3 && found["fid"]?["n"] as? [Int] == [4, 3])
    try faces.run("verify", "--quiet", "--sample", "1", "--seed", "3").expectSuccess()
  }

  @Test func imagesTooSmallForOneMetricHaveTheOthers() throws {
    let faces = try Faces(2, side: 64)
    let outcome = try faces.score("mae,ms-ssim")
    outcome.expectRefusal(6, "no value of ms-ssim", "at least")
    #expect(outcome.output.contains(/mae +[0-9.]+.*n = 2/), "\(outcome)")
    try faces.score("ms-ssim").expectRefusal(6, "nothing was measured", "at least")
  }

  @Test func everyMissingFileIsNamedAndTheRestMeasured() throws {
    let faces = try Faces(2, side: 64)
    let outcome = try faces.score("lpips-vgg,mae,kid,fid")
    outcome.expectRefusal(6, "lpips-vgg: needs vgg16", "kid, fid: needs pt_inception")
    #expect(outcome.output.contains(/mae +[0-9.]+.*n = 2/), "\(outcome)")
    let stored = try Database(faces.path("Results")).rows("SELECT metric, n FROM scores")
    #expect(stored == ["metric=\"mae\" n=2"])
    try faces.score("lpips-vgg,fid").expectRefusal(
      6, "nothing can be measured", "lpips-vgg: needs vgg16", "fid: needs pt_inception")
  }

  @Test func labelMapsNeedNoRealImages() throws {
    let faces = try Faces(3, side: 64, masks: true)
    func score(_ metrics: String, _ further: String...) throws -> Outcome {
      try Program.run(
        [
          "score", "--generated", "generated", "--metrics", metrics, "--weights",
          SyntheticWeights.table, "--quiet", "--json",
        ] + further, in: faces.path)
    }
    let alone = try score("accuracy,miou", "--masks", "masks")
    alone.expectSuccess()
    let verified = try faces.run("verify", "--quiet")
    verified.expectSuccess()
    #expect(verified.output.contains("scores of sets: none compared") == false, "\(verified)")
    let beside = try score("accuracy,miou", "--masks", "masks", "--reference", "reference")
    for metric in ["accuracy", "miou"] {
      let value = try #require(try metrics(alone)[metric]?["value"] as? Double)
      #expect(try metrics(beside)[metric]?["value"] as? Double == value)
      #expect(try metrics(alone)[metric]?["n"] as? Int == 3)
    }
    try score("accuracy").expectRefusal(64, "accuracy: needs --masks")
    let mixed = try score("accuracy,mae", "--masks", "masks")
    mixed.expectRefusal(6, "no value of mae: needs --reference")
    #expect(try metrics(mixed)["accuracy"]?["value"] is Double)

    try faces.write(faces.bytes(of: "masks/00.png"), to: "masks/x.png")
    for index in 0..<3 { try faces.remove("masks/\(Faces.id(index)).png") }
    let strangers = try score("accuracy,mae", "--masks", "masks", "--reference", "reference")
    strangers.expectRefusal(
      6, "no value of accuracy: --masks masks names none of the images", "'x'")
    #expect(try metrics(strangers)["mae"]?["n"] as? Int == 3)
  }

  @Test func setsOfOtherNamesAreComparedAllTheSame() throws {
    let faces = try Faces(2, side: 64)
    for index in 0..<2 {
      try FileManager.default.moveItem(
        atPath: faces.path("generated/\(Faces.id(index)).png"),
        toPath: faces.path("generated/x\(index).png"))
    }
    let outcome = try Program.run(
      Faces.scoring("fid,mae", weights: SyntheticWeights.inception)
        + ["--fid-dims", "64", "--quiet", "--json"], in: faces.path)
    outcome.expectRefusal(6, "no value of mae: no id occurs in both folders", "'00'", "'x0'")
    #expect(try metrics(outcome)["fid"]?["n"] as? [Int] == [2, 2], "\(outcome)")
  }

  @Test func aTableWithoutLabelMapsHasItsOtherColumns() throws {
    let faces = try Faces(3, side: 64)
    func table(_ further: String...) throws -> Outcome {
      try Program.run(
        [
          "table1", "--dataset", "folder:reference", "--weights", SyntheticWeights.table, "--quiet",
        ] + further, in: faces.path)
    }
    let outcome = try table()
    outcome.expectSuccess()
    let database = try Database(faces.path("Results"))
    let columns = "SELECT DISTINCT metric FROM scores WHERE method = 'ground-truth' ORDER BY 1"
    #expect(try database.rows(columns) == ["metric=\"id\"", "metric=\"ms-ssim\""])
    #expect(outcome.output.contains("not run: folder:reference has no label maps"), "\(outcome)")
    let named = try table("--metrics", "accuracy,mae", "--results", "Named")
    named.expectRefusal(6, "no value of accuracy: folder:reference has no label maps")
    #expect(
      try Database(faces.path("Named")).rows(columns) == ["metric=\"mae\""], "the rest is measured")
    #expect(named.output.contains("ground-truth"), "\(named)")
    try table("--metrics", "accuracy,miou").expectRefusal(
      6, "no column can be measured: accuracy, miou: folder:reference has no label maps")
    let plan = try faces.run(
      "plan", "--dataset", "folder:reference", "--weights", SyntheticWeights.table)
    plan.expectSuccess()
    #expect(plan.output.contains("not measured: accuracy: folder:reference has no label maps"))
  }

  @Test func pairsWithoutRealImagesHaveWhatNeedsNone() throws {
    let faces = try Faces(2, side: 64, masks: true)
    let lines = (0..<2).map { #"{"id": "\#(Faces.id($0))", "mask": "masks/\#(Faces.id($0)).png"}"# }
    try faces.write(Array(lines.joined(separator: "\n").utf8), to: "pairs.jsonl")
    let arguments = [
      "--dataset", "pairs:pairs.jsonl", "--method", "ours=folder:generated", "--weights", "compact",
    ]
    let outcome = try Program.run(["table1"] + arguments, in: faces.path)
    outcome.expectSuccess()
    #expect(outcome.errors.contains("shuffled is left out: builtin:shuffled needs"), "\(outcome)")
    let columns = try Database(faces.path("Results")).rows(
      "SELECT metric, n FROM scores WHERE method = 'ours' AND value IS NOT NULL ORDER BY 1")
    #expect(columns == ["metric=\"accuracy\" n=2", "metric=\"miou\" n=2"])
    #expect(outcome.output.contains("not run: pairs:pairs.jsonl has no real images"), "\(outcome)")
    try Program.run(["plan"] + arguments, in: faces.path).expectSuccess()
    try faces.run("verify", "--quiet").expectSuccess()
  }

  @Test func notesStandBesideTheNumbers() throws {
    let faces = try Faces(2, side: 64)
    let outcome = try Program.run(
      Faces.scoring("lpips-alex,lpips-vgg,lpips-squeeze", weights: "compact") + ["--quiet"],
      in: faces.path)
    outcome.expectSuccess()
    #expect(outcome.output.contains("note: Compact suite, synthetic faces"), "\(outcome)")
    for (title, trunk) in [("VGG16", "vgg16"), ("SqueezeNet", "squeezenet1_1")] {
      let note = "note: LPIPS (\(title)) is lpips-compact-alexnet"
      #expect(outcome.output.contains(note), "\(outcome)")
      #expect(outcome.output.contains("in place of lpips-\(trunk)."), "\(outcome)")
    }
    #expect(outcome.output.components(separatedBy: "note: ").count == 4, "\(outcome)")
    let manifest = """
      roles:
        lpips-vgg: {network: squeezenet1_1, file: '\(SyntheticWeights.place("squeeze.safetensors"))',
          heads: '\(SyntheticWeights.place("heads.safetensors"))'}
      """
    try faces.write(Array(manifest.utf8), to: "weights.yaml")
    let foreign = try Program.run(
      Faces.scoring("lpips-vgg", weights: "weights.yaml") + ["--quiet"], in: faces.path)
    foreign.expectSuccess()
    #expect(
      foreign.output.contains("is lpips-squeezenet1_1 from squeeze.safetensors"), "\(foreign)")
  }
}
