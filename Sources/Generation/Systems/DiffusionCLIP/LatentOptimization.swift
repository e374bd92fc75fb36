import Diffusion
import Graphs
import Models
import Objectives
import Pipelines
import Tensors
import Training

/// DiffusionCLIP's comparator: not the model but each image's latent is optimized, through all steps down.
///
/// Source: `gwang-kim/DiffusionCLIP`, `diffusionclip.py`, `clip_latent_optim`.
/// - Deviation: the reference's last picture is of the latent before its last change; here it is of the final one.
package struct LatentOptimization: Sendable {
  /// Who judges, and by which losses.
  package let judges: EditingJudges
  /// Timesteps of the way down while the latent is optimized, and of the final image.
  package let steps: Int
  /// How often each latent changes.
  package let iterations: Int
  /// Adam's learning rate.
  package let rate: Float

  /// Describes an optimization.
  ///
  /// - Parameters:
  ///   - judges: networks and losses.
  ///   - steps: 6 in the repository.
  ///   - iterations: how often each latent changes.
  ///   - rate: 0.02 in the repository.
  package init(judges: EditingJudges, steps: Int = 6, iterations: Int, rate: Float = 0.02) {
    self.judges = judges
    self.steps = steps
    self.iterations = iterations
    self.rate = rate
  }

  /// Names everything that can move a pixel.
  package var fingerprint: String {
    "steps=\(steps) iterations=\(iterations) rate=\(rate) \(judges.fingerprint)"
  }

  /// What becomes of a group of latents.
  package struct Outcome: Sendable {
    /// The optimized latents.
    package fileprivate(set) var latents: [Tensor]
    /// Their images.
    package fileprivate(set) var images: [Tensor]
    /// The loss of each image before each of its changes, `[N][iterations]`.
    package fileprivate(set) var losses: [[Double]]
  }

  /// Optimizes the latents of images; none sees another.
  ///
  /// - Parameters:
  ///   - latents: `[C, S, S]` each, at t₀.
  ///   - images: those that they are the latents of.
  ///   - model: makes images of them.
  ///   - lastTimestep: t₀.
  ///   - workers: threads; no bit depends on them.
  ///   - shouldStop: asked at every iteration.
  /// - Returns: the latents, their images and the losses on the way.
  /// - Throws: `GraphError`, `DiffusionError`, `ObjectiveError`; `CancellationError` when asked to stop.
  package func run(
    _ latents: [Tensor], of images: [Tensor], by model: DiffusionModel, upTo lastTimestep: Int,
    workers: Workers, shouldStop: () -> Bool = { false }
  ) throws -> Outcome {
    let capacity = max(1, min(latents.count, model.imagesWithGradients))
    let timesteps = try Timesteps.fractions(steps, upTo: lastTimestep)
    let generation = try DifferentiableGeneration(
      model, over: timesteps.descending(on: model.schedule),
      capacity: capacity, workers: workers)
    let objective = try judges.objective(
      imageShape: model.imageShape, capacity: capacity, workers: workers)
    var outcome = Outcome(latents: [], images: [], losses: [])
    for start in stride(from: 0, to: latents.count, by: capacity) {
      let part = start..<min(start + capacity, latents.count)
      let sources = try objective.sources(Array(images[part]))
      let moving = try MovingTensors(Array(latents[part]), rate: rate, workers: workers)
      var losses = sources.map { _ in [Double]() }
      for _ in 0..<iterations {
        if shouldStop() { throw CancellationError() }
        let measured = try objective.measure(
          try generation.images(of: moving.tensors), against: sources)
        for (image, measurement) in measured.enumerated() {
          losses[image].append(measurement.loss)
        }
        try moving.update(with: generation.backward(measured.map(\.gradient)))
      }
      outcome.latents += moving.tensors
      outcome.images += try generation.images(of: moving.tensors)
      outcome.losses += losses
    }
    return outcome
  }
}

extension DiffusionModel {
  /// How many images a step with gradients treats at once: four of 64 pixels, one of 128 or more.
  fileprivate var imagesWithGradients: Int { max(1, 4 * 64 * 64 / (imageShape[1] * imageShape[2])) }
}
