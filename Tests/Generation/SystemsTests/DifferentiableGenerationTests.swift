import Diffusion
import Gradients
import Graphs
import Models
import Objectives
import Pipelines
import Systems
import Tensors
import TestSupport
import Testing

/// The gradient through all steps down, against autograd in float64 and against differences.
@Suite struct DifferentiableGenerationTests {
  private let golden: DiffusionCLIPGolden

  init() throws { golden = try DiffusionCLIPGolden() }

  /// A model's steps with its parameters.
  private struct Prepared {
    let generation: DifferentiableGeneration
    let parameters: ParameterBlock
    let gradients: ParameterBlock

    init(
      _ model: DiffusionModel, steps: Int, upTo last: Int = 500, learns: Bool = true,
      capacity: Int = 1, workers: Int = 2
    ) throws {
      let graph = try Graph(tracing: model.network.network)
      parameters = try model.network.parameterBlock(of: graph)
      gradients = parameters.zeroed()
      generation = try DifferentiableGeneration(
        model, over: try Timesteps.fractions(steps, upTo: last).descending(on: model.schedule),
        learned: learns ? parameters : nil, capacity: capacity,
        workers: Workers(count: workers))
    }
  }

  private func objective(capacity: Int = 1, workers: Int = 2) throws -> EditingObjective {
    try TinyModels.judges().objective(
      imageShape: TinyModels.imageShape, capacity: capacity, workers: Workers(count: workers))
  }

  @Test func lossAndGradientsAreAutograds() throws {
    let prepared = try Prepared(try TinyModels.model(1), steps: 6)
    let objective = try objective()
    let sources = try objective.sources([TinyModels.image()])
    let measured = try objective.measure(
      try prepared.generation.images(of: [golden.chain.latent.tensor]), against: sources)[0]
    #expect(abs(measured.loss - golden.chain.loss) < 1e-5 * golden.chain.loss)
    let parts = [
      "clip": measured.clip, "identity": measured.identity, "difference": measured.difference,
    ]
    for (name, expected) in golden.chain.parts {
      #expect(abs((parts[name] ?? .nan) - expected) < 1e-5 * max(expected, 1), "\(name)")
    }
    let byLatent = try prepared.generation.backward(
      [measured.gradient], into: prepared.gradients)[0]
    let distance = golden.chain.byLatent.distance(to: byLatent) / golden.chain.byLatent.scale
    #expect(distance < 1e-3, "by the latent: \(distance) of its root mean square")
    try compare(prepared)
  }

  private func compare(_ prepared: Prepared) throws {
    #expect(golden.chain.byParameters.count == prepared.parameters.specifications.count)
    var worst = 0.0
    for specification in prepared.gradients.specifications {
      let expected = try #require(golden.chain.byParameters[specification.name])
      let found = prepared.gradients.tensor(specification).values.map(Double.init)
      let scale = max(expected.length, 1e-4)
      let length = found.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let sum = found.reduce(0, +)
      let first = zip(found, expected.first).map { abs($0 - $1) }.max() ?? .infinity
      let spread = Double(found.count).squareRoot()
      let distance = max(
        abs(length - expected.length), abs(sum - expected.sum) / spread, first)
      worst = max(worst, distance / scale)
      #expect(distance < 1e-3 * scale, "\(specification.name): \(distance / scale)")
    }
    #expect(worst > 0)
  }

  /// Along the gradient itself, the loss changes by its squared length; v and a learned variance included.
  @Test(arguments: [false, true]) func gradientsAreDifferences(isVelocity: Bool) throws {
    let model = isVelocity ? try TinyModels.velocityModel() : try TinyModels.model(1)
    let prepared = try Prepared(model, steps: 6, upTo: 401)
    let objective = try objective()
    let sources = try objective.sources([TinyModels.image()])
    let latent = TinyModels.image(4)
    func measured(_ latent: Tensor) throws -> EditingObjective.Measurement {
      try objective.measure(try prepared.generation.images(of: [latent]), against: sources)[0]
    }
    let byLatent = try prepared.generation.backward(
      [try measured(latent).gradient], into: prepared.gradients)[0]
    // Absolute differences have a kink at 0, so the change is small: a thousandth of the latent.
    let step = 0.03 / length(byLatent.values)
    let ends = try [step, -step].map { change in
      var moved = latent
      for index in moved.values.indices {
        moved.values[index] += Float(change) * byLatent.values[index]
      }
      return try measured(moved).loss
    }
    let squared = length(byLatent.values) * length(byLatent.values)
    let ratio = (ends[0] - ends[1]) / (2 * step) / squared
    #expect(abs(ratio - 1) < 0.01, "by the latent: \(ratio)")
    try checkParameters(prepared, latent) { try measured(latent).loss }
  }

  private func checkParameters(
    _ prepared: Prepared, _ latent: Tensor, loss: () throws -> Double
  ) throws {
    let values = prepared.parameters.tensors
    let gradients = prepared.gradients.tensors
    let length = length(gradients.values.flatMap(\.values))
    let step = 2e-3 / length
    let ends = try [step, -step].map { change in
      var moved = values
      for (name, gradient) in gradients {
        for index in gradient.values.indices {
          moved[name]?.values[index] += Float(change) * gradient.values[index]
        }
      }
      try prepared.parameters.fill(from: moved)
      return try loss()
    }
    let ratio = (ends[0] - ends[1]) / (2 * step) / (length * length)
    #expect(abs(ratio - 1) < 0.01, "by the parameters: \(ratio)")
  }

  private func length(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  /// What the sampler makes of a latent, but for other kernels.
  @Test func imagesAreTheSamplers() throws {
    let model = try TinyModels.velocityModel()
    let latent = TinyModels.image(4)
    let found = try Prepared(model, steps: 6, learns: false).generation.images(of: [latent])[0]
    let expected = try DiffusionCLIPProcess([model], upTo: 500, workers: Workers(count: 2))
      .generated([latent], steps: 6)[0]
    let agreement = Agreement(found.values, expected.values)
    #expect(agreement.maximum < 1e-4, "\(agreement)")
  }

  @Test func memoryIsThatOfOneStep() throws {
    let model = try TinyModels.model()
    let few = try Prepared(model, steps: 2).generation.byteCount
    #expect(try Prepared(model, steps: 40).generation.byteCount == few)
  }

  /// Workers change no bit of any gradient, groups none of those by latents.
  @Test func noBitDependsOnGroupsAndWorkers() throws {
    let model = try TinyModels.model(1)
    let latents = (0..<2).map { TinyModels.image(20 + $0) }
    let images = (0..<2).map { TinyModels.image($0) }
    func run(_ places: [Int], _ workers: Int) throws -> ([Tensor], [String: Tensor]) {
      let prepared = try Prepared(model, steps: 3, capacity: places.count, workers: workers)
      let objective = try objective(capacity: places.count, workers: workers)
      let sources = try objective.sources(places.map { images[$0] })
      let measured = try objective.measure(
        try prepared.generation.images(of: places.map { latents[$0] }), against: sources)
      let gradients = try prepared.generation.backward(
        measured.map(\.gradient), into: prepared.gradients)
      return (gradients, prepared.gradients.tensors)
    }
    let (two, one) = (try run([0, 1], 2), try run([0, 1], 1))
    #expect(two.0 == one.0 && two.1 == one.1)
    #expect(try run([1], 1).0 == [two.0[1]] && run([0], 2).0 == [two.0[0]])
  }
}
