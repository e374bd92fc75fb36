import Diffusion
import Images
import Objectives
import Pipelines
import Systems
import Tensors
import Terms
import Testing

/// Requests become edited images, whatever the mode.
@Suite struct DiffusionCLIPPipelineTests {
  private static let preprocessing = Preprocessing(
    name: "tiny", pixelSteps: [.resize(width: 16, height: 16, .lanczos)],
    tensorSteps: [.divide(by: 127.5), .scale(by: 1, offset: -1)])

  private func plan(
    _ mode: DiffusionCLIPPlan.Mode, mixture: MixingPlan? = nil
  ) throws -> DiffusionCLIPPlan {
    try DiffusionCLIPPlan(
      mode: mode, lastTimestep: 300, inversionSteps: 4, generationSteps: 3, rounds: 2,
      roundSteps: 2, mixture: mixture)
  }

  private func pipeline(_ mode: DiffusionCLIPPlan.Mode) throws -> DiffusionCLIPPipeline {
    let models = try (0..<3).map { try TinyModels.model($0) }
    switch mode {
    case .reconstruct, .unseen:
      return try pipeline(Array(models[..<1]), plan(mode))
    case .edit, .unseenEdit:
      return try pipeline(
        Array(models[..<2]), plan(mode, mixture: try MixingPlan(ratio: 0.5)))
    case .mix:
      let mixture = try #require(
        try DiffusionCLIPPlan.mixture(parsing: "150:1,0;0:1,1", models: 2))
      return try pipeline(models, plan(mode, mixture: mixture))
    case .optimize:
      let judges = try TinyModels.judges(
        loss: GlobalCLIPLoss(text: TinyModels.values("text", 6)))
      return try DiffusionCLIPPipeline(
        models: Array(models[..<1]), plan: try plan(mode),
        optimization: LatentOptimization(judges: judges, steps: 3, iterations: 2),
        preprocessing: Self.preprocessing)
    }
  }

  private func pipeline(
    _ models: [DiffusionModel], _ plan: DiffusionCLIPPlan
  ) throws -> DiffusionCLIPPipeline {
    try DiffusionCLIPPipeline(models: models, plan: plan, preprocessing: Self.preprocessing)
  }

  private func request(_ seed: UInt64, picture: UInt64) -> ImageRequest {
    ImageRequest(id: "\(seed)", seed: seed) {
      var random = SplitMix64(seed: picture)
      return Raster(
        width: 20, height: 18, channels: 3,
        samples: (0..<20 * 18 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test(arguments: DiffusionCLIPPlan.Mode.allCases)
  func everyModeMakesItsOwnImages(mode: DiffusionCLIPPlan.Mode) throws {
    let pipeline = try pipeline(mode)
    let requests = [request(1, picture: 7), request(2, picture: 8), request(3, picture: 7)]
    func run(_ requests: [ImageRequest], _ workers: Int) throws -> [Raster] {
      try pipeline.images(for: requests, workers: Workers(count: workers), shouldStop: { false })
        .map { try $0.get() }
    }
    let images = try run(requests, 2)
    #expect(images.allSatisfy { $0.width == 16 && $0.height == 16 && $0.channels == 3 })
    #expect(images[0] != images[1])
    // The seed counts where noise is drawn.
    #expect((images[0] != images[2]) == mode.beginsWithRounds)
    #expect(
      try run([requests[1]], 1) + run([requests[2], requests[0]], 1)
        == [images[1], images[2], images[0]])
    let others = DiffusionCLIPPlan.Mode.allCases.filter { $0 != mode }
    for other in others {
      #expect(try self.pipeline(other).fingerprint != pipeline.fingerprint, "\(other)")
    }
    #expect(pipeline.imageSize == 16)
  }

  @Test func oneRequestsFailureIsNoOthers() throws {
    let pipeline = try pipeline(.reconstruct)
    let broken = ImageRequest(id: "broken", seed: 2) {
      throw ImageFailure(state: .unreadable, reason: "cut short")
    }
    let results = try pipeline.images(
      for: [request(1, picture: 7), broken, ImageRequest(id: "none", seed: 3)],
      workers: Workers(count: 2), shouldStop: { false })
    let alone = try pipeline.images(
      for: [request(1, picture: 7)], workers: Workers(count: 1), shouldStop: { false })
    #expect(try results[0].get() == alone[0].get())
    #expect(results[1] == .failure(ImageFailure(state: .unreadable, reason: "cut short")))
    guard case .failure(let failure) = results[2] else {
      Issue.record("a request without an image")
      return
    }
    #expect(failure.reason == "none has no image to edit")
  }

  @Test func stopsBetweenSteps() throws {
    #expect(throws: CancellationError.self) {
      try pipeline(.edit).images(
        for: [request(1, picture: 7)], workers: Workers(count: 1), shouldStop: { true })
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let models = try (0..<2).map { try TinyModels.model($0) }
    let mixture = try MixingPlan(ratio: 0.5)
    #expect(throws: SystemError.self) { try pipeline([], plan(.reconstruct)) }
    #expect(throws: SystemError.self) { try pipeline([models[0]], plan(.optimize)) }
    #expect(throws: SystemError.self) {
      try pipeline([models[0]], plan(.edit, mixture: mixture))
    }
    let error = #expect(throws: SystemError.self) {
      try pipeline(models, plan(.reconstruct))
    }
    #expect(
      error?.description
        == "diffusionclip: the mixture has weights for 1 models, the original one included, but "
        + "there are 2")
  }

  @Test func mixturesOfTheWrongLengthAreRefusedWithASentence() throws {
    // The repository's own default has three weights for two models.
    let error = #expect(throws: DiffusionError.self) {
      try DiffusionCLIPPlan.mixture(parsing: "300:0.4,0.6,0;0:0.15,0.15,0.7", models: 2)
    }
    #expect(
      error?.description.hasPrefix(
        "the stage from timestep 300 has weights [0.4, 0.6, 0.0] for 2 models") == true)
    #expect(throws: DiffusionError.unorderedStages([0, 300])) {
      try DiffusionCLIPPlan.mixture(parsing: "0:1,0;300:0.3,0.7", models: 2)
    }
    for text in ["", "300", "300:a", "300:1,;0:1,1", "x:1"] {
      #expect(try DiffusionCLIPPlan.mixture(parsing: text, models: 2) == nil, "\(text)")
    }
    let mixture = try #require(try DiffusionCLIPPlan.mixture(parsing: "0:2,6", models: 2))
    #expect(mixture.weights(at: 10) == [0, 0.25, 0.75])
  }

  @Test func stepsMustLieBelowTheLastTimestep() {
    #expect(throws: DiffusionError.self) {
      try DiffusionCLIPPlan(mode: .edit, lastTimestep: 100, inversionSteps: 200)
    }
    #expect(throws: DiffusionError.self) {
      try DiffusionCLIPPlan(mode: .edit, lastTimestep: 300, generationSteps: 1)
    }
  }

  @Test func picturesAreRoundedAsTheyAreSaved() {
    let image = Tensor(shape: [3, 1, 2], values: [-1, 1, -2, 2, 0, 1.0 / 255 - 1])
    #expect(Raster(signedPlanes: image).samples == [0, 0, 128, 255, 255, 1])
  }
}
