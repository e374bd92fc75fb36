import Foundation
import Testing

/// What is remembered has a limit, and forgetting costs nothing but time.
@Suite struct CacheTests {
  private func score(_ faces: Faces, _ metrics: String, _ further: String...) throws -> Outcome {
    let outcome = try Program.run(
      Faces.scoring(metrics, weights: SyntheticWeights.sets) + further, in: faces.path)
    outcome.expectSuccess()
    return outcome
  }

  private func cache(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(["cache"] + further, in: faces.path)
  }

  @Test func theOldestAreForgottenFirst() throws {
    let faces = try Faces(4, side: 64)
    _ = try score(faces, "mae,psnr")
    let database = try Database(faces.path("Results"))
    let all = try database.count("SELECT count(*) FROM artifact")
    let bytes = try database.count("SELECT sum(byteCount) FROM artifact")
    #expect(try cache(faces, "--json").json()["bytes"] as? Int == bytes)
    let doctor = try faces.run("doctor")
    #expect(doctor.output.contains("remembered results"), "\(doctor)")
    // Half of the scores were of no use since long ago.
    try database.execute(
      """
      UPDATE artifactUse SET used = '2020-01-01T00:00:00.000Z' WHERE key IN (
        SELECT key FROM artifact WHERE byteCount = 8 ORDER BY key LIMIT 4)
      """)
    let old = try database.rows("SELECT key FROM artifactUse WHERE used < '2021' ORDER BY key")
    let outcome = try cache(faces, "--limit", "\(bytes - 25)B", "--json")
    outcome.expectSuccess()
    #expect(try outcome.json()["forgotten"] as? Int == 4 && outcome.errors.isEmpty, "\(outcome)")
    let left = try Set(database.rows("SELECT key FROM artifact"))
    #expect(left.count == all - 4 && left.isDisjoint(with: old))
    // A result that is of use again is young again.
    try database.execute("UPDATE artifactUse SET used = '2020-01-01T00:00:00.000Z'")
    _ = try score(faces, "mae,psnr")
    #expect(try database.count("SELECT count(*) FROM artifactUse WHERE used < '2021'") == 0)
  }

  @Test func aLimitedRunScoresTheSameAndSaysWhatItForgot() throws {
    let faces = try Faces(4, side: 64)
    _ = try score(faces, "fid,mae", "--results", "whole")
    let spared = try score(faces, "fid,mae", "--cache-limit", "0.1MB")
    // Eight features are all that scores of sets rest on.
    #expect(!spared.errors.contains("forgotten"), "\(spared)")
    let limited = try score(faces, "fid,mae", "--cache-limit", "10kB")
    #expect(limited.errors.contains("had to be forgotten, of run"), "\(limited)")
    let database = try Database(faces.path("Results"))
    #expect(try database.count("SELECT sum(byteCount) FROM artifact") <= 10_000)
    _ = try score(faces, "fid,mae", "--cache-limit", "0")
    #expect(try database.count("SELECT count(*) FROM artifact") == 0)
    _ = try score(faces, "fid,mae")
    let scores = try Set(database.scores())
    #expect(try scores == Set(Database(faces.path("whole")).scores()))
  }

  @Test func sizesAreReadStrictly() throws {
    let faces = try Faces(1, side: 32)
    _ = try score(faces, "mae")
    for text in ["12 parsecs", "GB", "-1", "1e99", ""] {
      #expect(try cache(faces, "--limit=\(text)").code == 64)
    }
    let before = try Database(faces.path("Results")).count("SELECT count(*) FROM artifact")
    try cache(faces, "--limit", "20").expectRefusal(64, "'20' has no unit; write 20MB or 20GB")
    let scoring = Faces.scoring("mae", weights: SyntheticWeights.sets) + ["--cache-limit", "20"]
    try Program.run(scoring, in: faces.path).expectRefusal(64, "'20' has no unit")
    for text in ["1.5 GB", "20MB", "2GiB", "1 tib"] {
      try cache(faces, "--limit", text).expectSuccess()
    }
    #expect(
      try Database(faces.path("Results")).count("SELECT count(*) FROM artifact") == before)
    let mebibyte = try cache(faces, "--limit", "0.0001MiB", "--json").json()
    #expect(try #require(mebibyte["bytes"] as? Int) <= 104, "\(mebibyte)")
    try cache(faces, "--limit", "0").expectSuccess()
    try cache(faces, "--results", "nowhere").expectRefusal(5, "no database")
  }
}
