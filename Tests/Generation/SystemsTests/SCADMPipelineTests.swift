import Diffusion
import Models
import Networks
import Pipelines
import Systems
import Tensors
import Terms
import TestSupport
import Testing

/// What SCA-DM promises, on seeded networks.
struct SCADMPipelineTests {
  private static func settings(_ style: SCADMPipeline.Style) -> SCADMPipeline.Settings {
    var settings = SCADMPipeline.Settings()
    settings.style = style
    settings.steps = 4
    if style == .partial || style == .mixed || style == .interpolate { settings.classes = [3, 7] }
    return settings
  }

  private static let reference = SCADMPipeline.Reference(
    image: LatentFixture.picture(9), labels: LatentFixture.labels(3), digest: "r")

  private func images(
    _ settings: SCADMPipeline.Settings, _ model: SCADMModel, _ numbers: [Int], workers: Int = 2
  ) throws -> [Raster] {
    try SCADMPipeline(
      settings, model: model,
      reference: settings.style.readsReference ? Self.reference : nil, groupSize: 4
    ).images(
      for: numbers.map(LatentFixture.request), workers: Workers(count: workers),
      shouldStop: { false }
    ).map { try $0.get() }
  }

  @Test(arguments: SCADMPipeline.Style.allCases)
  func bitsDependOnTheRequestAlone(style: SCADMPipeline.Style) throws {
    let model = try LatentFixture.scadm()
    let settings = Self.settings(style)
    let group = try images(settings, model, [0, 1, 2])
    let others =
      try images(settings, model, [2, 1], workers: 1) + images(settings, model, [0], workers: 3)
    #expect(group[0] == others[2] && group[1] == others[1] && group[2] == others[0])
    #expect(group[0] != group[1] && group[0].width == 128)
  }

  @Test func everyModeMakesOtherImages() throws {
    let model = try LatentFixture.scadm()
    let made = try SCADMPipeline.Style.allCases.map {
      try images(Self.settings($0), model, [0])[0]
    }
    for (index, image) in made.enumerated() {
      #expect(!made[..<index].contains(image), "\(SCADMPipeline.Style.allCases[index])")
    }
  }

  /// Pixels read the code of their own class alone, so classes that are not on the map change nothing.
  @Test func absentClassesChangeNothing() throws {
    let model = try LatentFixture.scadm()
    // Stripes 0…7 are on map 0.
    var absent = Self.settings(.partial)
    absent.classes = [12, 15]
    let plain = try images(Self.settings(.reconstruct), model, [0])
    #expect(try images(absent, model, [0]) == plain)
    #expect(try images(absent, LatentFixture.scadm(isMasked: false), [0]) != plain)
  }

  @Test func ancestralStepsAndGuidanceMoveImages() throws {
    let model = try LatentFixture.scadm()
    let plain = try images(Self.settings(.reconstruct), model, [0])[0]
    var ancestral = Self.settings(.reconstruct)
    ancestral.isAncestral = true
    #expect(try images(ancestral, model, [0])[0] != plain)
    var guided = Self.settings(.reconstruct)
    guided.scale = .fromUnconditional(2)
    let twice = try images(guided, model, [0])[0]
    #expect(twice != plain)
    guided.scale = .beyondConditional(1)
    #expect(try images(guided, model, [0])[0] == twice)
    guided.scale = .beyondConditional(0)
    #expect(try images(guided, model, [0])[0] == plain)
  }

