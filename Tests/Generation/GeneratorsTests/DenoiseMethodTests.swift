import Datasets
import Essentials
import Faces
import Foundation
import Generators
import Images
import Kernels
import Tensors
import TestSupport
import Testing

/// The built-in diffusion network.
@Suite struct DenoiseMethodTests {
  /// The picture keeps to the label map: regions of one class are alike, and differ from others as the real
  /// face's do.
  @Test func followsTheLabelMap() throws {
    let conditions = try Conditions(count: 4, size: 128)
    let denoise = try DenoiseMethod(size: 128)
    for (number, pair) in conditions.pairs.enumerated() {
      let real = Portrait(World.validation.scene(number, seed: 4), size: 128).image
      let made = try denoise.image(for: pair)
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
    let denoise = try DenoiseMethod(size: 128)
    let digests = try conditions.pairs.map { pair in
      FileDigest.sha256(of: try denoise.image(for: pair).samples)
    }
    #expect(
      digests == [
        "491e7dd33ad73972ee34f2cd440b0329a2873a5a905182471312d2480ce09ff8",
        "250dd45f416ab566966ae88b87a1d64575cd72c2258e197a639ea71312cb5e3e",
      ])
  }

  @Test func hairFollowsTheCaption() throws {
    let conditions = try Conditions(count: 3, size: 128)
    let denoise = try DenoiseMethod(size: 128)
    for (pair, labels) in zip(conditions.pairs, conditions.labels) {
      func brightness(_ caption: String) throws -> Double {
        var pair = pair
        pair.text = caption
        let image = try denoise.image(for: pair)
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
    let denoise = try DenoiseMethod(size: 64)
    let inOrder = try conditions.pairs.map { try denoise.image(for: $0) }
    let atOnce = try Workers(count: 3).map(4) { number, _ in
      try denoise.image(for: conditions.pairs[3 - number])
    }
    #expect(inOrder == atOnce.reversed())
    #expect(Set(inOrder.map(\.samples)).count == 4)
  }

  @Test func recipesHoldWhatMovesAPixel() throws {
    let conditions = try Conditions(count: 2)
    var pair = conditions.pairs[0]
    let denoise = try DenoiseMethod(size: 64)
    var origins = [
      denoise.origin(of: pair), denoise.origin(of: conditions.pairs[1]),
      try DenoiseMethod(size: 65).origin(of: pair),
      try DenoiseMethod(size: 64, seeds: SeedPlan(runSeed: 1)).origin(of: pair),
    ]
    pair.text = "He smiles."
    origins.append(denoise.origin(of: pair))
    #expect(Set(origins).count == origins.count)
    pair.maskPath = nil
    #expect(denoise.origin(of: pair) == nil)
    #expect(throws: MethodError.noMask(id: pair.id)) { try denoise.image(for: pair) }
  }
}
