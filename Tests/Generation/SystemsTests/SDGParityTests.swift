import Diffusion
import Essentials
import Pipelines
import Systems
import Tensors
import TestSupport
import Testing

/// Guided steps, ILVR's steps and reference images beside the official code in float64.
struct SDGParityTests {
  private let golden: SDGGolden

  init() throws { golden = try SDGGolden() }

  private func settings(of mode: String) throws -> SDGPipeline.Settings {
    let weights = try #require(golden.modes[mode])
    var settings = SDGPipeline.Settings()
    settings.guidance.text = weights.text
    switch mode {
    case "structure": settings.guidance.structure = weights.image
    case "style":
      settings.guidance.style = weights.image
      settings.guidance.gram = .batch
    default: settings.guidance.content = weights.image
    }
    return settings
  }

  /// Rounding of U-Net and guide, which a step carries on: 1e-3 of the image after five.
  @Test(arguments: ["unguided", "text", "content", "mixed", "structure", "style"])
  func firstStepsAreTheOfficialOnes(mode: String) throws {
    let expected = try #require(golden.modes[mode])
    let pipeline = try SDGFixture.pipeline(try settings(of: mode))
    for count in [1, expected.steps.count] {
      let found = try pipeline.sampled(
        SDGFixture.conditions(golden.imageSeeds), over: Array(pipeline.steps.prefix(count)),
        workers: Workers(count: 2))
      for (image, kept) in zip(found, expected.steps[count - 1]) {
        #expect(kept.distance(of: image) <= 1e-3, "\(mode), \(count) steps")
      }
    }
  }

  /// What guides moves images by more than the tolerance above.
  @Test(arguments: ["text", "content", "mixed", "structure", "style"])
  func guidanceShowsInTheGoldens(mode: String) throws {
    let (guided, plain) = (golden.modes[mode], golden.modes["unguided"])
    let (a, b) = (
      try #require(guided?.steps.last?.first?.values),
      try #require(plain?.steps.last?.first?.values)
    )
    #expect(Agreement(a, b).maximum > 3e-3)
  }

  /// The first image of a seeded U-Net lies far outside −1…1; held only afterwards, the mean would be another.
  @Test func imagesAreHeldBeforeTheMean() throws {
    let pipeline = try SDGFixture.pipeline(SDGPipeline.Settings())
    let model = try DiffusionModel(ofPixels: try SDGFixture.loaded(SDGFixture.unet))
    let conditions = SDGFixture.conditions(golden.imageSeeds)
    let noise = golden.imageSeeds.map { SeededNoise(seed: $0) }
    let steps = Array(pipeline.steps.prefix(1))
    let unheld = try DDPMSampler(variance: .learnedRange, clampsImage: false).run(
      noise.map { $0.initial([3, 64, 64]) }, over: steps, noise: noise
    ) { samples, step in
      try model.predictions(of: samples, at: step.timestep, workers: Workers(count: 1))
    }
    let held = try pipeline.sampled(conditions, over: steps, workers: Workers(count: 1))
    let kept = try #require(golden.modes["unguided"]?.steps.first?.first)
    #expect(kept.distance(of: held[0]) <= 1e-3)
    #expect(kept.distance(of: unheld[0]) > 0.1)
  }

  @Test func lowPassFilterIsTheOfficialOne() throws {
    let filter = LowPassFilter(size: 64, factor: golden.ilvr.factor)
    for (index, kept) in golden.ilvr.filtered.enumerated() {
      let image = SeededParameters.input(shape: [3, 64, 64], seed: UInt64(31 + index))
      #expect(kept.distance(of: filter(image)) <= 1e-5)
      #expect(filter.reduced(image).shape == [3, 8, 8])
    }
  }

  @Test func replacementsAreTheOfficialOnes() throws {
    var settings = SDGPipeline.Settings()
    settings.steps = golden.ilvr.steps.count
    settings.replacement = SDGPipeline.Replacement(
      factor: golden.ilvr.factor, range: golden.ilvr.range)
    let pipeline = try SDGFixture.pipeline(settings)
    for (count, expected) in golden.ilvr.steps.enumerated() {
      let found = try pipeline.sampled(
        SDGFixture.conditions(golden.imageSeeds), over: Array(pipeline.steps.prefix(count + 1)),
        workers: Workers(count: 2))
      for (image, kept) in zip(found, expected) {
        #expect(kept.distance(of: image) <= 1e-3, "step \(count)")
      }
    }
  }

  @Test func referencesAreSquaredAsPillowDoes() {
    for reference in golden.references {
      let picture = SDGFixture.picture(
        UInt64(reference.width * reference.height), width: reference.width,
        height: reference.height)
      let square = PixelImage.square(picture, size: reference.size)
      #expect(square.width == reference.size && square.height == reference.size)
      #expect(
        FileDigest.sha256(of: square.samples) == reference.sha256,
        "\(reference.width)×\(reference.height)")
    }
  }
}
