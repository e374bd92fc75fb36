import Foundation
import Testing

/// FID as a user asks for it.
@Suite struct FrechetTests {
  private func score(_ faces: Faces, reference: String = "reference", _ further: String...) throws
    -> Outcome
  {
    try Program.run(
      [
        "score", "--reference", reference, "--generated", "generated", "--metrics", "fid",
        "--fid-dims", "64", "--weights", SyntheticWeights.inception, "--quiet",
      ] + further, in: faces.path)
  }

  @Test func statisticsStandForTheirFolder() throws {
    let faces = try Faces(3, side: 64)
    let first = try score(faces, "--json", "--save-stats", "real.npz", "--jobs", "1").json()
    let fid = try #require((first["metrics"] as? [String: [String: Any]])?["fid"])
    #expect(fid["dims"] as? Int == 64 && fid["mode"] as? String == "pytorch-fid", "\(fid)")
    #expect(fid["n"] as? [Int] == [3, 3], "\(fid)")
    let value = try #require(fid["value"] as? Double)
    #expect(value > 0)
    let second = try score(faces, reference: "real.npz", "--json").json()
    let again = try #require((second["metrics"] as? [String: [String: Any]])?["fid"])
    // Statistics from a file take another form of the same formula: Float64 sums of 64 × 64 terms.
    let found = try #require(again["value"] as? Double)
    #expect(abs(found - value) <= 1e-6 * value, "\(found) for \(value)")
    #expect(again["n"] is [Any], "\(again)")

    try faces.write(Array("no archive".utf8), to: "bad.npz")
    try score(faces, reference: "bad.npz").expectRefusal(1, "bad.npz")
    try score(faces, reference: "nowhere.npz").expectRefusal(1, "nowhere.npz")
    try score(faces, reference: "real.npz", "--fid-dims", "192")
      .expectRefusal(6, "64 dimensions", "192")
    try faces.run(
      "score", "--reference", "real.npz", "--generated", "generated", "--metrics", "mae",
      "--weights", SyntheticWeights.empty
    ).expectRefusal(64, "real.npz", "only fid")
    let mixed = try faces.run(
      "score", "--reference", "real.npz", "--generated", "generated", "--metrics", "fid,kid,mae",
      "--fid-dims", "64", "--weights", SyntheticWeights.inception, "--quiet", "--json")
    mixed.expectRefusal(6, "no value of kid, mae", "real.npz", "only fid")
    let metrics = try #require(try mixed.json()["metrics"] as? [String: [String: Any]])
    #expect(metrics["fid"]?["value"] as? Double == found)
  }

  @Test func oneImageHasNoCovariance() throws {
    let faces = try Faces(2, side: 64)
    try faces.remove("generated/01.png")
    try score(faces).expectRefusal(6, "at least 2 images")
    try score(faces, "--save-stats", "real.npz", "--limit", "1")
      .expectRefusal(6, "at least 2 images")
  }
}
