import Diffusion
import Essentials
import Graphs
import Metrics
import Pipelines
import Synchronization
import Systems
import Tensors
import TestSupport
import Testing

/// Up to t₀ and down again, against the official code in float64.
@Suite struct DiffusionCLIPProcessTests {
  private let golden: DiffusionCLIPGolden

  init() throws { golden = try DiffusionCLIPGolden() }

  private func process(
    _ models: [DiffusionModel], upTo last: Int, workers: Int = 2
  ) -> DiffusionCLIPProcess {
    DiffusionCLIPProcess(models, upTo: last, workers: Workers(count: workers))
  }

  @Test func timestepsAreTheOfficialOnes() throws {
    #expect(golden.sequences.count == 21)
    for (name, expected) in golden.sequences {
      let words = name.split(separator: " ").compactMap { Int($0) }
      #expect(try Timesteps.fractions(words[0], upTo: words[1]).values == expected, "\(name)")
    }
  }

  /// The last digit of Float32 products differs between PyTorch's machines.
  @Test func productsAreTheOfficialOnes() throws {
    let schedule = try NoiseSchedule.linear(precision: .single)
    for (timestep, expected) in zip([0, 10, 499, 999], golden.procedures.products) {
      let found = try schedule.level(at: timestep).cumulativeAlpha
      #expect(abs(found / expected - 1) < 1e-5, "\(timestep): \(found), \(expected)")
    }
  }

  /// 39 calls up and 40 down.
  @Test func inversionAndGenerationFollowTheOfficialCode() throws {
    let process = process([try TinyModels.model()], upTo: 500)
    let latent = try process.inverted([TinyModels.image()], steps: 40)[0]
    let distance = golden.procedures.latent.distance(to: latent)
    #expect(distance < 1e-3, "latent: \(distance)")
    let back = try process.generated([latent], steps: 40)[0]
    let backwards = golden.procedures.reconstruction.distance(to: back)
    #expect(backwards < 1e-3, "reconstruction: \(backwards)")
  }

  /// Timesteps less one up, timesteps down; every step asks once whether to stop.
  @Test(arguments: [2, 6, 11]) func callsAreCounted(steps: Int) throws {
    let calls = Mutex(0)
    let process = DiffusionCLIPProcess(
      [try TinyModels.model()], upTo: 300, workers: Workers(count: 1)
    ) {
      calls.withLock { $0 += 1 }
      return false
    }
    let latents = try process.inverted([TinyModels.image()], steps: steps)
    #expect(calls.withLock { $0 } == steps - 1)
    _ = try process.generated(latents, steps: steps)
    #expect(calls.withLock { $0 } == 2 * steps - 1)
    _ = try process.translated(
      [TinyModels.image()], noise: [SeededNoise(seed: 1)], rounds: 3, steps: steps)
    #expect(calls.withLock { $0 } == 5 * steps - 1)
  }

  @Test func mixturesFollowTheOfficialCode() throws {
    let models = try (0..<3).map { try TinyModels.model($0) }
    let latent = golden.procedures.latent.tensor
    let pair = process(Array(models[..<2]), upTo: 401)
    for (name, expected) in golden.procedures.ratios {
      let ratio = try #require(Double(name))
      let found = try pair.generated(
        [latent], steps: 6, mixture: try MixingPlan(ratio: ratio))[0]
      #expect(expected.distance(to: found) < 1e-4, "\(name): \(expected.distance(to: found))")
    }
    let mixture = try #require(
      try DiffusionCLIPPlan.mixture(parsing: "300:1,0;0:0.3,0.7", models: 2))
    let found = try process(models, upTo: 401).generated([latent], steps: 6, mixture: mixture)[0]
    let distance = golden.procedures.hybrid.distance(to: found)
    #expect(distance < 1e-4, "hybrid: \(distance)")
  }

  /// A model without weights cannot be asked; none is where its share is 0.
  @Test func aShareOfZeroSkipsAModel() throws {
    let model = try TinyModels.model()
    let empty = DiffusionModel(
      TinyModels.loaded(TinyModels.unet, [:], identity: "nothing"), kind: .noise,
      imageShape: TinyModels.imageShape, learnsVariance: false, schedule: model.schedule)
    let latent = [golden.procedures.latent.tensor]
    let original = process([model, empty], upTo: 300)
    let tuned = process([empty, model], upTo: 300)
    let alone = try process([model], upTo: 300).generated(latent, steps: 3)
    #expect(
      try original.generated(latent, steps: 3, mixture: try MixingPlan(ratio: 0)) == alone)
    #expect(try tuned.generated(latent, steps: 3, mixture: try MixingPlan(ratio: 1)) == alone)
    #expect(throws: GraphError.self) {
      try tuned.generated(latent, steps: 3, mixture: try MixingPlan(ratio: 0.5))
    }
  }

  /// The noise of t₀ steps: the level of the timestep before the one from which images are generated.
  @Test func noisingStopsAStepEarlier() throws {
    let model = try TinyModels.model()
    let level = try model.schedule.level(at: 499)
    let distance = golden.procedures.noised.distance(
      to: level.noised(TinyModels.image(), with: TinyModels.image(2)))
    #expect(distance < 1e-6, "\(distance)")
    let noise = SeededNoise(seed: 5)
    let found = try process([model], upTo: 500).noised(
      [TinyModels.image()], noise: [noise], round: 3)
    let drawn = noise.tensor(TinyModels.imageShape, step: 3, for: .reference)
    #expect(found == [level.noised(TinyModels.image(), with: drawn)])
  }

  @Test func noBitDependsOnGroupsAndWorkers() throws {
    let models = [try TinyModels.model(), try TinyModels.model(1)]
    let images = (0..<3).map { TinyModels.image($0) }
    let noise = (0..<3).map { SeededNoise(seed: UInt64($0)) }
    func run(_ places: [Int], _ workers: Int) throws -> [Tensor] {
      let process = process(models, upTo: 400, workers: workers)
      let translated = try process.translated(
        places.map { images[$0] }, noise: places.map { noise[$0] }, rounds: 2, steps: 2)
      let latents = try process.inverted(translated, steps: 3)
      return try process.generated(latents, steps: 3, mixture: try MixingPlan(ratio: 0.5))
    }
    let together = try run([0, 1, 2], 2)
    #expect(try run([2], 1) + run([1, 0], 1) == [together[2], together[1], together[0]])
    #expect(together[0] != together[1])
  }

  @Test func templatesAreTheOfficialOnes() {
    let sentences = PromptTemplates.imageNet.sentences
    #expect(sentences.count == golden.templateCount && sentences.count == 79)
    #expect(
      FileDigest.sha256(of: sentences.joined(separator: "\n").utf8) == golden.templates)
  }
}
