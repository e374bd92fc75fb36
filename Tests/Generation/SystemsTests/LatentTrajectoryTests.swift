import Diffusion
import Networks
import Pipelines
import Systems
import Tensors
import TestSupport
import Testing

/// Whole samplings of latents beside the official samplers, whose networks ran in float64.
///
/// Made by `Tools/make_latent_trajectory_goldens.py`.
struct LatentTrajectoryTests {
  private struct Golden: Decodable {
    struct Collaborative: Decodable {
      let latents: [SDGGolden.Kept]
      /// The label map's shares at the first step.
      let first: [SDGGolden.Kept]
      let last: [SDGGolden.Kept]
    }

    let imageSeeds: [UInt64]
    let collaborative: [String: Collaborative]
    let scadm: [String: [SDGGolden.Kept]]
  }

  private static let golden = Result {
    try GoldenFolder().decoded("latent_trajectories.json") as Golden
  }

  private let golden: Golden

  init() throws { golden = try Self.golden.get() }

  /// Blocks of classes 0 … 16.
  private func labels(_ size: Int, _ image: Int) -> Raster {
    Raster(
      width: size, height: size, channels: 1,
      samples: (0..<size * size).map {
        UInt8(($0 / size * 5 / 23 + $0 % size * 3 / 17 + 4 * image) % 17)
      })
  }

  private func tokens(_ width: Int, _ count: Int, _ seed: Int) -> [Tensor] {
    (0..<2).map {
      SeededParameters.input(shape: [width, count, 1], seed: UInt64(seed + $0))
    }
  }

  private func sampled(
    _ mixing: CollaborativePipeline.Mixing, isReweighted: Bool
  ) throws -> (latents: [Tensor], shares: [[CollaborativePipeline.Shares]]) {
    var settings = CollaborativePipeline.Settings()
    (settings.mixing, settings.isReweighted, settings.steps) = (mixing, isReweighted, 10)
    let (maps, texts) = (tokens(128, 19, 40), tokens(128, 32, 50))
    let conditions = try (0..<2).map { image in
      CollaborativeModel.Condition(
        map: [
          "context": maps[image],
          "map": try LabelMapCondition(labels(32, image), side: 32, classes: 19).map,
        ], text: ["context": texts[image]])
    }
    return try CollaborativePipeline(settings, model: LatentFixture.officialCollaborative())
      .sampled(conditions, seeds: golden.imageSeeds, workers: Workers(count: 2))
  }

  /// 1e-3 of the latents' root mean square: float32 networks stray by 1e-5 a step, and each of ten steps carries on
  /// and magnifies what the ones before it strayed.
  ///
  /// The released weighting's factor at timestep 1, 2.5e-6, is half of 1 + cos(0.999 π), which the published code
  /// computes in float32: one rounding of the cosine, 2⁻²⁴, is 1.2 % of it.
  @Test(arguments: [("released", true, 1.2e-2), ("none", false, 1e-3)])
  func tenStepsTogetherAreTheOfficialOnes(
    name: String, isReweighted: Bool, lastShare: Double
  ) throws {
    let expected = try #require(golden.collaborative[name])
    let (latents, shares) = try sampled(.full, isReweighted: isReweighted)
    for image in 0..<2 {
      #expect(expected.latents[image].distance(of: latents[image]) <= 1e-3, "image \(image)")
      let used = shares[image].map(\.used.map)
      #expect(used.count == 10)
      #expect(expected.first[image].distance(of: used[0]) <= 1e-3)
      #expect(expected.last[image].distance(of: used[9]) <= lastShare)
    }
  }

  /// What weighs moves latents by more than the tolerance above.
  @Test func weightsShowInTheGoldens() throws {
    let expected = try #require(golden.collaborative["released"])
    for (mixing, isReweighted) in [
      (CollaborativePipeline.Mixing.full, false), (.composable, true), (.withoutTime, true),
    ] {
      let latents = try sampled(mixing, isReweighted: isReweighted).latents
      #expect(expected.latents[0].distance(of: latents[0]) > 1e-2, "\(mixing)")
    }
  }

  @Test(arguments: [("unguided", 1.0), ("guided", 1.5)])
  func twentyStepsOfDDIMAreTheOfficialOnes(name: String, scale: Double) throws {
    let expected = try #require(golden.scadm[name])
    var settings = SCADMPipeline.Settings()
    settings.steps = 20
    settings.scale = .fromUnconditional(scale)
    let maps = try (0..<2).map {
      try LabelMapCondition(labels(64, $0), side: 64, classes: 19)
    }
    let latents = try SCADMPipeline(
      settings, model: LatentFixture.officialSCADM(), reference: nil, groupSize: 2
    ).sampled(
      maps: maps, codes: tokens(48, 19, 60).map { StyleCodes($0) },
      noise: golden.imageSeeds.map { SeededNoise(seed: $0) }, workers: Workers(count: 2))
    for image in 0..<2 {
      #expect(expected[image].distance(of: latents[image]) <= 1e-3, "image \(image)")
    }
  }
}
