import Foundation
import Images
import Testing

/// `baseline` and `gate --baseline`: codes, last lines, JUnit and JSON in every case.
@Suite struct BaselineTests {
  /// Faces scored by MAE and SSIM, frozen as `main`.
  private static func frozen(_ count: Int = 12, _ metrics: String = "mae,ssim") throws -> Faces {
    let faces = try Faces(count, side: 32)
    try faces.score(metrics).expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    return faces
  }

  private static func gate(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(
      ["gate", "--baseline", "main", "--junit", "gate.xml"] + further, in: faces.path)
  }

  /// Draws the images anew with more noise.
  private static func worsen(_ faces: Faces, _ count: Int = 12) throws {
    for index in 0..<count {
      let face = Faces.face(seed: UInt64(index), side: 32)
      let noisy = Faces.noisy(
        Faces.noisy(face, seed: UInt64(2000 + index)), seed: UInt64(3000 + index))
      try faces.write(ImageEncoder.png(noisy), to: "generated/\(Faces.id(index)).png")
    }
  }

  @Test func aBaselineIsReadableAndItsBytesRepeat() throws {
    let faces = try Self.frozen()
    let document = try faces.bytes(of: "Results/baselines/main.json")
    let images = try faces.bytes(of: "Results/baselines/main.images.tsv")
    try faces.run("baseline", "set", "main", "--jobs", "1").expectSuccess()
    #expect(try faces.bytes(of: "Results/baselines/main.json") == document)
    #expect(try faces.bytes(of: "Results/baselines/main.images.tsv") == images)
    let lines = String(decoding: images, as: UTF8.self).split(separator: "\n")
    #expect(lines[0] == "method\timage\tmae\tssim" && lines.count == 13)
    let list = try faces.run("baseline", "list")
    list.expectSuccess()
    #expect(list.output.hasPrefix("main: run "))
    let shown = try faces.run("baseline", "show", "main", "--json").json()
    #expect(shown["name"] as? String == "main")
    #expect(try faces.run("baseline", "show", "main").output.contains("  mae 0."))
    // The copy in the database serves where the files are gone.
    try faces.remove("Results/baselines")
    try Self.gate(faces).expectVerdict(0)
    try faces.run("baseline", "delete", "main").expectSuccess()
    try faces.run("baseline", "show", "main").expectRefusal(5, "'main'")
    #expect(try faces.run("baseline", "list").output.contains("no baselines"))
  }

  @Test func againstItselfNothingGotWorse() throws {
    let faces = try Self.frozen()
    let outcome = try Self.gate(faces, "--strict")
    outcome.expectVerdict(0, "Verdict: pass: 2 of 2 checks hold", "equivalent: generated: mae")
    try Self.expectAgreement(faces, outcome)
  }

  @Test func aRegressionIsFoundAndAnImprovementPasses() throws {
    let faces = try Self.frozen()
    try Self.worsen(faces)
    try faces.score("mae,ssim").expectSuccess()
    let worse = try Self.gate(faces)
    worse.expectVerdict(2, "broken: generated: ssim, generated: mae")
    try Self.expectAgreement(faces, worse)
    try faces.run("baseline", "set", "main").expectSuccess()
    for index in 0..<12 {
      let face = Faces.face(seed: UInt64(index), side: 32)
      try faces.write(
        ImageEncoder.png(Faces.noisy(face, seed: UInt64(4000 + index))),
        to: "generated/\(Faces.id(index)).png")
    }
    try faces.score("mae,ssim").expectSuccess()
    let better = try Self.gate(faces)
    better.expectVerdict(0, "improved: generated: ssim, generated: mae")
    try Self.expectAgreement(faces, better)
  }

