import Diffusion
import Generators
import Graphs
import Kernels
import Models
import Pipelines
import Systems
import Tensors
import Testing

/// Unconditional sampling, with a network of one layer.
@Suite struct DDPMSystemTests {
  /// Reads image and timestep, and gives as many planes as it is asked for.
  private struct Layer: Network {
    let name = "layer"
    let summary = "one layer"
    let planes: Int
    let inputs: [NetworkInput] = [
      .map("image", channels: 3, rows: 8, columns: 8), .scalar("timestep"),
    ]

    func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
      let image = inputs["image"]
      let time = inputs["timestep"].broadcast(rows: image.rows, columns: image.columns)
      return scope["layer"].convolution(.concatenated([image, time]), to: planes, kernel: 1)
    }
  }

  private func model(learnsVariance: Bool = false) throws -> DiffusionModel {
    let layer = Layer(planes: learnsVariance ? 6 : 3)
    let parameters = try Graph(tracing: layer).parameters.map { parameter in
      var tensor = SeededParameters.tensor(named: parameter.name, shape: parameter.shape, seed: 3)
      // Timesteps are large numbers.
      tensor.values = tensor.values.map { $0 * 0.001 }
      return (parameter.name, tensor)
    }
    return DiffusionModel(
      LoadedNetwork(
        network: layer, weights: WeightFile(path: "layer", sha256: "00"),
        parameters: Dictionary(uniqueKeysWithValues: parameters)),
      kind: .noise, imageShape: [3, 8, 8], learnsVariance: learnsVariance,
      schedule: try .linear())
  }

  private func pipeline(
    _ options: [String: String], _ model: DiffusionModel
  ) throws -> any ImagePipeline {
    let system = DDPMSystem(networks: [.unet]) { _ in model }
    return try system.open(
      SystemOptions(options, of: system),
      in: SystemContext(loader: ModelLoader(.compact), workers: Workers(count: 1)))
  }

  private func images(
    _ pipeline: any ImagePipeline, _ seeds: [UInt64], workers: Int = 1
  ) throws -> [[UInt8]] {
    try pipeline.images(
      for: seeds.map { ImageRequest(id: "\($0)", seed: $0) }, workers: Workers(count: workers)
    ) { false }.map { try $0.get().samples }
  }

  @Test(arguments: [
    ["steps": "5"], ["steps": "5", "sampler": "ddim"],
    ["steps": "5", "sampler": "ddim", "eta": "0.5"],
  ])
  func anImageDependsOnItsSeedAlone(options: [String: String]) throws {
    let pipeline = try pipeline(options, model())
    #expect(pipeline.imageSize == 8)
    let together = try images(pipeline, [1, 2, 3], workers: 2)
    #expect(Set(together).count == 3)
    #expect(try images(pipeline, [3, 1]) == [together[2], together[0]])
  }

  @Test func stepsAreThoseOfTheSampler() throws {
    let model = try model()
    let made = try images(pipeline(["sampler": "ddim", "steps": "4"], model), [7])
    let steps = try Timesteps.respaced("4", of: 1000).descending(on: model.schedule)
    let expected = try DDIMSampler(clampsImage: true).run(
      [SeededNoise(seed: 7).initial([3, 8, 8])], over: steps
    ) { samples, step in
      try model.predictions(of: samples, at: step.timestep, workers: Workers(count: 1))
    }
    let values = expected[0].values
    let bytes = (0..<192).map { (place: Int) -> UInt8 in
      let value: Float = values[place % 3 * 64 + place / 3]
      return UInt8(min(max((value + 1) * 127.5 + 0.5, 0), 255))
    }
    #expect(made[0] == bytes)
  }

  @Test func optionsAreInTheFingerprintAndInThePixels() throws {
    let model = try model()
    let choices: [[String: String]] = [
      ["steps": "5"], ["steps": "6"], ["steps": "5", "sampler": "ddim"],
      ["steps": "5", "sampler": "ddim", "eta": "0.5"],
    ]
    let pipelines = try choices.map { try pipeline($0, model) }
    #expect(Set(pipelines.map(\.fingerprint)).count == choices.count)
    #expect(Set(try pipelines.map { try images($0, [1]) }).count == choices.count)
    #expect(pipelines[0].fingerprint.contains("sampler=ddpm steps=5 unet="))
  }

  @Test func aLearnedVarianceIsUsed() throws {
    let fixed = try images(pipeline(["steps": "5"], model()), [1])
    #expect(try images(pipeline(["steps": "5"], model(learnsVariance: true)), [1]) != fixed)
  }

  @Test func stoppingIsHeard() throws {
    let pipeline = try pipeline(["steps": "5"], model())
    #expect(throws: CancellationError.self) {
      _ = try pipeline.images(
        for: [ImageRequest(id: "a", seed: 1)], workers: Workers(count: 1)
      ) { true }
    }
  }

  @Test func anEtaNeedsDDIM() throws {
    let error = try #require(throws: MethodError.self) {
      try MethodSpecification(parsing: "a=builtin:ddpm:eta=0.5")
    }
    #expect(
      error.description
        == "ddpm: 'eta' belongs to DDIM; add sampler=ddim or leave it out")
  }
}
