import Foundation
import Images
import Testing

/// What a gate may not be talked into: infinite scores, missing images, old and future runs, altered
/// baselines and damaged results.
@Suite struct GateEvidenceTests {
  private static func worsen(_ faces: Faces, _ count: Int) throws {
    for index in 0..<count {
      let face = Faces.face(seed: UInt64(index), side: 32)
      let noisy = Faces.noisy(
        Faces.noisy(face, seed: UInt64(2000 + index)), seed: UInt64(3000 + index))
      try faces.write(ImageEncoder.png(noisy), to: "generated/\(Faces.id(index)).png")
    }
  }

  /// FID on Inception's first tap.
  private static func fid(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(
      Faces.scoring("fid", weights: SyntheticWeights.inception) + ["--fid-dims", "64"] + further,
      in: faces.path)
  }

  // MARK: Infinite scores

  @Test func anInfiniteScoreIsJudged() throws {
    let faces = try Faces(12, side: 32)
    try faces.write(try faces.bytes(of: "reference/00.png"), to: "generated/00.png")
    try faces.score("psnr").expectSuccess()
    let set = try faces.run("baseline", "set", "main")
    set.expectSuccess()
    #expect(set.output.contains("psnr of generated is infinite; later runs"), "\(set)")
    let itself = try faces.run(
      "gate", "--baseline", "main", "--require", "psnr>=20", "--openmetrics", "m.txt", "--json")
    #expect(
      try itself.code == 0 && itself.json()["outcome"] as? String == "pass", "\(itself)")
    let metrics = String(decoding: try faces.bytes(of: "m.txt"), as: UTF8.self)
    #expect(metrics.contains(#"metric="psnr"} +Inf"#), "\(metrics)")
    for format in ["json", "csv", "html", "junit", "latex"] {
      try faces.run("report", "--format", format).expectSuccess()
    }
    try Self.worsen(faces, 12)
    try faces.score("psnr").expectSuccess()
    try faces.run("gate", "--baseline", "main")
      .expectVerdict(2, "broken: generated: psnr", "1 image became finite")
    let compared = try faces.run("history", "psnr", "--json").json()
    #expect((compared["leftOut"] as? [String])?.count == 1, "\(compared)")
  }

  @Test func oneEqualImageHidesNoLoss() throws {
    let faces = try Faces(12, side: 32)
    try faces.score("psnr").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    try Self.worsen(faces, 12)
    try faces.write(try faces.bytes(of: "reference/00.png"), to: "generated/00.png")
    try faces.score("psnr").expectSuccess()
    let outcome = try faces.run("gate", "--baseline", "main")
    outcome.expectVerdict(2, "generated: psnr", "1 image became infinite; without them")
    let blame = try faces.run("blame", "main", "--json").json()
    #expect(blame["sections"] != nil)
  }

  @Test func aBaselineWithoutANumberIsSaid() throws {
    let faces = try Faces(4, side: 32)
    try faces.score("mae,ssim").expectSuccess()
    try Database(faces.path("Results")).execute(
      "UPDATE setScore SET value = NULL, reason = 'not a number' WHERE metric = 'ssim'")
    let set = try faces.run("baseline", "set", "main")
    set.expectSuccess()
    #expect(set.output.contains("ssim of generated is not a number"), "\(set)")
    try faces.score("mae,ssim").expectSuccess()
    try faces.run("gate", "--baseline", "main").expectVerdict(
      5, "not comparable: generated: ssim", "has no number for ssim: not a number")
  }

  @Test func hugeNumbersEndInAVerdict() throws {
    let faces = try Faces(6, side: 32)
    try faces.score("mae,ssim").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    for size in ["1e308", "-1e308"] {
      try faces.score("mae,ssim").expectSuccess()
      try Database(faces.path("Results")).execute(
        """
        UPDATE setScore SET value = \(size), standardError = 1e308
          WHERE runID = (SELECT id FROM run ORDER BY rowid DESC LIMIT 1);
        UPDATE score SET value = (CASE imageID WHEN '00' THEN -1 ELSE 1 END) * \(size)
          WHERE runID = (SELECT id FROM run ORDER BY rowid DESC LIMIT 1);
        """)
      try faces.run("gate", "--baseline", "main").expectVerdict(5, "too large to be compared")
      for format in ["markdown", "json", "html", "latex", "junit", "csv"] {
        try faces.run("report", "--format", format).expectSuccess()
      }
      try faces.run("history").expectSuccess()
      #expect(try faces.run("history", "--json").json()["series"] != nil)
    }
  }

  // MARK: Images that are not there

  @Test func missingImagesAreFound() throws {
    let faces = try Faces(8, side: 32)
    try Self.fid(faces, "--quiet").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    let database = try Database(faces.path("Results"))
    // As if the run had been interrupted at its end: a second call takes it up again.
    try database.execute("UPDATE run SET status = 'interrupted'")
    for index in 4..<8 { try faces.remove("generated/\(Faces.id(index)).png") }
    let score = try Self.fid(faces)
    score.expectSuccess()
    #expect(score.errors.contains("4 ids of reference have no image in generated"), "\(score)")
    #expect(try database.count("SELECT count(*) FROM run") == 1)
    // A run's rows are what its sets rest on.
    #expect(
      try database.rows("SELECT count(*) AS n, min(generatedCount) AS m FROM image, setScore")
        == ["n=4 m=4"])
    try faces.run("gate", "--baseline", "main").expectVerdict(
      6, "4 of 8 images of generated are missing, more than the 0 allowed")
    try faces.run("gate", "--require", "fid<=1000000").expectVerdict(
      6, "4 of 8 images of generated are missing")
    try faces.run("gate", "--require", "fid<=1000000", "--max-failures", "4").expectVerdict(0)
    try Self.fid(faces, "--quiet", "--max-failures", "3").expectRefusal(6, "4 images")
  }

  @Test func foldersOfOtherNamesAreToldApart() throws {
    let faces = try Faces(6, side: 32)
    for index in 0..<6 {
      let image = try faces.bytes(of: "generated/\(Faces.id(index)).png")
      try faces.remove("generated/\(Faces.id(index)).png")
      if index < 4 { try faces.write(image, to: "generated/made\(index).png") }
    }
    try Self.fid(faces, "--quiet").expectSuccess()
    try faces.run("gate", "--require", "fid<=1000000").expectVerdict(
      0, "4 images of generated stand beside 6 real ones of other names")
  }

  // MARK: Age

  @Test func agesAreAskedWithoutABaseline() throws {
    let faces = try Faces(3, side: 32)
    try faces.score("mae").expectSuccess()
    func gate(_ age: String) throws -> Outcome {
      try faces.run("gate", "--require", "mae<=1", "--max-age=\(age)")
    }
    try gate("1").expectVerdict(0)
    for age in ["nan", "-1", "inf", "-0.5"] { try gate(age).expectRefusal(64, "--max-age") }
    let database = try Database(faces.path("Results"))
    try database.execute("UPDATE run SET created = '2020-01-01T00:00:00.000Z'")
    try gate("1").expectVerdict(6, "The run is stale")
    try faces.run("gate", "--require", "mae<=1").expectVerdict(0)
  }

  @Test func aRunOfTheFutureIsNotTheLatestForEver() throws {
    let faces = try Faces(3, side: 32)
    try faces.score("mae").expectSuccess()
    let database = try Database(faces.path("Results"))
    try database.execute("UPDATE run SET created = '2999-01-01T00:00:00.000Z'")
    try faces.run("gate", "--require", "mae<=1")
      .expectVerdict(0, "dated 2999-01-01", "not blocking")
    try faces.run("gate", "--require", "mae<=1", "--max-age", "24")
      .expectVerdict(6, "its age cannot be told")
    try faces.run("baseline", "set", "main").expectRefusal(6, "in the future")
    try faces.score("mae").expectSuccess()
    let last = try database.rows("SELECT id FROM run ORDER BY rowid DESC LIMIT 1")[0].id
    let judged = try faces.run("gate", "--require", "mae<=1", "--max-age", "24", "--json")
    #expect(try judged.json()["run"] as? String == last, "\(judged)")
  }

  // MARK: Baselines

  @Test(arguments: [
    (#"("mae" : \{[^}]*?"value" : )[0-9.e-]+"#, "$1 1e308", "mae of generated is 1e+308"),
    (#"("mae" : \{[^}]*?"value" : )[0-9.e-]+"#, "$1 0.5", "the mean of its images"),
    (#"("count" : )12"#, "$1 -9223372036854775808", "count"),
    (#"("standardError" : )[0-9.e-]+"#, "$1 -1", "standard error"),
    (#"("scored" : )12"#, "$1 3", "lines of 12"),
    (#"("failed" : )0"#, "$1 9223372036854775807", "counts that no images have"),
    (#"("created" : ")[^"]*"#, "$1zzz", "not a date"),
    (#"reduction=mean"#, "reduction=sum", "fingerprint"),
  ])
  func alteredBaselinesAreRefused(pattern: String, replacement: String, part: String) throws {
    let faces = try Faces(12, side: 32)
    try faces.score("mae").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    let path = "Results/baselines/main.json"
    let text = String(decoding: try faces.bytes(of: path), as: UTF8.self)
    let altered = text.replacingOccurrences(
      of: pattern, with: replacement, options: .regularExpression)
    #expect(altered != text, "\(pattern): \(text)")
    try faces.write(Array(altered.utf8), to: path)
    try faces.run("gate", "--baseline", "main").expectRefusal(5, "main.json", part)
    try faces.run("baseline", "show", "main").expectRefusal(5, part)
  }

  @Test func alteredReplicatesAreRefused() throws {
    let faces = try Faces(8, side: 32)
    try Self.fid(faces, "--quiet").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    try faces.run("gate", "--baseline", "main").expectVerdict(0)
    let path = "Results/baselines/main.json"
    let sound = try Self.replicates(try faces.bytes(of: path))
    for altered in [
      [1e308] + sound.dropFirst(), sound.map { _ in 1e308 }, [-1e9] + sound.dropFirst(),
    ] {
      try faces.write(Self.baseline(faces.bytes(of: path), leftOut: altered), to: path)
      try faces.run("gate", "--baseline", "main").expectRefusal(
        5, "fid of generated has replicates")
    }
    try faces.write(
      Self.baseline(faces.bytes(of: path), leftOut: sound, value: 12_345), to: path)
    try faces.run("gate", "--baseline", "main").expectRefusal(5, "with its replicates")
  }

  /// FID's replicates in a baseline's file.
  private static func replicates(_ file: [UInt8]) throws -> [Double] {
    let score = try score(in: file).score
    let replicates = (score["replicates"] as? [String: [String: Any]])?["fid"]
    return try #require(replicates?["leftOut"] as? [Double])
  }

  /// The file with other replicates of FID, and another value.
  private static func baseline(
    _ file: [UInt8], leftOut: [Double], value: Double? = nil
  ) throws -> Data {
    var (document, method, score) = try score(in: file)
    var replicates = try #require(score["replicates"] as? [String: [String: Any]])
    replicates["fid"]?["leftOut"] = leftOut
    score["replicates"] = replicates
    score["value"] = value ?? score["value"]
    method["scores"] = ["fid": score]
    document["methods"] = [method]
    return try JSONSerialization.data(withJSONObject: document)
  }

  private static func score(
    in file: [UInt8]
  ) throws -> (document: [String: Any], method: [String: Any], score: [String: Any]) {
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(file)) as? [String: Any])
    let method = try #require((document["methods"] as? [[String: Any]])?.first)
    return (document, method, try #require((method["scores"] as? [String: [String: Any]])?["fid"]))
  }

  // MARK: Damaged results

  @Test(arguments: [
    "zeroblob(byteCount)", "substr(payload, 1, 128)", "substr(payload, 2) || X'00'",
  ])
  func damagedResultsAreMeasuredAgain(damage: String) throws {
    let faces = try Faces(6, side: 32)
    let sound = try Self.fid(faces, "--json", "--quiet").json()
    let database = try Database(faces.path("Results"))
    try database.execute(
      """
      PRAGMA ignore_check_constraints = 1;
      UPDATE artifact SET payload = CAST(\(damage) AS BLOB)
        WHERE key = (SELECT key FROM artifact ORDER BY byteCount DESC, key LIMIT 1);
      """)
    try faces.run("verify", "--quiet").expectRefusal(6, "differ")
    try faces.run("baseline", "set", "main").expectSuccess()
    let shown = try faces.run("baseline", "show", "main", "--json")
    #expect(shown.output.contains("damaged"), "\(shown)")
    let again = try Self.fid(faces, "--json")
    #expect(again.errors.contains("1 remembered result in"), "\(again)")
    #expect(again.errors.contains("damaged and measured again"), "\(again)")
    let value = { (json: [String: Any]) in
      ((json["metrics"] as? [String: Any])?["fid"] as? [String: Any])?["value"] as? Double
    }
    #expect(try value(again.json()) == value(sound) && value(sound) != nil)
    try faces.run("verify").expectSuccess()
    let quiet = try Self.fid(faces)
    #expect(!quiet.errors.contains("damaged"), "\(quiet)")
  }
}
