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
    #expect(again["n"] as? [Int] == [3, 3], "\(again)")
    #expect(second["notes"] as? [String] == first["notes"] as? [String], "\(second)")

    try faces.write(Array("no archive".utf8), to: "bad.npz")
    try score(faces, reference: "bad.npz").expectRefusal(1, "bad.npz")
    try score(faces, reference: "nowhere.npz").expectRefusal(1, "nowhere.npz")
    try score(faces, reference: "real.npz", "--fid-dims", "192")
      .expectRefusal(5, "real.npz was made with tap 64 and not 192")
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
      .expectRefusal(1, "negative.npz", "the eigenvalue -10", "none below -", "again")
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

  /// Statistics know by which pipeline they were made; another one's are not mixed with it.
  @Test func statisticsOfAnotherPipelineAreRefused() throws {
    let faces = try Faces(3, side: 64)
    try score(faces, "--fid-mode", "clean-fid", "--save-stats", "clean.npz").expectSuccess()
    try score(faces, reference: "clean.npz").expectRefusal(
      5, "mode clean-fid and not pytorch-fid", "preprocessing", "--save-stats")
    try score(faces, reference: "clean.npz", "--fid-mode", "clean-fid", "--size", "96")
      .expectRefusal(5, "size native and not 96 pil-bicubic")
    try score(faces, reference: "clean.npz", "--fid-mode", "clean-fid").expectSuccess()
  }

  /// Other programs write `mu` and `sigma` alone, and nobody can tell how they came about.
  @Test func foreignStatisticsAreNoted() throws {
    let faces = try Faces(3, side: 64)
    let own = try score(faces, "--json", "--save-stats", "own.npz").json()
    let file = try NPZFile.read(faces.path("own.npz"))
    #expect(file.tensors.map(\.name) == ["mu", "sigma", "evalkit"])
    #expect(try file.tensor(named: "mu").shape == [64])
    try NPZFile.write(
      [
        ("mu", .doubles(file.tensor(named: "mu").doubles(), shape: [64])),
        ("sigma", .doubles(file.tensor(named: "sigma").doubles(), shape: [64, 64])),
      ], to: faces.path("foreign.npz"))
    let foreign = try score(faces, reference: "foreign.npz", "--json").json()
    let notes = try #require(foreign["notes"] as? [String])
    #expect(notes.contains { $0.contains("foreign.npz does not say how") }, "\(notes)")
    #expect(try notes.count == #require(own["notes"] as? [String]).count + 1, "\(notes)")
    let fid = try #require((foreign["metrics"] as? [String: [String: Any]])?["fid"])
    let counts = try #require(fid["n"] as? [Any])
    #expect(counts[0] is NSNull && counts[1] as? Int == 3, "\(fid)")
    #expect((foreign["counts"] as? [String: Any])?["reference"] is NSNull, "\(foreign)")
    let text = try score(faces, reference: "foreign.npz")
    #expect(text.output.contains("n = 3 against unknown"), "\(text)")
    let report = try faces.run("report")
    #expect(report.output.contains("against an unknown number of real images"), "\(report)")

    try NPZFile.write(
      [
        ("mu", .doubles([0], shape: [1])), ("sigma", .doubles([1], shape: [1, 1])),
        ("evalkit", .bytes(Array("{}".utf8), shape: [2])),
      ], to: faces.path("odd.npz"))
    try score(faces, reference: "odd.npz").expectRefusal(1, "'evalkit' of odd.npz")
  }

  @Test func oneImageHasNoCovariance() throws {
    let faces = try Faces(2, side: 64)
    try faces.remove("generated/01.png")
    try score(faces).expectRefusal(6, "at least 2 images")
    try score(faces, "--save-stats", "real.npz", "--limit", "1")
      .expectRefusal(6, "at least 2 images")
  }
}
