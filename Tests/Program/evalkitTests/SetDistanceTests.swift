import Foundation
import Testing

/// Distances of two sets of features, as a user asks for them.
@Suite struct SetDistanceTests {
  private func score(_ faces: Faces, _ metrics: String, _ further: String...) throws -> Outcome {
    try Program.run(
      [
        "score", "--reference", "reference", "--generated", "generated", "--metrics", metrics,
        "--fid-dims", "64", "--weights", SyntheticWeights.inception, "--quiet",
      ] + further, in: faces.path)
  }

  private func metrics(_ outcome: Outcome) throws -> [String: [String: Any]] {
    try #require(outcome.json()["metrics"] as? [String: [String: Any]])
  }

  @Test func allComeFromOnePassAndDependOnNoThread() throws {
    let faces = try Faces(5, side: 64)
    let all = "fid,kid,fid-infinity"
    let found = try metrics(score(faces, all, "--json", "--jobs", "1"))
    let again = try metrics(score(faces, all, "--json", "--jobs", "3", "--no-cache"))
    for name in ["fid", "kid", "fid-infinity"] {
      let entry = try #require(found[name])
      #expect(entry["n"] as? [Int] == [5, 5] && entry["dims"] as? Int == 64, "\(entry)")
      #expect(entry["value"] as? Double == again[name]?["value"] as? Double, "\(name)")
    }
    let fingerprints = Set(found.values.compactMap { $0["fingerprint"] as? String })
    #expect(fingerprints.count == 3)
    let line = try #require(found["fid-infinity"]?["details"] as? [String: Any])
    let distance = try #require(found["fid"]?["value"] as? Double)
    #expect(line["sizes"] as? String == "2, 3, 4, 5")
    // JSONSerialization reads numbers by way of Decimal, which loses up to two last bits.
    let last = try #require(line["fid"] as? Double)
    #expect(abs(last - distance) <= 2 * distance.ulp)
    let kernel = try #require(found["kid"]?["details"] as? [String: Any])
    #expect(kernel["subsetSize"] as? Int == 5 && kernel["variant"] as? String == "clean-fid")
    #expect(found["kid"]?["standardError"] == nil, "subsets of all images have no spread")
  }

  @Test func subsetsFollowTheSeed() throws {
    let faces = try Faces(6, side: 64)
    let options = ["--kid-subsets", "3", "--kid-subset-size", "3", "--json"]
    let found = try ["0", "0", "7"].map { seed in
      let outcome = try Program.run(
        [
          "score", "--reference", "reference", "--generated", "generated", "--metrics", "kid",
          "--fid-dims", "64", "--weights", SyntheticWeights.inception, "--quiet", "--seed", seed,
        ] + options, in: faces.path)
      return try #require(metrics(outcome)["kid"])
    }
    let values = found.map { $0["value"] as? Double }
    #expect(values[0] == values[1] && values[0] != values[2])
    #expect(found[0]["standardError"] is Double)
    #expect(found[0]["fingerprint"] as? String != found[2]["fingerprint"] as? String)
  }

  @Test func refusesWhatHasNoDistance() throws {
    let faces = try Faces(2, side: 64)
    try score(faces, "kid", "--kid-variant", "torch-fidelity").expectRefusal(6, "1000", "full-set")
    try score(faces, "fid-infinity").expectRefusal(6, "at least 3")
    try score(faces, "kid", "--kid-variant", "torch").expectRefusal(64, "'torch-fidelity'")
    try score(faces, "kid", "--kid-subset-size", "1").expectRefusal(64, "from 2 to")
    try Program.run(
      [
        "score", "--reference", "real.npz", "--generated", "generated", "--metrics", "kid,fid",
        "--weights", SyntheticWeights.inception,
      ], in: faces.path
    ).expectRefusal(1, "real.npz", "no such file")
  }
}
