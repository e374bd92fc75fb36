import Diffusion
import Images
import Pipelines
import Tensors
import Terms

/// DiffusionCLIP, ready: images become edited images, a group at a time.
package struct DiffusionCLIPPipeline: ImagePipeline {
  private let models: [DiffusionModel]
  private let plan: DiffusionCLIPPlan
  private let optimization: LatentOptimization?
  private let preprocessing: Preprocessing

  /// How many images one call makes best.
  package let groupSize: Int

  /// Joins models and a plan.
  ///
  /// - Parameters:
  ///   - models: the original model, then those that were fine-tuned from it.
  ///   - plan: what is done, its mixture for these models.
  ///   - optimization: how latents are optimized; needed by that mode alone.
  ///   - preprocessing: from RGB of any size to `[3, S, S]` in −1…1.
  ///   - groupSize: how many images one call makes best.
  /// - Throws: ``SystemError`` where models, mixture and mode do not fit together.
  package init(
    models: [DiffusionModel], plan: DiffusionCLIPPlan, optimization: LatentOptimization? = nil,
    preprocessing: Preprocessing, groupSize: Int = 8
  ) throws(SystemError) {
    func refuse(_ reason: String) -> SystemError {
      .conflict(system: "diffusionclip", reason: reason)
    }
    guard let original = models.first else { throw refuse("there is no model") }
    for model in models where model.imageShape != original.imageShape {
      throw refuse(
        "one model makes images of \(original.imageShape), another of \(model.imageShape)")
    }
    let weights = plan.mixture.stages.first?.weights.count ?? 0
    guard weights == models.count else {
      throw refuse(
        "the mixture has weights for \(weights) models, the original one included, but there are "
          + "\(models.count)")
    }
    guard plan.mode != .optimize || optimization != nil else {
      throw refuse("mode 'optimize' needs a text to optimize for")
    }
    self.models = models
    self.plan = plan
    self.optimization = plan.mode == .optimize ? optimization : nil
    self.preprocessing = preprocessing
    self.groupSize = groupSize
  }

  /// Models, plan and preprocessing.
  package var fingerprint: String {
    (["diffusionclip 1", plan.fingerprint] + models.map(\.fingerprint)
      + [optimization?.fingerprint, preprocessing.fingerprint].compactMap(\.self))
      .joined(separator: " | ")
  }

  /// `S`.
  package var imageSize: Int { models[0].imageShape[1] }

  /// Edits the images of a group.
  package func images(
    for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    let opened = requests.map { request in ImageFailure.catching { try image(of: request) } }
    let ready = opened.indices.filter { (try? opened[$0].get()) != nil }
    let group = try ready.map { (image: try opened[$0].get(), seed: requests[$0].seed) }
    let edited = try withoutActuallyEscaping(shouldStop) { shouldStop in
      try results(of: group, workers, shouldStop)
    }
    let made = Dictionary(uniqueKeysWithValues: zip(ready, edited))
    return opened.indices.map { (made[$0] ?? opened[$0]).map { Raster(signedPlanes: $0) } }
  }

  private func image(of request: ImageRequest) throws -> Tensor {
    guard let image = request.image else {
      throw SystemError.missingCondition(id: request.id, what: "image to edit")
    }
    return try preprocessing.apply(try image(), named: request.id)
  }

  /// A group together, or, where that fails, each by itself, so that one image's failure is no other's.
  private func results(
    of group: [(image: Tensor, seed: UInt64)], _ workers: Workers,
    _ shouldStop: @escaping @Sendable () -> Bool
  ) throws -> [Result<Tensor, ImageFailure>] {
    if group.isEmpty { return [] }
    do {
      return try edited(group, workers, shouldStop).map { .success($0) }
    } catch let stop as CancellationError {
      throw stop
    } catch {
      if group.count == 1 { return [.failure(ImageFailure(error))] }
      return try group.flatMap { try results(of: [$0], workers, shouldStop) }
    }
  }

  private func edited(
    _ group: [(image: Tensor, seed: UInt64)], _ workers: Workers,
    _ shouldStop: @escaping @Sendable () -> Bool
  ) throws -> [Tensor] {
    let process = DiffusionCLIPProcess(
      models, upTo: plan.lastTimestep, workers: workers, shouldStop: shouldStop)
    var images = group.map(\.image)
    if plan.mode.beginsWithRounds {
      images = try process.translated(
        images, noise: group.map { SeededNoise(seed: $0.seed) }, rounds: plan.rounds,
        steps: plan.roundSteps)
      if plan.mode == .unseen { return images }
    }
    let latents = try process.inverted(images, steps: plan.inversionSteps)
    if let optimization {
      return try optimization.run(
        latents, of: images, by: models[0], upTo: plan.lastTimestep, workers: workers,
        shouldStop: shouldStop
      ).images
    }
    return try process.generated(latents, steps: plan.generationSteps, mixture: plan.mixture)
  }
}
