import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Features that another program extracted, in the place of images.
@Suite struct SuppliedFeatureTests {
  /// A folder with images of both sides and the features that the program itself extracts of them.
  private struct Material {
    let faces: Faces

    init(_ count: Int = 6) throws {
      faces = try Faces(count, side: 64)
      for folder in ["reference", "generated"] {
        try faces.run(
          "features", "--network", "compact-inception", "--images", folder, "--output",
          "\(folder).npy", "--quiet"
        ).expectSuccess()
      }
    }

    func score(_ arguments: String...) throws -> Outcome {
      try Program.run(["score"] + arguments + ["--json", "--quiet"], in: faces.path)
    }
  }

  private func metrics(_ outcome: Outcome) throws -> [String: [String: Any]] {
    outcome.expectSuccess()
    return try #require(try outcome.json()["metrics"] as? [String: [String: Any]])
  }

  /// The numbers are those that the images give, to the bit, and no fingerprint is.
  @Test func theirScoresAreThoseOfTheImages() throws {
    let material = try Material()
    let names = "fid,kid,fid-infinity,precision,recall,density,coverage"
    let images = try metrics(
      material.score(
        "--reference", "reference", "--generated", "generated", "--metrics", names, "--weights",
        "compact"))
    let features = try metrics(
      material.score(
        "--reference", "reference.npy", "--generated", "generated.npy", "--metrics", names))
    #expect(images.count == 7)
    for (name, entry) in images {
      #expect(entry["value"] as? Double == features[name]?["value"] as? Double, "\(name)")
      #expect(entry["n"] as? [Int] == features[name]?["n"] as? [Int], "\(name)")
      #expect(entry["fingerprint"] as? String != features[name]?["fingerprint"] as? String)
    }
  }

  /// Archives that NumPy wrote: rows in another order, precision and packing, texts of both kinds.
  @Test func rowsBelongTogetherById() throws {
    let goldens = GoldenFolder(named: "SuppliedFeatures")
    let expected = try goldens.decoded("expected.json", as: [String: Double].self)
    let folder = try TemporaryFolder()
    func score(_ reference: String, _ generated: String, _ metrics: String) throws -> Outcome {
      try Program.run(
        [
          "score", "--reference", goldens.path(reference), "--generated", goldens.path(generated),
          "--metrics", metrics, "--json", "--quiet",
        ], in: folder.url.path)
    }
    let found = try metrics(score("real.npz", "made.npz", "fid,id"))
    for (name, value) in expected {
      // Some dozens of Float64 operations on numbers around 1.
      let own = try #require(found[name]?["value"] as? Double)
      #expect(abs(own - value) < 1e-12, "\(name): \(own), \(value)")
    }
    for made in ["made.npz", "made-statistics.npz"] {
      let distance = try metrics(score("real-statistics.npz", made, "fid"))["fid"]
      let value = try #require(distance?["value"] as? Double)
      #expect(abs(value - (expected["fid"] ?? 0)) < 1e-12, "\(made): \(value)")
    }
    try score("real-statistics.npz", "made-statistics.npz", "kid")
      .expectRefusal(64, "made-statistics.npz", "statistics alone")
    try score("real-statistics.npz", "made.npz", "precision")
      .expectRefusal(64, "real-statistics.npz", "fid-infinity")
    withExtendedLifetime(folder) {}
  }

  /// Runs of one maker are compared and judged; those without a name with nothing but themselves.
  @Test func onlyNamedFeaturesAreCompared() throws {
    let material = try Material()
    func score(_ made: String, _ further: String...) throws {
      try Program.run(
        ["score", "--reference", "reference.npy", "--generated", made, "--metrics", "fid"]
          + further, in: material.faces.path
      ).expectSuccess()
    }
    try score("generated.npy", "--features-by", "inception of ours")
    try material.faces.run("baseline", "set", "main").expectSuccess()
    try score("generated.npy", "--features-by", "inception of ours", "--no-cache")
    let same = try material.faces.run("gate", "--baseline", "main")
    #expect(same.code == 0 && same.output.contains("generated: fid"), "\(same)")
    try score("generated.npy")
    let unnamed = try material.faces.run("gate", "--baseline", "main")
    #expect(unnamed.code == 5 && unnamed.output.contains("extractor.external"), "\(unnamed)")
  }

  @Test func idsAreAskedForWhereTheyCount() throws {
    let material = try Material(3)
    let goldens = GoldenFolder(named: "SuppliedFeatures")
    try material.score(
      "--reference", "reference.npy", "--generated", "generated.npy", "--metrics", "id"
    ).expectRefusal(64, "'ids'")
    try material.score(
      "--reference", goldens.path("real.npz"), "--generated", "generated.npy", "--metrics", "fid"
    ).expectRefusal(6, "of 5 values")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let material = try Material(3)
    for (arguments, words) in [
      (["--reference", "reference", "--generated", "generated.npy"], ["--reference", ".npy"]),
      (
        ["--reference", "reference.npy", "--generated", "generated.npy", "--metrics", "ssim"],
        ["ssim", "images", "fid"]
      ),
      (
        ["--reference", "reference", "--generated", "generated", "--features-by", "x"],
        ["--features-by"]
      ),
      (
        ["--reference", "reference.npy", "--generated", "generated.npy", "--save-stats", "s.npz"],
        ["--save-stats"]
      ),
    ] {
      let outcome = try Program.run(["score"] + arguments, in: material.faces.path)
      #expect(outcome.code == 64, "\(outcome)")
      for word in words { #expect(outcome.errors.contains(word), "\(outcome)") }
    }
    func write(_ values: [Float], _ shape: [Int], to name: String) throws {
      try NPYFile.write(Tensor(shape: shape, values: values), to: material.faces.path(name))
    }
    try write([1, 2, 3, 4], [2, 2], to: "narrow.npy")
    try write([1, 2, .nan, 4], [2, 2], to: "nan.npy")
    try write([1, 2], [2], to: "flat.npy")
    for (name, code, word) in [
      ("narrow.npy", Int32(6), "narrow.npy of 2;"), ("nan.npy", 1, "row 1, column 0"),
      ("flat.npy", 1, "[N, D]"), ("absent.npy", 1, "absent.npy"),
    ] {
      try material.score("--reference", "reference.npy", "--generated", name)
        .expectRefusal(code, word)
    }
  }
}