  @Test func theAuditTellsTheRateOfFalseAlarms() throws {
    let faces = try Self.frozen()
    try faces.run("gate", "--baseline", "main", "--audit").expectRefusal(6, "nothing to audit")
    try Self.worsen(faces)
    try faces.score("mae,ssim").expectSuccess()
    let audit = try faces.run("gate", "--baseline", "main", "--audit")
    audit.expectSuccess()
    #expect(audit.output.hasPrefix("Audit: ") && audit.output.contains("over 2 metrics of images"))
    #expect(
      try faces.run("gate", "--baseline", "main", "--audit", "--jobs", "1").output == audit.output)
    try faces.run("gate", "--require", "mae<=1", "--audit").expectRefusal(64, "--baseline")
  }

  @Test func tooFewPairsDecideNothing() throws {
    let faces = try Self.frozen(3, "mae")
    try Self.worsen(faces, 3)
    try faces.score("mae").expectSuccess()
    let lenient = try Self.gate(faces)
    lenient.expectVerdict(0, "inconclusive", "more pairs")
    try Self.expectAgreement(faces, lenient)
    let strict = try Self.gate(faces, "--strict")
    strict.expectVerdict(3, "undecided: generated: mae")
    try Self.expectAgreement(faces, strict)
  }

  @Test func otherMeasurementsAreNotCompared() throws {
    let faces = try Self.frozen()
    try faces.score("mae,ssim", "--ssim-variant", "vainf-ssim").expectSuccess()
    let variant = try Self.gate(faces)
    variant.expectVerdict(5, "not comparable: generated: ssim", "variant is vainf-ssim")
    try Self.expectAgreement(faces, variant)
    try faces.write(ImageEncoder.png(Faces.face(seed: 77, side: 32)), to: "reference/00.png")
    try faces.score("mae,ssim").expectSuccess()
    try Self.gate(faces).expectVerdict(5, "Real images")
    try faces.remove("reference/00.png")
    try faces.remove("generated/00.png")
    try faces.score("mae,ssim").expectSuccess()
    try Self.gate(faces).expectVerdict(5, "other pairs")
    try faces.run("gate", "--baseline", "mian").expectRefusal(5, "'mian'", "'main'")
  }

  @Test func runsThatSayNothingAreInvalid() throws {
    let faces = try Self.frozen()
    try faces.score("mae").expectSuccess()
    let missing = try Self.gate(faces)
    missing.expectVerdict(6, "no number for ssim")
    try Self.expectAgreement(faces, missing)
    try faces.write([], to: "generated/03.png")
    try faces.score("mae,ssim").expectSuccess()
    let failed = try Self.gate(faces)
    failed.expectVerdict(6, "1 of 12 images of generated failed")
    try Self.expectAgreement(faces, failed)
    try Self.gate(faces, "--max-failures", "1").expectVerdict(0)
    let database = try Database(faces.path("Results"))
    let first = try database.rows("SELECT id FROM run ORDER BY rowid LIMIT 1")[0]
      .id
    try database.execute(
      "UPDATE run SET created = '2020-01-01T00:00:00.000Z' WHERE id <> '\(first)'")
    let stale = try Self.gate(faces, "--max-failures", "1", "--run", try Self.second(database))
    stale.expectVerdict(6, "stale")
    try Self.expectAgreement(faces, stale)
    try Self.gate(faces, "--run", first, "--max-age", "0").expectVerdict(6, "stale")
    try database.execute("UPDATE run SET status = 'interrupted'")
    try Self.gate(faces, "--run", first).expectVerdict(6, "interrupted")
  }

  private static func second(_ database: Database) throws -> String {
    try database.rows("SELECT id FROM run WHERE created LIKE '2020%' ORDER BY rowid")[0]
      .id
  }

  @Test func repeatedAndCopiedImagesAreCaught() throws {
    let faces = try Self.frozen()
    let copy = try faces.bytes(of: "generated/00.png")
    try faces.write(copy, to: "generated/01.png")
    try faces.write(try faces.bytes(of: "reference/02.png"), to: "generated/02.png")
    try faces.score("mae,ssim").expectSuccess()
    let outcome = try Self.gate(faces)
    outcome.expectVerdict(
      2, "generated: repeated images", "generated: copied images", "2 images have the same pixels")
    try Self.expectAgreement(faces, outcome)
  }

  @Test func gateFilesRule() throws {
    let faces = try Self.frozen()
    try Self.worsen(faces)
    try faces.score("mae,ssim").expectSuccess()
    func gate(_ metrics: String, _ further: String = "") throws -> Outcome {
      try faces.write(Array("title: t\n\(further)metrics: {\(metrics)}\n".utf8), to: "g.yaml")
      return try Self.gate(faces, "--gate", "g.yaml")
    }
    try gate("mae: {direction: lower}").expectVerdict(2, "broken: generated: mae (exit")
    try gate("mae: {direction: lower, margin: {absolute: 0.5}}").expectVerdict(
      0, "within the margin")
    try gate("mae: {direction: lower, limits: {minimum: 0.9}}")
      .expectVerdict(2, "breaks the limit of at least 0.9")
    try gate(
      "mae: {direction: lower, blocking: false}, ssim: {direction: higher, margin: {absolute: 1}}"
    )
    .expectVerdict(0, "broken: generated: mae (not blocking)")
    try gate("fid: {direction: lower}").expectVerdict(6, "no number for fid")
    try gate("fed: {direction: lower}").expectRefusal(64, "'fid'")
    try gate("mae: {direction: higher}").expectRefusal(64, "lower values are better")
    try gate("mae: {direction: lower}", "methods: [ours]\n").expectRefusal(64, "'ours'")
    try faces.run("gate", "--baseline", "main", "--gate", "nightly").expectRefusal(64, "'nightly'")
    try faces.run("gate", "--gate", "g.yaml", "--require", "mae<=1").expectRefusal(64, "--baseline")
    let both = try Program.run(
      ["gate", "--baseline", "main", "--require", "mae<=0.9", "--gate", "g.yaml"], in: faces.path)
    both.expectRefusal(64, "ours")
    try gate("mae: {direction: lower, margin: {absolute: 0.5}}").expectVerdict(0)
    try Self.gate(faces, "--gate", "g.yaml", "--require", "mae<=0.0001")
      .expectVerdict(2, "1 of 2 checks hold")
  }

  @Test func badNamesAndDamagedFilesAreRefused() throws {
    let faces = try Self.frozen()
    try faces.run("baseline", "set", "../main").expectRefusal(64, "'../main'")
    try faces.run("baseline", "delete", "other").expectRefusal(5, "'other'", "main")
    try faces.write(Array("method\timage\tmae\n".utf8), to: "Results/baselines/main.images.tsv")
    try Self.gate(faces).expectRefusal(5, "main.images.tsv")
    try faces.write(Array("{}".utf8), to: "Results/baselines/main.json")
    try Self.gate(faces).expectRefusal(5, "main.json")
    let empty = try Faces(1)
    try empty.run("baseline", "set", "main").expectRefusal(5, "no database")
    #expect(try empty.run("baseline", "list").output.contains("no baselines"))
  }

  /// FID counts only with KID, from the features that the database remembers.
  @Test func setsAreResampledFromWhatIsRemembered() throws {
    let faces = try Faces(8, side: 32)
    func score() throws {
      try Program.run(
        Faces.scoring("fid,kid", weights: SyntheticWeights.inception)
          + ["--fid-dims", "64", "--quiet"], in: faces.path
      ).expectSuccess()
    }
    try score()
    try faces.run("baseline", "set", "main").expectSuccess()
    let itself = try Self.gate(faces)
    itself.expectVerdict(0, "equivalent: generated: fid", "equivalent: generated: kid")
    // The baseline's own replicates serve where its run is gone.
    for index in 0..<8 {
      let face = Faces.face(seed: UInt64(500 + index), side: 32)
      try faces.write(ImageEncoder.png(face), to: "generated/\(Faces.id(index)).png")
    }
    try score()
    let changed = try Self.gate(faces, "--json")
    let checks = try #require(changed.json()["checks"] as? [[String: Any]])
    #expect(checks.count == 2)
    for check in checks {
      let figures = try #require(check["figures"] as? [String: Double])
      #expect(figures["standardError"] ?? 0 > 0 && figures["pairs"] == 8, "\(check)")
    }
    let database = try Database(faces.path("Results"))
    let last = try database.rows("SELECT id FROM run ORDER BY rowid DESC LIMIT 1")[0].id
    try database.execute("DELETE FROM run WHERE id <> '\(last)'")
    #expect(try Self.gate(faces, "--json").output == changed.output)
    try database.execute("DELETE FROM artifact")
    try Self.gate(faces).expectVerdict(5, "no longer in the cache")
  }

  /// An image without a real one of its id has a label map, but is not compared with it.
  @Test func imagesWithoutRealOnesAreNotMissedInTheCache() throws {
    let faces = try Faces(9, side: 64, masks: true)
    try faces.remove("reference/08.png")
    try Program.run(
      Faces.scoring("accuracy,mae", weights: SyntheticWeights.table)
        + ["--masks", "masks", "--max-failures", "1", "--quiet"], in: faces.path
    ).expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    try Self.gate(faces).expectVerdict(0, "accuracy")
  }

  // MARK: Agreement

  /// Code, last line, JUnit and what the database notes say the same.
  private static func expectAgreement(
    _ faces: Faces, _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let junit = String(decoding: try faces.bytes(of: "gate.xml"), as: UTF8.self)
    let broken = junit.components(separatedBy: "<failure").count - 1
    let errors = junit.components(separatedBy: "<error").count - 1
    let skipped = junit.components(separatedBy: "<skipped").count - 1
    switch outcome.code {
    case 2: #expect(broken > 0 && errors == 0, "\(junit)", sourceLocation: sourceLocation)
    case 3: #expect(broken + errors == 0 && skipped > 0, "\(junit)", sourceLocation: sourceLocation)
    case 5, 6: #expect(errors > 0, "\(junit)", sourceLocation: sourceLocation)
    default: #expect(broken + errors == 0, "\(junit)", sourceLocation: sourceLocation)
    }
    let printed = outcome.output.split(separator: "\n")
    let cases = junit.components(separatedBy: "<testcase").count - 1
    #expect(printed.count == cases, "\(outcome)\n\(junit)", sourceLocation: sourceLocation)
    let noted = try Database(faces.path("Results")).rows(
      "SELECT code, outcome FROM verdict ORDER BY id DESC LIMIT 1")
    let word = outcome.errors.split(separator: "\n").last?.dropFirst("Verdict: ".count)
      .prefix { $0 != ":" }
    #expect(
      noted == ["code=\(outcome.code) outcome=\"\(word ?? "")\""], sourceLocation: sourceLocation)
  }
}

extension String {
  /// The value of a row that reads `id="…"`.
  var id: String { String(dropFirst("id=".count)).trimmingCharacters(in: ["\""]) }
}