  @Test func codesBlendByClass() {
    let one = StyleCodes(Tensor(shape: [2, 3, 1], values: [0, 1, 2, 3, 4, 5]))
    let other = StyleCodes(Tensor(shape: [2, 3, 1], values: [10, 11, 12, 13, 14, 15]))
    #expect(one.blended(with: other, in: [1], amount: 1).tensor.values == [0, 11, 2, 3, 14, 5])
    #expect(
      one.blended(with: other, in: [0, 2], amount: 0.5).tensor.values == [5, 1, 7, 8, 4, 10])
    #expect(one.blended(with: other, in: [0, 1, 2], amount: 0) == one)
    #expect(one.blended(with: other, in: [0, 1, 2], amount: 1) == other)
  }

  /// With seeded codes the nearest of them is something else than the latent.
  @Test func latentsAreQuantizedWhenTheyAreDecoded() throws {
    let latent = SeededParameters.input(shape: [4, 32, 32], seed: 3)
    let plain = try LatentFixture.codec().images(of: [latent], workers: Workers(count: 1))
    let quantized = try LatentFixture.codec(CompactNetworks.quantizingAutoencoder).images(
      of: [latent], workers: Workers(count: 1))
    #expect(plain != quantized)
  }

  /// `(x + 1)·127.5`, cut off and not rounded.
  @Test func picturesAreTruncated() {
    let steps: [Float] = [0.999, 1.001, 127.49, 127.51, 254.9, 254.999, -20, 300]
    let planes = Tensor(
      shape: [3, 2, 4], values: [0, 1, 2].flatMap { _ in steps.map { $0 / 127.5 - 1 } })
    let raster = Raster(truncatingSignedPlanes: planes)
    #expect(
      (0..<8).map { raster.samples[3 * $0] }.elementsEqual([0, 1, 127, 127, 254, 254, 0, 255]))
  }

  /// A scale of 1, which is 0 in the paper's convention, is no guidance: the same bits, and no second branch is asked.
  @Test func aScaleOfOneIsNoGuidance() throws {
    #expect(!GuidanceScale.fromUnconditional(1).needsUnconditional)
    #expect(!GuidanceScale.beyondConditional(0).needsUnconditional)
    #expect(GuidanceScale.fromUnconditional(1.5).needsUnconditional)
    let model = try LatentFixture.scadm()
    var settings = Self.settings(.reconstruct)
    let plain = try images(settings, model, [0])
    settings.scale = .fromUnconditional(1)
    #expect(try images(settings, model, [0]) == plain)
    settings.scale = .beyondConditional(0)
    #expect(try images(settings, model, [0]) == plain)
  }

  @Test func drawnLatentsSpreadAroundTheMean() throws {
    let codec = try LatentFixture.codec()
    let picture = LatentFixture.picture(1)
    func latent(_ noise: SeededNoise?) throws -> Tensor {
      try codec.latents(1, workers: Workers(count: 1), sampling: noise.map { [$0] }) { _ in picture
      }[0]
    }
    let mean = try latent(nil)
    #expect(mean.shape == [4, 32, 32])
    let drawn = try latent(SeededNoise(seed: 1))
    #expect(try drawn == latent(SeededNoise(seed: 1)))
    #expect(try drawn != mean && drawn != latent(SeededNoise(seed: 2)))
  }

  @Test(arguments: [
    (["steps": "27"], "divide"), (["steps": "1000"], "sampler=ddpm"),
    (["mode": "swap"], "reference"), (["amount": "0.5"], "interpolate"),
    (["classes": "hair"], "leave 'classes' out"),
    (["mode": "mixed", "classes": "hair+tail"], "tail"),
    (["reference": "a.png"], "reference-labels"),
    (["reference": "a.png", "reference-labels": "b.png"], "reads no reference"),
  ])
  func optionsThatDoNotGoTogetherAreRefused(chosen: [String: String], words: String) throws {
    let system = SCADMSystem()
    let options = try SystemOptions(chosen, of: system)
    let error = #expect(throws: SystemError.self) { try system.check(options) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func classesHaveNamesAndNumbers() throws {
    let system = SCADMSystem()
    let options = try SystemOptions(["mode": "mixed", "classes": "hair+4"], of: system)
    #expect(try system.settings(for: options).classes == [13, 4])
    #expect(system.roles(for: options) == [.scadm])
    let ancestral = try SystemOptions(["sampler": "ddpm", "steps": "1000"], of: system)
    try system.check(ancestral)
  }
}
