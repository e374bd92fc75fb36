import Checkpoints
import Foundation
import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// Weight files that do not fit are refused before anything is measured, with the tensor's full name.
@Suite struct BadCheckpointTests {
  private let faces: Faces
  private let good: [(name: String, tensor: Tensor)]

  init() throws {
    faces = try Faces(1)
    good = try Graph(tracing: PerceptualNetwork(trunk: SqueezeNet())).parameters.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 5))
    }
  }

  /// Scores with a trunk's file.
  private func score(trunk: String, heads: String = SyntheticWeights.place("heads.safetensors"))
    throws -> Outcome
  {
    let manifest = "roles: {lpips-squeeze: {file: '\(trunk)', heads: '\(heads)'}}"
    try faces.write(Array(manifest.utf8), to: "weights.yaml")
    return try Program.run(
      Faces.scoring("lpips-squeeze", weights: "weights.yaml") + ["--quiet"], in: faces.path)
  }

  private func score(_ tensors: [(name: String, tensor: Tensor)]) throws -> Outcome {
    let path = faces.path("trunk.safetensors")
    try SafetensorsFile.write(tensors, to: path)
    return try score(trunk: path)
  }

  @Test func theSoundFileIsAccepted() throws { try score(good).expectSuccess() }

  /// What was measured with it would be no number, or a wrong one.
  @Test func aWeightThatIsNoNumberEndsTheRun() throws {
    var tensors = good
    tensors[0].tensor.values[0] = .nan
    try score(tensors).expectRefusal(6, "not finite; check the weights")
  }

  @Test func pagesAndPointersAreNamed() throws {
    try faces.write(Array("\n<!DOCTYPE html><html>Sign in".utf8), to: "trunk.pth")
    try score(trunk: faces.path("trunk.pth")).expectRefusal(1, "trunk.pth", "an HTML page")
    try faces.write(
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n".utf8),
      to: "trunk.pth")
    try score(trunk: faces.path("trunk.pth")).expectRefusal(1, "trunk.pth", "a Git LFS pointer")
  }

  @Test func tensorsThatDoNotFitAreNamed() throws {
    let first = good[0]
    try score(Array(good.dropFirst())).expectRefusal(
      1, "trunk.safetensors", "1 missing", "missing: \(first.name) \(first.tensor.shape)")
    try score(good + [("features.99.weight", Tensor(shape: [2], values: [1, 2]))]).expectRefusal(
      1, "1 not asked for", "features.99.weight [2]")
    let flat = Tensor(shape: [first.tensor.values.count], values: first.tensor.values)
    try score([(first.name, flat)] + good.dropFirst()).expectRefusal(
      1, "1 of another shape", "\(first.name) is \(flat.shape), expected \(first.tensor.shape)")
    #expect(try Database(faces.path("Results")).count("SELECT count(*) FROM run") == 0)
  }

  @Test func aTruncatedFileIsNamed() throws {
    let sound = try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: SyntheticWeights.place("squeeze.safetensors"))))
    for length in [0, 4, 100, sound.count / 2, sound.count - 1] {
      try faces.write(sound.prefix(length), to: "cut.safetensors")
      try score(trunk: faces.path("cut.safetensors")).expectRefusal(1, "cut.safetensors")
    }
  }

  @Test func aPickleThatAsksForTheSystemIsRefused() throws {
    for name in ["system_zip.pth", "system_legacy.pth"] {
      let path = Fixtures.projectRoot
        .appendingPathComponent("Tests/Models/CheckpointsTests/Goldens/\(name)").path
      try score(trunk: path).expectRefusal(1, name, "posix.system")
    }
  }

  @Test func filesOfOtherKindsAreRefused() throws {
    try faces.write(Array("no weights".utf8), to: "text.pth")
    try score(trunk: faces.path("text.pth")).expectRefusal(1, "text.pth")
    try score(trunk: faces.path).expectRefusal(1, faces.path)
    // What is not there is no damage: another metric could be measured beside it.
    try score(trunk: faces.path("nowhere.pth")).expectRefusal(6, "needs", "nowhere.pth")
    try score(trunk: SyntheticWeights.place("squeeze.safetensors"), heads: faces.path("text.pth"))
      .expectRefusal(1, "text.pth")
  }

  @Test func manifestsAreReadStrictly() throws {
    for (text, part) in [
      ("roles: {fid: {fil: x}}", "'fil'"), ("rols: {}", "'rols'"), ("roles: [", "YAML"),
      ("roles: {fit: {file: x}}", "'fit'"), ("", "roles"),
      ("roles: {lpips-squeeze: {file: [x]}}", "'file'"),
    ] {
      try faces.write(Array(text.utf8), to: "weights.yaml")
      try Program.run(
        Faces.scoring("lpips-squeeze", weights: "weights.yaml") + ["--quiet"], in: faces.path
      ).expectRefusal(1, "weights.yaml", part)
    }
  }
}
