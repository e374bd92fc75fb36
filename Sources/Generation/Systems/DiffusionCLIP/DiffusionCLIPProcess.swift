import Diffusion
import Pipelines
import Tensors

/// DiffusionCLIP's ways up to t₀ and down again, for a group of images.
///
/// Images do not see each other: no bit depends on the group or on the workers.
package struct DiffusionCLIPProcess {
  /// The original model first.
  private let models: [DiffusionModel]
  private let lastTimestep: Int
  private let workers: Workers
  private let shouldStop: @Sendable () -> Bool

  /// A process of some models that know one schedule.
  ///
  /// - Parameters:
  ///   - models: the original model, then fine-tuned ones.
  ///   - lastTimestep: t₀.
  ///   - workers: threads.
  ///   - shouldStop: asked after every step.
  /// - Precondition: there is a model.
  package init(
    _ models: [DiffusionModel], upTo lastTimestep: Int, workers: Workers,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    precondition(!models.isEmpty, "there is no model")
    self.models = models
    self.lastTimestep = lastTimestep
    self.workers = workers
    self.shouldStop = shouldStop
  }

  private var schedule: NoiseSchedule { models[0].schedule }

  /// The latents of images at t₀, by the original model: one call fewer than there are timesteps.
  ///
  /// - Parameters:
  ///   - images: `[C, S, S]`, values in −1…1.
  ///   - steps: timesteps.
  /// - Returns: `[C, S, S]` each.
  /// - Throws: `DiffusionError`, `GraphError`; `CancellationError` when asked to stop.
  package func inverted(_ images: [Tensor], steps: Int) throws -> [Tensor] {
    let steps = try Timesteps.fractions(steps, upTo: lastTimestep).ascending(on: schedule)
    return try run(images, over: steps) {
      try models[0].predictions(of: $0, at: $1, workers: workers)
    }
  }

  /// The images of latents at t₀: a call of each model that takes part for each timestep.
  ///
  /// - Parameters:
  ///   - latents: `[C, S, S]`.
  ///   - steps: timesteps.
  ///   - mixture: weights of all models; nil for the original one alone.
  /// - Returns: `[C, S, S]` each, values in about −1…1.
  /// - Throws: as ``inverted(_:steps:)``.
  package func generated(
    _ latents: [Tensor], steps: Int, mixture: MixingPlan? = nil
  ) throws -> [Tensor] {
    let steps = try Timesteps.fractions(steps, upTo: lastTimestep).descending(on: schedule)
    let original = try DiffusionCLIPPlan.originalAlone(of: models.count)
    let mixture = mixture ?? original
    return try run(latents, over: steps) { samples, timestep in
      try mixture.predictions(at: timestep) { model in
        try models[model].predictions(of: samples, at: timestep, workers: workers)
      }
    }
  }

  /// Images with the noise of t₀ steps, one fewer than the timestep from which they are generated.
  ///
  /// - Parameters:
  ///   - images: `[C, S, S]`.
  ///   - noise: of each image.
  ///   - round: which of several rounds.
  /// - Returns: `[C, S, S]` each.
  /// - Throws: `DiffusionError` for a t₀ outside the schedule.
  package func noised(
    _ images: [Tensor], noise: [SeededNoise], round: Int
  ) throws(DiffusionError) -> [Tensor] {
    let level = try schedule.level(after: lastTimestep)
    return workers.map(images.count) { index, _ in
      let drawn = noise[index].tensor(images[index].shape, step: round, for: .reference)
      return level.noised(images[index], with: drawn)
    }
  }

  /// Images of any domain brought to the one that the original model knows: noised and generated, round after round.
  ///
  /// - Parameters:
  ///   - images: `[C, S, S]`.
  ///   - noise: of each image.
  ///   - rounds: how often.
  ///   - steps: timesteps of a generation.
  /// - Returns: the last round's images.
  /// - Throws: as ``inverted(_:steps:)``.
  package func translated(
    _ images: [Tensor], noise: [SeededNoise], rounds: Int, steps: Int
  ) throws -> [Tensor] {
    try (0..<rounds).reduce(images) { images, round in
      try generated(try noised(images, noise: noise, round: round), steps: steps)
    }
  }

  private func run(
    _ samples: [Tensor], over steps: [DiffusionStep],
    predict: (_ samples: [Tensor], _ timestep: Int) throws -> [Prediction]
  ) throws -> [Tensor] {
    let hooks = SamplingHooks(afterStep: { _, _ in
      if shouldStop() { throw CancellationError() }
    })
    return try DDIMSampler().run(samples, over: steps, workers: workers, hooks: hooks) {
      try predict($0, $1.timestep)
    }
  }
}
