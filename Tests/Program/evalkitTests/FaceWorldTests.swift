import Foundation
import TestSupport
import Testing

/// `evalkit faces` and `--dataset synthetic` as a user runs them.
@Suite struct FaceWorldTests {
  @Test func showsTheWorld() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      ["faces", "--count", "4", "--size", "64", "--sheet", "out/s.jpg", "--report", "out/r.md"],
      in: folder.url.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("| skin | 100 |"))
    #expect(outcome.output.contains("evalkit faces --count 4 --size 64"))
    #expect(try String(contentsOfFile: folder.path("out/r.md"), encoding: .utf8) == outcome.output)
    #expect(FileManager.default.fileExists(atPath: folder.path("out/s.jpg")))
  }

  /// The pairs are drawn at the size that the protocol compares label maps at.
  @Test func isADatasetOfTheTable() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      [
        "table1", "--dataset", "synthetic", "--pairs", "3", "--metrics", "mae", "--weights",
        SyntheticWeights.empty, "--json",
      ], in: folder.url.path)
    outcome.expectSuccess()
    // Built-in methods compete, anchors do not.
    let rows = try #require(try outcome.json()["rows"] as? [[String: Any]])
    let measured = rows.suffix(7).map { row in
      "\(row["section"] ?? "")/\(row["method"] ?? "")/\(row["kind"] ?? "")"
    }
    let anchors = "Anchors: a floor and a ceiling for every column"
    #expect(
      measured == [
        "Measured here/paint/method", "Measured here/retrieve/method",
        "Measured here/denoise/method",
        "\(anchors)/ground-truth/anchor", "\(anchors)/shuffled/anchor",
        "\(anchors)/mean-face/anchor", "\(anchors)/blurred/anchor",
      ])
    let masks = folder.path("Results/datasets/synthetic-1-test-0-512/masks")
    #expect(try FileManager.default.contentsOfDirectory(atPath: masks).count == 3)
  }

  @Test func aMethodOfOnesOwnStandsForTheBuiltInOnes() throws {
    let folder = try TemporaryFolder()
    try Program.run(
      [
        "generate", "--dataset", "synthetic", "--limit", "2", "--method", "m=builtin:paint",
        "--output", "painted", "--quiet",
      ], in: folder.url.path
    ).expectSuccess()
    try Program.run(
      [
        "table1", "--pairs", "2", "--metrics", "mae", "--weights", SyntheticWeights.empty,
        "--method", "mine=folder:painted", "--method", "again=builtin:paint", "--quiet",
      ], in: folder.url.path
    ).expectSuccess()
    let scores = try Database(folder.path("Results")).rows(
      "SELECT method, n FROM scores WHERE method NOT LIKE '%-%' ORDER BY 1")
    #expect(
      scores == [
        #"method="again" n=2"#, #"method="blurred" n=2"#, #"method="mine" n=2"#,
        #"method="shuffled" n=2"#,
      ])
  }

  /// Edits of drawn faces are known, so a table of edits has all that it needs but weights.
  @Test func hasTheEditsOfATableOfEdits() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      [
        "table", "diffusionclip.table3", "--pairs", "2", "--weights", SyntheticWeights.table,
        "--no-progress",
      ], in: folder.url.path)
    outcome.expectSuccess()
    // The protocol's own systems have no networks there, which is no reason to measure nothing.
    #expect(outcome.errors.contains("latent-optimization is left out: "), "\(outcome)")
    let scores = try Database(folder.path("Results")).rows(
      """
      SELECT method, n, value = 1 AS same FROM scores WHERE metric = 'segmentation-consistency'
      AND method IN ('true-edit', 'paint') ORDER BY 1
      """)
    #expect(
      scores == [#"method="paint" n=2 same=0"#, #"method="true-edit" n=2 same=0"#], "\(outcome)")
  }

  @Test func comparesWithATable() throws {
    let folder = try TemporaryFolder()
    let table = Fixtures.projectRoot.appending(path: "Tests/Data/FacesTests/Goldens/real_masks.tsv")
      .path
    let outcome = try Program.run(
      ["faces", "--count", "2", "--size", "64", "--real", table, "--save-table", "again.tsv"],
      in: folder.url.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("200 real ones"))
    let again = try String(contentsOfFile: folder.path("again.tsv"), encoding: .utf8)
    #expect(try again == String(contentsOfFile: table, encoding: .utf8))
  }

  @Test func refusesWhatCannotBe() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    try Program.run(["faces", "--size", "63"], in: path).expectRefusal(64, "from 64 to 1024")
    try Program.run(["faces", "--count", "0"], in: path).expectRefusal(64, "from 1 to")
    try Program.run(["faces", "--world", "tset"], in: path).expectRefusal(64, "'test'")
    try Program.run(["faces", "--save-table", "again.tsv"], in: path).expectRefusal(64, "--real")
    try folder.write(Array("no table".utf8), to: "none.tsv")
    try Program.run(["faces", "--real", "none.tsv"], in: path).expectRefusal(1, "line 1")
  }
}
