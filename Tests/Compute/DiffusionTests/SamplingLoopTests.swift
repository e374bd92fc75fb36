import Diffusion
import Tensors
import Testing

/// The loop that takes groups of images through steps.
@Suite struct SamplingLoopTests {
  private let shape = [3, 8, 8]

  /// A network that is no formula of the sampler's: each pixel sees its left neighbor.
  private func network(_ x: Tensor, _ step: DiffusionStep) -> Prediction {
    var values = x.values
    for index in values.indices.dropFirst() {
      values[index] = 0.6 * x.values[index] + 0.3 * x.values[index - 1]
    }
    let noise = values.map { $0 - Float(step.timestep) / 5000 }
    return Prediction(
      .noise, Tensor(shape: x.shape, values: noise),
      varianceFraction: Tensor(shape: x.shape, values: values))
  }

  private func steps(_ count: Int = 8) throws -> [DiffusionStep] {
    try Timesteps.respaced("\(count)", of: 1000).descending(on: try NoiseSchedule.linear())
  }

  private func run(
    _ sampler: some Sampler, seeds: [UInt64], workers: Int = 1,
    hooks: SamplingHooks = SamplingHooks()
  ) throws -> [Tensor] {
    let noise = seeds.map { SeededNoise(seed: $0) }
    return try sampler.run(
      noise.map { $0.initial(shape) }, over: try steps(), noise: noise,
      workers: Workers(count: workers), hooks: hooks
    ) { samples, step in samples.map { network($0, step) } }
  }

