import Foundation
import Tensors
import TestSupport
import Testing

/// Shards measure by themselves and are joined to what one process would have measured.
@Suite struct ShardTests {
  /// Thirteen pairs, of which one has no result and one a broken one.
  private func faces() throws -> Faces {
    let faces = try Faces(13, side: 32)
    try faces.remove("generated/05.png")
    try faces.write(Array("no picture".utf8), to: "generated/07.png")
    return faces
  }

  private static let table = [
    "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--metrics",
    "mae,psnr,ssim", "--weights", SyntheticWeights.empty, "--quiet",
  ]

  private func measure(_ faces: Faces, _ further: String...) throws {
    try Program.run(Self.table + further, in: faces.path).expectSuccess()
  }

  private func merge(_ faces: Faces, _ further: [String]) throws -> Outcome {
    try Program.run(["merge", "--quiet"] + further, in: faces.path)
  }

  /// Everything that is stored of the only run, without what names it.
  private func rows(_ results: String, of faces: Faces) throws -> [String] {
    let database = try Database(faces.path(results))
    return try database.scores()
      + database.rows("SELECT method, imageID, state, contentHash FROM image ORDER BY 1, 2")
      + database.rows("SELECT method, imageID, state, reason FROM failure ORDER BY 1, 2")
      + database.rows(
        "SELECT imageID, identity, prompt, referenceHash, labelsHash, owner FROM pair ORDER BY 1")
      + database.rows("SELECT method, metric, details FROM setScore ORDER BY 1, 2")
      + database.rows("SELECT key, payload FROM artifact ORDER BY 1")
  }

  /// A report of the only run, without its id.
  private func report(_ results: String, _ format: String, of faces: Faces) throws -> String {
    let id = try Database(faces.path(results)).rows("SELECT id FROM run")[0].dropFirst(4)
      .dropLast()
    let outcome = try faces.run("report", "--format", format, "--results", results)
    outcome.expectSuccess()
    return outcome.output.replacingOccurrences(of: id, with: "RUN")
  }

  /// The example for Slurm, its tasks started by hand, one of them again as an array of one.
  @Test func tasksOfAnArrayAreShards() throws {
    let faces = try faces()
    let script = Fixtures.projectRoot.appendingPathComponent("Examples/arrays/slurm.sh").path
    let settings =
      "TABLE=ddgi.table1 DATASET=folder:reference WEIGHTS=\(SyntheticWeights.empty) "
      + "METHOD=folder:generated SLURM_ARRAY_TASK_STEP=1 "
    let metrics = "sed 's/--shard/--metrics mae,psnr,ssim --quiet --shard/' '\(script)' > job.sh"
    try Program.shell(metrics, in: faces.path).expectSuccess()
    for task in 1...8 {
      // The last runs again by itself.
      let bounds = task < 8 ? (1, 8) : (8, 8)
      let outcome = try Program.shell(
        "export " + settings + "SLURM_ARRAY_TASK_ID=\(task) SLURM_ARRAY_TASK_MIN=\(bounds.0) "
          + "SLURM_ARRAY_TASK_MAX=\(bounds.1) SLURM_ARRAY_TASK_COUNT=\(bounds.1 - bounds.0 + 1) "
          + "; . ./job.sh", in: faces.path)
      outcome.expectSuccess()
    }
    try measure(faces, "--results", "whole")
    try merge(faces, ["Results"]).expectSuccess()
    #expect(try rows("Results", of: faces) == rows("whole", of: faces))
  }

