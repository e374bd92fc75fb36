import Checkpoints
import Datasets
import Essentials
import Faces
import Foundation
import Generators
import Images
import Kernels
import Models
import Networks
import Tensors
import Terms
import TestSupport
import Testing

/// The built-in diffusion network.
@Suite struct DenoiseMethodTests {
  private func denoise(
    size: Int, seeds: SeedPlan = SeedPlan(runSeed: 0),
    in loader: ModelLoader = ModelLoader(.compact)
  ) throws -> DenoiseMethod {
    DenoiseMethod(network: try loader.denoiser(), size: size, seeds: seeds)
  }

  /// The picture keeps to the label map: regions of one class are alike, and differ from others as the real
  /// face's do.
  @Test func followsTheLabelMap() throws {
    let conditions = try Conditions(count: 4, size: 128)
    let method = try denoise(size: 128)
    for (number, pair) in conditions.pairs.enumerated() {
      let real = Portrait(World.validation.scene(number, seed: 4), size: 128).image
      let made = try method.image(for: pair)
      func distance(_ other: Raster) -> Int {
        zip(made.samples, other.samples).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      }
      let others = (10..<14).map {
        distance(Portrait(World.validation.scene($0, seed: 4), size: 128).image)
      }
      #expect(distance(real) < (others.min() ?? 0), "face \(number)")
    }
  }

  /// What the network gave when label map, noise and attributes were still planes of one input.
  @Test(.enabled(if: CPULevel.current != .portable, "portable sums do not fuse, so bits differ"))
  func pixelsStayWhatTheyWere() throws {
    let conditions = try Conditions(count: 2, size: 128)
    let method = try denoise(size: 128)
    let digests = try conditions.pairs.map { pair in
      FileDigest.sha256(of: try method.image(for: pair).samples)
    }
    #expect(
      digests == [
        "491e7dd33ad73972ee34f2cd440b0329a2873a5a905182471312d2480ce09ff8",
        "250dd45f416ab566966ae88b87a1d64575cd72c2258e197a639ea71312cb5e3e",
      ])
  }

  @Test func hairFollowsTheCaption() throws {
    let conditions = try Conditions(count: 3, size: 128)
    let method = try denoise(size: 128)
    for (pair, labels) in zip(conditions.pairs, conditions.labels) {
      func brightness(_ caption: String) throws -> Double {
        var pair = pair
        pair.text = caption
        let image = try method.image(for: pair)
        let hair = labels.samples.indices.filter { labels.samples[$0] == 13 }
        return Double(hair.reduce(0) { $0 + Int(image.samples[3 * $1 + 1]) })
          / Double(max(hair.count, 1))
      }
      #expect(
        try brightness("She has blond hair.") > brightness("She has black hair.") + 10)
    }
  }

  @Test func givesTheSameInAnyOrderOnAnyThread() throws {
    let conditions = try Conditions(count: 4)
    let method = try denoise(size: 64)
    let inOrder = try conditions.pairs.map { try method.image(for: $0) }
    let atOnce = try Workers(count: 3).map(4) { number, _ in
      try method.image(for: conditions.pairs[3 - number])
    }
    #expect(inOrder == atOnce.reversed())
    #expect(Set(inOrder.map(\.samples)).count == 4)
  }

  @Test func recipesHoldWhatMovesAPixel() throws {
    let conditions = try Conditions(count: 2)
    var pair = conditions.pairs[0]
    let method = try denoise(size: 64)
    var origins = [
      method.origin(of: pair), method.origin(of: conditions.pairs[1]),
      try denoise(size: 65).origin(of: pair),
      try denoise(size: 64, seeds: SeedPlan(runSeed: 1)).origin(of: pair),
    ]
    pair.text = "He smiles."
    origins.append(method.origin(of: pair))
    #expect(Set(origins).count == origins.count)
    pair.maskPath = nil
    #expect(method.origin(of: pair) == nil)
    #expect(throws: MethodError.noMask(id: pair.id)) { try method.image(for: pair) }
  }

  /// The program's weights, each value changed by a function, as a suite's denoiser.
  private func changed(
    in folder: TemporaryFolder, _ change: (_ name: String, _ value: Float) -> Float
  ) throws -> ModelLoader {
    let own = CompactWeights.path(of: CompactNetworks.denoiser.name)
    let checkpoint = try Checkpoint.decode(CompactWeights.bytes(of: own) ?? [], named: own)
    let tensors = try checkpoint.names.map { name in
      let tensor = try checkpoint.tensor(named: name).tensor()
      return (
        name: name,
        tensor: Tensor(shape: tensor.shape, values: tensor.values.map { change(name, $0) })
      )
    }
    try SafetensorsFile.write(tensors, to: folder.path("other.safetensors"))
    try folder.write(
      "roles: {denoiser: {file: other.safetensors, note: brighter}}\n".utf8, to: "weights.yaml")
    return ModelLoader(try WeightSuite(parsing: folder.path("weights.yaml")))
  }

  @Test func otherWeightsMakeOtherImages() throws {
    let conditions = try Conditions(count: 1)
    let folder = try TemporaryFolder()
    let loader = try changed(in: folder) { $0 == "output.bias" ? $1 + 0.2 : $1 }
    var context = MethodContext(pairs: conditions.pairs, outputDirectory: folder.path("out"))
    context.size = 64
    let own = try MethodSpecification(parsing: "d=builtin:denoise").open(in: context)
    context.loader = loader
    let other = try MethodSpecification(parsing: "d=builtin:denoise").open(in: context)
    #expect(own.fingerprint != other.fingerprint && own.findings.isEmpty)
    let finding = try #require(other.findings.first).description
    #expect(finding.contains("other.safetensors") && finding.contains("brighter"))
    let (before, after) = try (
      own.image(for: conditions.pairs[0]), other.image(for: conditions.pairs[0])
    )
    func sum(_ image: Raster) -> Int { image.samples.reduce(0) { $0 + Int($1) } }
    #expect(sum(after) > sum(before))
  }

  /// Plain sums differ from Winograd's in last bits at most, and the recipe says which they were.
  @Test func exactArithmeticIsNamedAndAlike() throws {
    let conditions = try Conditions(count: 2)
    let fast = try denoise(size: 64)
    let exact = try denoise(size: 64, in: ModelLoader(.compact, isExact: true))
    #expect(fast.fingerprint == exact.fingerprint + "-winograd2")
    for pair in conditions.pairs {
      let (one, other) = try (fast.image(for: pair), exact.image(for: pair))
      let farthest = zip(one.samples, other.samples).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(farthest <= 1)
    }
  }

  @Test func weightsThatCannotServeAreErrors() throws {
    let conditions = try Conditions(count: 1)
    let folder = try TemporaryFolder()
    let loader = try changed(in: folder) { $0 == "output.bias" ? .nan : $1 }
    let method = try denoise(size: 64, in: loader)
    let pair = conditions.pairs[0]
    let error = #expect(throws: MethodError.self) { try method.image(for: pair) }
    #expect(error?.ledgerState == .notFinite)
    try folder.write("roles: {denoiser: {file: missing.safetensors}}\n".utf8, to: "none.yaml")
    var context = MethodContext(pairs: conditions.pairs, outputDirectory: folder.path("out"))
    context.loader = ModelLoader(try WeightSuite(parsing: folder.path("none.yaml")))
    let missing = #expect(throws: MethodError.self) {
      try MethodSpecification(parsing: "d=builtin:denoise").open(in: context)
    }
    #expect(missing?.description.contains("missing.safetensors") == true)
  }
}