  private func expectIndependence(of sampler: some Sampler) throws {
    let seeds: [UInt64] = [11, 12, 13, 14, 15]
    let alone = try seeds.map { try run(sampler, seeds: [$0])[0] }
    #expect(Set(alone.map(\.values)).count == seeds.count)
    #expect(try run(sampler, seeds: seeds) == alone)
    #expect(try run(sampler, seeds: seeds, workers: 3) == alone)
    #expect(try run(sampler, seeds: seeds.reversed(), workers: 2) == alone.reversed())
    #expect(
      try run(sampler, seeds: [11, 12]) + run(sampler, seeds: [13, 14, 15], workers: 4) == alone)
  }

  @Test func imagesDoNotDependOnGroupOrderAndWorkers() throws {
    try expectIndependence(of: DDIMSampler())
    try expectIndependence(of: try DDIMSampler(eta: 0.7, clampsImage: true))
    try expectIndependence(of: DDPMSampler(variance: .small))
    try expectIndependence(of: DDPMSampler(variance: .learnedRange))
  }

  @Test func aRunContinuesWhereItStopped() throws {
    let sampler = DDPMSampler(variance: .learnedRange)
    let noise = [SeededNoise(seed: 3), SeededNoise(seed: 4)]
    let steps = try steps()
    let whole = try run(sampler, seeds: [3, 4])
    var samples = noise.map { $0.initial(shape) }
    for part in [steps[..<3], steps[3..<7], steps[7...]] {
      samples = try sampler.run(samples, over: Array(part), noise: noise) { samples, step in
        samples.map { network($0, step) }
      }
    }
    #expect(samples == whole)
  }

  /// SDG with both weights 0 is unguided sampling; any other gradient is not.
  @Test func guidanceOfWeightZeroChangesNoBit() throws {
    for clamps in [true, false] {
      let samplers: [any Sampler] = [
        DDPMSampler(variance: .learnedRange, clampsImage: clamps),
        try DDIMSampler(eta: 0.5, clampsImage: clamps),
      ]
      for sampler in samplers {
        func guided(_ weight: Float) throws -> [Tensor] {
          let hooks = SamplingHooks(
            gradient: weight == 0
              ? nil
              : { samples, _ in
                samples.map { x in
                  Tensor(shape: x.shape, values: x.values.map { weight * (0.5 - $0) })
                }
              })
          return try run(sampler, seeds: [1, 2], hooks: hooks)
        }
        let plain = try run(sampler, seeds: [1, 2])
        #expect(try guided(0) == plain)
        #expect(try guided(0.5) != plain)
      }
    }
  }

  /// Pictures on the way, and methods that replace part of an image, see every step once.
  @Test func hooksSeeEveryStep() throws {
    var seen: [Int] = []
    let halves = SamplingHooks(afterStep: { samples, step in
      seen.append(step.index)
      if step.index == 0 {
        samples = samples.map { x in
          Tensor(shape: x.shape, values: x.values.map { $0 / 2 })
        }
      }
    })
    let found = try run(DDPMSampler(variance: .small), seeds: [5], hooks: halves)
    #expect(seen == (0..<8).reversed())
    let plain = try run(DDPMSampler(variance: .small), seeds: [5])
    #expect(found[0].values == plain[0].values.map { $0 / 2 })
  }

  private struct Stopped: Error {}

  @Test func aHookStopsTheRun() throws {
    var steps = 0
    let hooks = SamplingHooks(afterStep: { _, _ in
      steps += 1
      if steps == 3 { throw Stopped() }
    })
    #expect(throws: Stopped.self) { try run(DDIMSampler(), seeds: [5], hooks: hooks) }
    #expect(steps == 3)
  }

  /// Nothing is computed for steps that a sampler does not cover.
  @Test func stepsAreCheckedBeforeTheFirstCall() throws {
    let schedule = try NoiseSchedule.linear()
    let up = try Timesteps.fractions(6, upTo: 500).ascending(on: schedule)
    let sample = [Tensor(shape: shape)]
    let noise = [SeededNoise(seed: 1)]
    func never(_ samples: [Tensor], _ step: DiffusionStep) -> [Prediction] {
      Issue.record("the network was asked")
      return []
    }
    #expect(throws: DiffusionError.wrongDirection(sampler: "DDPM", timestep: 0)) {
      try DDPMSampler(variance: .small).run(sample, over: up, noise: noise, predict: never)
    }
    #expect(throws: DiffusionError.wrongDirection(sampler: "DDIM with η 0.5", timestep: 0)) {
      try DDIMSampler(eta: 0.5).run(sample, over: up, noise: noise, predict: never)
    }
    #expect(throws: DiffusionError.countMismatch(what: "seeds of noise", expected: 1, found: 0)) {
      try DDPMSampler(variance: .small).run(sample, over: try steps(), predict: never)
    }
    #expect(throws: DiffusionError.degenerateLevel(timestep: 0)) {
      let steps = DiffusionStep.descending(through: [.clean, .clean])
      _ = try DDIMSampler().run(sample, over: steps, predict: never)
    }
    for eta in [-0.1, 1.1, .nan] {
      #expect(throws: DiffusionError.self) { try DDIMSampler(eta: eta) }
    }
  }

  @Test func predictionsThatDoNotFitAreErrors() throws {
    let sample = [Tensor(shape: shape)]
    let noise = [SeededNoise(seed: 1)]
    let steps = try steps()
    func error(
      _ sampler: some Sampler, _ predictions: [Prediction],
      hooks: SamplingHooks = SamplingHooks()
    ) -> DiffusionError? {
      #expect(throws: DiffusionError.self) {
        try sampler.run(sample, over: steps, noise: noise, hooks: hooks) { _, _ in predictions }
      }
    }
    let right = Prediction(.noise, Tensor(shape: shape))
    let small = Tensor(shape: [3, 4, 4])
    #expect(
      error(DDIMSampler(), [])
        == .countMismatch(what: "predictions", expected: 1, found: 0))
    #expect(
      error(DDIMSampler(), [Prediction(.noise, small)])
        == .shapeMismatch(what: "one of the predictions", expected: shape, found: [3, 4, 4]))
    #expect(error(DDPMSampler(variance: .learnedRange), [right]) == .missingVariance(timestep: 999))
    #expect(
      error(
        DDPMSampler(variance: .learnedRange),
        [Prediction(.noise, right.values, varianceFraction: small)])
        == .shapeMismatch(what: "one of the variances", expected: shape, found: [3, 4, 4]))
    #expect(
      error(DDIMSampler(), [right], hooks: SamplingHooks(gradient: { _, _ in [small] }))
        == .shapeMismatch(what: "one of the gradients", expected: shape, found: [3, 4, 4]))
    #expect(
      error(DDIMSampler(), [right], hooks: SamplingHooks(afterStep: { samples, _ in samples = [] }))
        == .countMismatch(what: "images after a step", expected: 1, found: 0))
  }

  /// Whole sentences of one clause, as people read them.
  @Test func messagesSayBothSides() {
    #expect(
      DiffusionError.missingVariance(timestep: 999).description
        == "the prediction at timestep 999 has no variance, which a learned range needs; choose a fixed "
        + "variance for this network")
    #expect(
      DiffusionError.invalidEta(1.5).description
        == "η is 1.5, but it must lie in 0…1: 0 adds no noise, 1 as much as DDPM")
    #expect(
      DiffusionError.shapeMismatch(what: "a map", expected: [4, 4], found: [3]).description
        == "a map has shape [3], the image [4, 4]; both must be alike")
  }
}
