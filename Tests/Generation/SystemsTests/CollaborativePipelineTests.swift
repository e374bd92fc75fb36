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

/// What Collaborative Diffusion promises, on seeded networks.
struct CollaborativePipelineTests {
  private typealias Mixing = CollaborativePipeline.Mixing

  private static func settings(_ mixing: Mixing) -> CollaborativePipeline.Settings {
    var settings = CollaborativePipeline.Settings()
    settings.mixing = mixing
    settings.steps = 4
    return settings
  }

  private func images(
    _ settings: CollaborativePipeline.Settings, _ model: CollaborativeModel, _ numbers: [Int],
    workers: Int = 2
  ) throws -> [Raster] {
    try CollaborativePipeline(settings, model: model).images(
      for: numbers.map(LatentFixture.request), workers: Workers(count: workers),
      shouldStop: { false }
    ).map { try $0.get() }
  }

  @Test(arguments: CollaborativePipeline.Mixing.allCases)
  func bitsDependOnTheRequestAlone(mixing: CollaborativePipeline.Mixing) throws {
    let model = try LatentFixture.collaborative()
    let settings = Self.settings(mixing)
    let group = try images(settings, model, [0, 1, 2])
    let others =
      try images(settings, model, [2, 1], workers: 1) + images(settings, model, [0], workers: 3)
    #expect(group[0] == others[2] && group[1] == others[1] && group[2] == others[0])
    #expect(group[0] != group[1] && group[0].width == 128)
  }

  /// The published label maps have 32 pixels a side, its latents 64.
  @Test func labelMapsHaveASizeOfTheirOwn() throws {
    let model = try LatentFixture.collaborativeReadingTokens()
    #expect(model.mapSize == 16 && model.codec.latentShape[1] == 32)
    for mixing in CollaborativePipeline.Mixing.allCases {
      let made = try images(Self.settings(mixing), model, [0, 1])
      #expect(made[0] != made[1], "\(mixing)")
    }
  }

