import Diffusion
import Graphs
import Models
import Networks
import Pipelines
import Systems
import Tensors
import Terms
import TestSupport
import Testing

/// What a pipeline promises, on small networks.
struct SDGPipelineTests {
  private static func settings(_ mode: SDGSystem.Mode) throws -> SDGPipeline.Settings {
    let system = SDGSystem()
    let options = try SystemOptions(
      ["mode": mode.rawValue, "steps": "3", "ilvr-range": "0"], of: system)
    var settings = system.settings(for: options, imageSize: 64)
    // Features of a seeded guide are large.
    settings.guidance.structure *= 1e-2
    settings.guidance.style *= 1e-9
    return settings
  }

  private func images(
    _ pipeline: SDGPipeline, _ numbers: [Int], workers: Int
  ) throws -> [Raster] {
    try pipeline.images(
      for: numbers.map(SDGFixture.request), workers: Workers(count: workers),
      shouldStop: { false }
    ).map { try $0.get() }
  }

  @Test(arguments: SDGSystem.Mode.allCases)
  func bitsDependOnTheRequestAlone(mode: SDGSystem.Mode) throws {
    let pipeline = try SDGFixture.pipeline(try Self.settings(mode))
    let group = try images(pipeline, [0, 1, 2], workers: 2)
    let others = try images(pipeline, [2, 1], workers: 1) + images(pipeline, [0], workers: 3)
    #expect(group[0] == others[2] && group[1] == others[1] && group[2] == others[0])
    #expect(group[0] != group[1] && group[0].width == 64)
  }

  @Test(arguments: [SDGSystem.Mode.text, .content, .structure, .style, .mixed, .ilvr])
  func everyModeMovesImages(mode: SDGSystem.Mode) throws {
    let plain = try images(try SDGFixture.pipeline(try Self.settings(.unguided)), [0], workers: 1)
    let guided = try images(try SDGFixture.pipeline(try Self.settings(mode)), [0], workers: 1)
    #expect(plain != guided)
  }

