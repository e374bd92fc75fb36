import Objectives
import Systems
import Tensors
import Testing

/// Latents that follow the gradient through all steps, against the official code in float64.
@Suite struct LatentOptimizationTests {
  private func optimization() throws -> LatentOptimization {
    let judges = try TinyModels.judges(loss: GlobalCLIPLoss(text: TinyModels.values("text", 6)))
    return LatentOptimization(judges: judges, iterations: 3)
  }

  @Test func followsTheOfficialCode() throws {
    let golden = try DiffusionCLIPGolden()
    let model = try TinyModels.model()
    let workers = Workers(count: 2)
    let image = TinyModels.image()
    let latents = try DiffusionCLIPProcess([model], upTo: 500, workers: workers)
      .inverted([image], steps: 6)
    let found = try optimization().run(
      latents, of: [image], by: model, upTo: 500, workers: workers)
    for (loss, expected) in zip(found.losses[0], golden.latents.losses) {
      #expect(abs(loss - expected) < 1e-3 * expected, "\(loss), \(expected)")
    }
    #expect(found.losses[0].count == 3)
    // Adam's first step is the gradient's sign, so a value of a gradient near 0 may go the other way.
    let scale = golden.latents.latent.scale
    let off = zip(found.latents[0].values, golden.latents.latent.tensor.values).count {
      abs(Double($0 - $1)) > 1e-3 * scale
    }
    #expect(off < found.latents[0].count / 50, "\(off) of \(found.latents[0].count) values")
    let distance = golden.latents.image.distance(to: found.images[0])
    #expect(distance < 0.02, "\(distance)")
  }

  @Test func noBitDependsOnGroupsAndWorkers() throws {
    let model = try TinyModels.model()
    let images = (0..<2).map { TinyModels.image($0) }
    let latents = (0..<2).map { TinyModels.image(20 + $0) }
    func run(_ places: [Int], _ workers: Int) throws -> [Tensor] {
      try optimization().run(
        places.map { latents[$0] }, of: places.map { images[$0] }, by: model, upTo: 400,
        workers: Workers(count: workers)
      ).images
    }
    let together = try run([0, 1], 2)
    #expect(try run([1], 1) + run([0], 1) == [together[1], together[0]])
  }

  @Test func stopsWhenAsked() throws {
    #expect(throws: CancellationError.self) {
      try optimization().run(
        [TinyModels.image(20)], of: [TinyModels.image()], by: try TinyModels.model(), upTo: 400,
        workers: Workers(count: 1), shouldStop: { true })
    }
  }
}