  @Test func anInputOfAnotherShapeIsRefused() throws {
    let encoder = try LatentFixture.collaborative().mapEncoder
    let planes = try LabelMapCondition(
      LatentFixture.labels(0), side: 16, classes: CompactNetworks.mapClasses
    ).planes
    #expect(
      throws: GraphError.misshapenInput(
        network: encoder.network.name, name: Graph.mainInput, expected: encoder.network.inputShape,
        found: planes.shape)
    ) {
      try encoder.map(1, workers: Workers(count: 1), input: { _ in planes }, read: { _, _ in })
    }
  }

  @Test func everyModeMakesOtherImages() throws {
    let model = try LatentFixture.collaborative()
    let made = try CollaborativePipeline.Mixing.allCases.map {
      try images(Self.settings($0), model, [0])[0]
    }
    for (index, image) in made.enumerated() {
      #expect(!made[..<index].contains(image), "\(CollaborativePipeline.Mixing.allCases[index])")
    }
    var unweighted = Self.settings(.full)
    unweighted.isReweighted = false
    #expect(try images(unweighted, model, [0])[0] != made[0])
  }

  /// Networks that weigh begin with last filters of 0, so that both conditions count half.
  @Test func diffusersBeginAtComposable() throws {
    let model = try LatentFixture.collaborative(weighing: 0)
    var settings = Self.settings(.full)
    settings.isReweighted = false
    #expect(
      try images(settings, model, [0, 1]) == images(Self.settings(.composable), model, [0, 1]))
  }

  @Test func withoutNetworksThatWeighHalvesAreLeft() throws {
    let model = try LatentFixture.collaborative(weighing: nil)
    #expect(try images(Self.settings(.composable), model, [0]).count == 1)
    #expect(throws: SystemError.self) { try images(Self.settings(.full), model, [0]) }
    var settings = Self.settings(.composable)
    settings.showsInfluence = true
    #expect(throws: SystemError.self) { try images(settings, model, [0]) }
  }

  @Test func whatARequestLacksIsItsOwnFailure() throws {
    let pipeline = try CollaborativePipeline(
      Self.settings(.full), model: LatentFixture.collaborative())
    let results = try pipeline.images(
      for: [
        ImageRequest(id: "a", seed: 1, text: "x"), LatentFixture.request(1),
        ImageRequest(id: "c", seed: 1, labels: { LatentFixture.labels(0) }),
        ImageRequest(
          id: "d", seed: 1, text: "x",
          labels: {
            Raster(width: 32, height: 32, channels: 1, samples: .init(repeating: 19, count: 1024))
          }),
      ], workers: Workers(count: 2), shouldStop: { false })
    let reasons = results.map { result -> String in
      if case .failure(let failure) = result { failure.reason } else { "" }
    }
    #expect(reasons[0].contains("a has no label map") && reasons[2].contains("c has no text"))
    #expect(reasons[3].contains("class 19") && reasons[3].contains("end at 18"))
    #expect(
      try results[1].get() == images(Self.settings(.full), LatentFixture.collaborative(), [1])[0])
  }

  @Test func theReleasedWeightingHasTheReferencesNumbers() {
    let half = Influence(share: 0.5, rows: 1, columns: 1)
    for (timestep, share) in [
      (981, 0.666), (741, 0.593), (501, 0.401), (241, 0.128), (1, 0.0),
    ] as [(Int, Float)] {
      let found = half.reweighted(at: timestep).map.values[0]
      #expect(abs(found - share) < 6e-4, "\(timestep): \(found)")
    }
  }

  @Test func sharesComeFromTheLogitsDifference() {
    let shares = Influence(
      logits: Tensor(shape: [1, 1, 3], values: [0, 100, -3]),
      Tensor(shape: [1, 1, 3], values: [0, -100, -2]))
    #expect(shares.map.values[0] == 0.5 && shares.map.values[1] == 1)
    #expect(abs(shares.map.values[2] - 0.2689414) < 1e-6)
    for (map, text) in zip(shares.map.values, shares.text.values) { #expect(map + text == 1) }
    #expect(shares.leveled.map.values == [Float](repeating: Float(shares.mean), count: 3))
  }

  @Test func influencesAreAPicture() throws {
    let model = try LatentFixture.collaborative()
    var settings = Self.settings(.full)
    settings.steps = 20
    settings.showsInfluence = true
    let picture = try images(settings, model, [0])[0]
    #expect(picture.width == 128 && picture.height == 128)
    // The last cell is of the last step, at which the released weighting leaves nothing to the label map.
    #expect(picture.samples[(127 * 128 + 127) * 3] == 0)
    #expect(picture.samples[0] > 0)
  }

  @Test func stepsDivideTheSchedule() throws {
    let system = CollaborativeSystem()
    for steps in ["27", "600"] {
      let options = try SystemOptions(["steps": steps], of: system)
      let error = #expect(throws: SystemError.self) { try system.check(options) }
      #expect(error?.description.contains("divide") == true)
    }
    #expect(system.roles(for: try SystemOptions(of: system)) == [.collaborative])
  }

  /// Both stages move the image towards what it is, and α leads away from it.
  @Test func editsBeginAtTheImage() throws {
    let model = try LatentFixture.collaborative()
    var tuning = ImagicTuning()
    (tuning.conditionSteps, tuning.networkSteps, tuning.networkRate) = (3, 3, 1e-3)
    func edited(_ amount: Double, workers: Int = 2) throws -> Raster {
      try CollaborativeEditing(
        Self.settings(.full), tuning: tuning, amount: amount, model: model
      ).images(
        for: [LatentFixture.request(1)], workers: Workers(count: workers), shouldStop: { false })[0]
        .get()
    }
    let image = try edited(0)
    #expect(try image == edited(0, workers: 1))
    #expect(try image != edited(1))
    let stopped = try CollaborativeEditing(
      Self.settings(.full), tuning: tuning, amount: 1, model: model)
    #expect(throws: CancellationError.self) {
      try stopped.images(
        for: [LatentFixture.request(1)], workers: Workers(count: 1), shouldStop: { true })
    }
  }
}
