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
    // k/(1 + k) of the logistic in double precision.
    for (timestep, share) in [
      (981, 0.666271), (741, 0.593242), (501, 0.401005), (241, 0.127860), (1, 2.467e-6),
    ] as [(Int, Float)] {
      let found = half.reweighted(at: timestep).map.values[0]
      #expect(abs(found - share) < 1e-6, "\(timestep): \(found)")
    }
  }

  /// A token a class: its pixels row by row, by Pillow's nearest filter, which takes pixel 8 of 16.
  @Test func tokensAreMadeOfEachClassesPixels() throws {
    var labels = Raster(
      width: 512, height: 512, channels: 1, samples: [UInt8](repeating: 18, count: 512 * 512))
    for row in 0..<512 {
      for column in 0..<512 {
        // The middle of each block of 16 has another class than the rest.
        guard row % 16 == 8, column % 16 == 8 else { continue }
        labels.samples[512 * row + column] = UInt8(row / 16 % 19)
      }
    }
    let planes = try LabelMapCondition(labels, side: 32, classes: 19).planes
    #expect(planes.shape == [1024, 19, 1])
    for pixel in [0, 31, 32, 500, 1023] {
      for label in 0..<19 {
        #expect(
          planes.values[19 * pixel + label] == (label == pixel / 32 % 19 ? 1 : 0),
          "pixel \(pixel), class \(label)")
      }
    }
  }

  /// Both published versions, by the levels of the file's encoder.
  @Test func theAutoencoderIsTheFiles() {
    let large = CollaborativeModel.publishedAutoencoder(hasFourthLevel: true)
    let small = CollaborativeModel.publishedAutoencoder(hasFourthLevel: false)
    #expect(large.autoencoder.configuration.imageSize == 512 && large.scale == 0.141)
    #expect(small.autoencoder.configuration.imageSize == 256 && small.scale == 0.058)
    for (autoencoder, hasLevel) in [(large.autoencoder, true), (small.autoencoder, false)] {
      let graph = try? Graph(tracing: autoencoder.encoder)
      let names = graph?.parameters.map(\.name) ?? []
      #expect(names.contains { $0.hasPrefix("encoder.down.3.") } == hasLevel)
      #expect(names.contains { $0.hasPrefix("encoder.down.2.") })
    }
  }

  /// Reports say which files made an image.
  @Test func weightsAreNamed() throws {
    let files = [
      WeightFile(path: "/w/a.ckpt", sha256: "aa"), WeightFile(path: "/w/a.ckpt", sha256: "aa"),
      WeightFile(path: "b.ckpt", sha256: "bb"),
    ]
    #expect(
      WeightFile.summary(of: files) == "weights: a.ckpt (SHA-256 aa); b.ckpt (SHA-256 bb)")
    let model = try LatentFixture.collaborative()
    let networks = [model.map.denoiser.network, model.text.denoiser.network, model.mapEncoder]
    #expect(model.notes == [WeightFile.summary(of: networks.map(\.weights))])
    #expect(try LatentFixture.scadm().notes[0].hasPrefix("weights: "))
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
    func edited(_ amount: Double, workers: Int = 2, seed: UInt64? = nil) throws -> Raster {
      let usual = LatentFixture.request(1)
      let request = ImageRequest(
        id: usual.id, seed: seed ?? usual.seed, text: usual.text, image: usual.image,
        labels: usual.labels)
      return try CollaborativeEditing(
        Self.settings(.full), tuning: tuning, amount: amount, model: model
      ).images(
        for: [request], workers: Workers(count: workers), shouldStop: { false })[0]
        .get()
    }
    let image = try edited(0)
    #expect(try image == edited(0, workers: 1))
    #expect(try image != edited(1))
    #expect(try image != edited(0, seed: 99))
    let stopped = try CollaborativeEditing(
      Self.settings(.full), tuning: tuning, amount: 1, model: model)
    #expect(throws: CancellationError.self) {
      try stopped.images(
        for: [LatentFixture.request(1)], workers: Workers(count: 1), shouldStop: { true })
    }
  }
}
