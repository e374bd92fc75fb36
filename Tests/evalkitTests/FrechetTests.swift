import Checkpoints
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

  @Test func aCovarianceThatIsNoneIsRefused() throws {
    let faces = try Faces(2, side: 64)
    func write(_ name: String, _ value: (Int, Int) -> Double, shape: [Int] = [64, 64]) throws {
      let values = (0..<64).flatMap { row in (0..<64).map { value(row, $0) } }
      try NPZFile.write(
        [
          ("mu", .doubles([Double](repeating: 0.5, count: 64), shape: [64])),
          ("sigma", .doubles(values, shape: shape)),
        ], to: faces.path(name))
    }
    try write("negative.npz") { $0 == $1 ? -10 : 0 }
    try score(faces, reference: "negative.npz")
      .expectRefusal(1, "negative.npz", "the eigenvalue -10", "none below -", "anew")
    try write("turned.npz") { $0 == $1 ? 1 : $0 > $1 ? 0.1 : 0 }
    try score(faces, reference: "turned.npz").expectRefusal(1, "not symmetric", "[1, 0]")
    try write("holed.npz") { $0 == 3 && $1 == 3 ? .nan : $0 == $1 ? 1 : 0 }
    try score(faces, reference: "holed.npz").expectRefusal(1, "covariance", "not finite")
    try write("flat.npz", { $0 == $1 ? 1 : 0 }, shape: [64 * 64])
    try score(faces, reference: "flat.npz").expectRefusal(1, "sigma of shape [4096]", "[D, D]")
  }

  /// Rounding put the distance at −1.4e-14, which printed as −0.0000 and broke `fid>=0`.
  @Test func equalSetsAreAtZero() throws {
    let faces = try Faces(3, side: 64)
    for index in 0..<3 {
      let id = Faces.id(index)
      // The same images under other ids: the same set.
      try faces.write(
        faces.bytes(of: "reference/\(Faces.id((index + 1) % 3)).png"), to: "generated/\(id).png")
    }
    let outcome = try score(faces)
    outcome.expectSuccess()
    #expect(outcome.output.contains("0.0000") && !outcome.output.contains("-0"), "\(outcome)")
    let value = try Database(faces.path("Results")).rows("SELECT value FROM scores")
    #expect(value == ["value=0.0 0"], "\(value)")
    for bound in ["fid>=0", "fid<=0", "fid==0"] {
      try faces.run("gate", "--require", bound).expectSuccess()
    }
  }

  /// Numbers of other kernels have other last bits, so they are told apart, and doctor says why.
  @Test func otherKernelsOfOpenBLASAreNamed() throws {
    let faces = try Faces(3, side: 64)
    func fingerprint(_ environment: [String: String]) throws -> String {
      let outcome = try Program.run(
        [
          "score", "--reference", "reference", "--generated", "generated", "--metrics", "fid",
          "--fid-dims", "64", "--weights", SyntheticWeights.inception, "--quiet", "--json",
        ], in: faces.path, environment: environment)
      outcome.expectSuccess()
      let fid = try #require((outcome.json()["metrics"] as? [String: [String: Any]])?["fid"])
      return try #require(fid["fingerprint"] as? String)
    }
    let usual = try fingerprint([:])
    #expect(try fingerprint(["OPENBLAS_CORETYPE": ""]) == usual)
    #expect(try fingerprint(["OPENBLAS_CORETYPE": "Prescott"]) != usual)
    let doctor = try faces.run("doctor", environment: ["OPENBLAS_CORETYPE": "Prescott"])
    #expect(doctor.output.contains("core Prescott"), "\(doctor)")
  }

  @Test func oneImageHasNoCovariance() throws {
    let faces = try Faces(2, side: 64)
    try faces.remove("generated/01.png")
    try score(faces).expectRefusal(6, "at least 2 images")
    try score(faces, "--save-stats", "real.npz", "--limit", "1")
      .expectRefusal(6, "at least 2 images")
  }
}