  @Test func tenShardsInAnyOrderAreOneRun() throws {
    let faces = try faces()
    try measure(faces, "--results", "whole")
    // A merge opens no images, so it paints no contact sheet; whatever else a report holds is the same.
    try FileManager.default.removeItem(atPath: faces.path("whole/sheets"))
    var order = (1...10).map { $0 }
    let seed = UInt64.random(in: 0...9999)
    order.shuffle(seed: seed)
    for number in order {
      try measure(faces, "--results", "parts", "--shard", "\(number)/10", "--jobs", "1")
    }
    order.shuffle(seed: seed + 1)
    let files = order.map { "parts/evalkit-shard-\($0)-of-10.sqlite" }
    try merge(faces, files + ["--results", "joined"]).expectSuccess()
    #expect(try rows("joined", of: faces) == rows("whole", of: faces), "seed \(seed)")
    for format in ["markdown", "csv", "json", "latex", "html"] {
      #expect(
        try report("joined", format, of: faces) == report("whole", format, of: faces),
        "seed \(seed)")
    }
    #expect(
      try Database(faces.path("joined")).rows("SELECT status FROM run") == ["status=\"complete\""])
    // The same from the folder, with a shard twice.
    try FileManager.default.copyItem(
      atPath: faces.path(files[0]), toPath: faces.path("copy.sqlite"))
    try merge(faces, ["parts", "copy.sqlite", files[3], "--results", "again"]).expectSuccess()
    #expect(try rows("again", of: faces) == rows("whole", of: faces))
    // A second time nothing is added.
    let twice = try Program.run(["merge", "parts", "--results", "again"], in: faces.path)
    twice.expectSuccess()
    #expect(twice.errors.contains("were joined before"), "\(twice)")
    #expect(try Database(faces.path("again")).count("SELECT count(*) FROM run") == 1)
    #expect(try rows("again", of: faces) == rows("whole", of: faces))
  }

  @Test func gapsAreRefusedWithTheMissingIDs() throws {
    let faces = try faces()
    for number in [1, 3, 4] {
      try measure(faces, "--results", "parts", "--shard", "\(number)/4")
    }
    let outcome = try merge(faces, ["parts"])
    outcome.expectRefusal(6, "3 of 13 pairs were not measured", "shard 2/4: 01, 05, 09\n")
    #expect(!FileManager.default.fileExists(atPath: faces.path("Results/evalkit.sqlite")))
    // A shard that was killed in the middle lacks what it did not reach.
    try measure(faces, "--results", "parts", "--shard", "2/4")
    try Database(file: faces.path("parts/evalkit-shard-4-of-4.sqlite")).execute(
      "DELETE FROM image WHERE imageID = '11'; DELETE FROM pair WHERE imageID = '11'")
    try merge(faces, ["parts"]).expectRefusal(6, "1 of 13 pairs", "shard 4/4: 11\n")
    try merge(faces, ["nowhere"]).expectRefusal(1, "nowhere")
    try merge(faces, ["reference"]).expectRefusal(1, "no database of a shard")
  }

  @Test func aRowWithoutAnImageIsToldByTheWhole() throws {
    let faces = try Faces(4, side: 32)
    try faces.make("empty")
    for number in 1...2 {
      try measure(
        faces, "--method", "theirs=folder:empty", "--results", "parts", "--shard", "\(number)/2")
    }
    let outcome = try merge(faces, ["parts"])
    outcome.expectRefusal(6, "no image of 'theirs' was scored", "empty has no image")
    #expect(outcome.output.contains("| ours"), "\(outcome)")
    let scores = try Database(faces.path("Results")).rows(
      "SELECT n FROM scores WHERE method = 'ours' AND metric = 'mae'")
    #expect(scores == ["n=4"])
  }

  @Test func contradictionsAndOtherRunsAreRefused() throws {
    let faces = try faces()
    for number in [1, 2] { try measure(faces, "--results", "parts", "--shard", "\(number)/2") }
    let file = "parts/evalkit-shard-1-of-2.sqlite"
    try FileManager.default.copyItem(atPath: faces.path(file), toPath: faces.path("copy.sqlite"))
    try Database(file: faces.path("copy.sqlite")).execute(
      "UPDATE score SET value = value + 1e-9 WHERE method = 'ours' AND metric = 'psnr'")
    try merge(faces, ["parts", "copy.sqlite"]).expectRefusal(
      1, "contradicts", "the score of method ours", "metric psnr")
    #expect(try Database(faces.path("Results")).count("SELECT count(*) FROM run") == 0)
    try measure(faces, "--results", "other", "--shard", "2/2", "--seed", "7")
    try merge(faces, [file, "other"]).expectRefusal(5, "not shards of one run", "seed is 7, was 0")
    try measure(faces, "--results", "whole")
    try merge(faces, [file, "whole/evalkit.sqlite"]).expectRefusal(5, "is not a shard")
    for text in ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"] {
      try Program.run(Self.table + ["--shard=\(text)"], in: faces.path).expectRefusal(
        64, "--shard wants i/n")
    }
    try measure(faces, "--results", "many", "--shard", "13/13")
    try Program.run(Self.table + ["--shard", "14/14"], in: faces.path).expectRefusal(
      64, "nothing to measure")
  }

  /// Features, counts and distances of groups are joined too, so that sets score the same.
  @Test func scoresOfSetsAreThoseOfOneRun() throws {
    let faces = try Faces(6, side: 64)
    try faces.make("samples")
    for index in 0..<6 {
      for (sample, folder) in ["reference", "generated"].enumerated() {
        try faces.write(
          faces.bytes(of: "\(folder)/0\(index).png"), to: "samples/0\(index)_s0\(sample).png")
      }
    }
    let table = [
      "table", "sca-dm.diversity", "--dataset", "folder:reference", "--pairs", "12", "--set",
      "lpips_net=squeeze", "--method", "mine=folder:samples", "--metrics", "lpips-diversity,fid",
      "--weights", SyntheticWeights.sets, "--quiet",
    ]
    try Program.run(table + ["--results", "whole"], in: faces.path).expectSuccess()
    for number in 1...2 {
      try Program.run(table + ["--results", "parts", "--shard", "\(number)/2"], in: faces.path)
        .expectSuccess()
    }
    try merge(faces, ["parts", "--results", "joined"]).expectSuccess()
    let whole = try rows("whole", of: faces)
    #expect(whole.contains { $0.contains(#"metric="fid" value="#) && !$0.contains("NULL n") })
    #expect(try rows("joined", of: faces) == whole)
  }

  @Test func shardsMakeTheImagesOfAFolderTogether() throws {
    let faces = try Faces(7, side: 32)
    let generate = [
      "generate", "--dataset", "folder:reference", "--method", "m=builtin:shuffled", "--size", "16",
      "--quiet", "--json",
    ]
    try Program.run(generate + ["--output", "whole"], in: faces.path).expectSuccess()
    for number in 1...3 {
      let json = try Program.run(
        generate + ["--output", "parts", "--shard", "\(number)/3"], in: faces.path
      ).json()
      #expect(json["made"] as? Int == [3, 2, 2][number - 1], "\(json)")
    }
    for index in 0..<7 {
      #expect(
        try faces.bytes(of: "parts/0\(index).png") == faces.bytes(of: "whole/0\(index).png"))
    }
    let again = try Program.run(generate + ["--output", "parts"], in: faces.path).json()
    #expect(again["reused"] as? Int == 7, "\(again)")
  }
}