  /// A factor beside the guide is the same as a weight so much larger.
  @Test func calibrationMultipliesWeights() throws {
    var calibration = GuidanceCalibration()
    (calibration.text, calibration.content) = (4, 0.5)
    let settings = try Self.settings(.mixed)
    var multiplied = settings
    multiplied.guidance.text *= 4
    multiplied.guidance.content *= 0.5
    let calibrated = try SDGFixture.pipeline(settings, calibration: calibration)
    #expect(
      try images(calibrated, [0, 1], workers: 2)
        == images(try SDGFixture.pipeline(multiplied), [0, 1], workers: 1))
    #expect(calibrated.fingerprint != (try SDGFixture.pipeline(settings)).fingerprint)
    #expect(GuidanceCalibration.usual(for: "sdg-guide").fingerprint == nil)
    #expect(GuidanceCalibration.usual(for: "compact-guide") == .compact)
  }

  @Test func guidanceThatIsTooStrongSaysSo() throws {
    var settings = try Self.settings(.structure)
    settings.guidance.structure = 1e30
    let results = try SDGFixture.pipeline(settings).images(
      for: [SDGFixture.request(0)], workers: Workers(count: 1), shouldStop: { false })
    guard case .failure(let failure) = results[0] else {
      Issue.record("an image was made")
      return
    }
    #expect(failure.reason.contains("lower the guidance's scale"), "\(failure.reason)")
  }

  @Test func weightZeroIsUnguided() throws {
    var settings = try Self.settings(.mixed)
    (settings.guidance.text, settings.guidance.content) = (0, 0)
    let zero = try images(try SDGFixture.pipeline(settings), [0, 1], workers: 2)
    let plain = try images(
      try SDGFixture.pipeline(try Self.settings(.unguided)), [0, 1], workers: 1)
    #expect(zero == plain)
  }

  /// A batch of one has its own Gram matrix; in larger ones images depend on each other.
  @Test func gramOfABatchJoinsItsImages() throws {
    let alone = try SDGFixture.pipeline(try Self.settings(.style))
    var settings = try Self.settings(.style)
    settings.guidance.gram = .batch
    let joined = try SDGFixture.pipeline(settings)
    #expect(try images(alone, [0], workers: 1) == images(joined, [0], workers: 1))
    #expect(try images(alone, [0, 1], workers: 1) != images(joined, [0, 1], workers: 1))
    #expect(alone.fingerprint != joined.fingerprint)
  }

  @Test func whatARequestLacksIsItsOwnFailure() throws {
    let pipeline = try SDGFixture.pipeline(try Self.settings(.mixed))
    let results = try pipeline.images(
      for: [
        ImageRequest(id: "a", seed: 1, text: "0"), SDGFixture.request(1),
        ImageRequest(id: "c", seed: 1, image: { SDGFixture.picture(1, width: 8, height: 8) }),
      ], workers: Workers(count: 2), shouldStop: { false })
    let reasons = results.map { result in
      switch result {
      case .success: ""
      case .failure(let failure): failure.reason
      }
    }
    #expect(reasons == ["a has no reference image", "", "c has no text"])
    #expect(try results[1].get() == images(pipeline, [1], workers: 1)[0])
  }

  @Test func stopsAfterAStep() throws {
    let pipeline = try SDGFixture.pipeline(try Self.settings(.unguided))
    #expect(throws: CancellationError.self) {
      try pipeline.images(
        for: [SDGFixture.request(0), SDGFixture.request(1)], workers: Workers(count: 1),
        shouldStop: { true })
    }
  }

  @Test func networksThatDoNotGoTogetherAreRefused() throws {
    let model = try DiffusionModel(ofPixels: try SDGFixture.loaded(SDGFixture.unet))
    #expect(throws: SystemError.self) {
      try NoisyGuide(try SDGFixture.loaded(SDGFixture.unet))
    }
    let large = TimeConditionedCLIPImage(
      name: "large", summary: "", size: 96, width: 16, blocks: [1, 1, 1, 1], embedding: 24)
    var settings = SDGPipeline.Settings()
    settings.guidance.content = 1
    let size = #expect(throws: SystemError.self) {
      try SDGPipeline(
        settings, model: model, guide: try NoisyGuide(try SDGFixture.loaded(large)), texts: nil,
        groupSize: 1)
    }
    #expect(size?.description.contains("makes 64 pixels, but the guide reads 96") == true)
    settings = SDGPipeline.Settings()
    settings.replacement = SDGPipeline.Replacement(factor: 7, range: 0)
    #expect(throws: SystemError.self) {
      try SDGPipeline(settings, model: model, guide: nil, texts: nil, groupSize: 1)
    }
  }

  @Test func embeddingsOfAnotherCLIPAreRefused() throws {
    let pipeline = try SDGPipeline(
      try Self.settings(.text),
      model: try DiffusionModel(ofPixels: try SDGFixture.loaded(SDGFixture.unet)),
      guide: try NoisyGuide(try SDGFixture.loaded(SDGFixture.guide)),
      texts: ("other", { _ in [1, 2, 3] }), groupSize: 1)
    let result = try pipeline.images(
      for: [SDGFixture.request(0)], workers: Workers(count: 1), shouldStop: { false })[0]
    let failure = #expect(throws: ImageFailure.self) { try result.get() }
    #expect(failure?.reason.contains("texts have 3 values, but the guide's images 24") == true)
  }

  // MARK: Options

  @Test func modesAskForTheirNetworks() throws {
    let system = SDGSystem()
    func roles(_ chosen: [String: String]) throws -> [WeightRole] {
      system.roles(for: try SystemOptions(chosen, of: system))
    }
    #expect(try roles([:]) == [.unet, .guide, .retrieval])
    #expect(try roles(["mode": "content"]) == [.unet, .guide])
    #expect(try roles(["mode": "ilvr"]) == [.unet])
    #expect(try roles(["text-scale": "0"]) == [.unet])
  }

  @Test func fingerprintsTellSettingsApart() throws {
    let fingerprints = try SDGSystem.Mode.allCases.map {
      try SDGFixture.pipeline(try Self.settings($0)).fingerprint
    }
    #expect(Set(fingerprints).count == fingerprints.count)
  }
}
