import Diffusion
import Graphs
import Images
import Pipelines
import Tensors
import Terms

/// How a group of images is made.
extension SDGPipeline {
  // MARK: Conditions

  /// What a request asks for, read.
  func condition(of request: ImageRequest) throws -> Condition {
    var embedding: [Float] = []
    if settings.guidance.text != 0, let texts {
      guard let text = request.text else {
        throw SystemError.missingCondition(id: request.id, what: "text")
      }
      embedding = try texts.embedding(text)
      if let width = guide?.embeddingWidth, width != embedding.count {
        throw SystemError.conflict(
          system: "sdg",
          reason: "texts have \(embedding.count) values, but the guide's images \(width); both "
            + "must come from one CLIP model")
      }
    }
    var reference: Tensor?
    if readsReference {
      guard let image = request.image else {
        throw SystemError.missingCondition(id: request.id, what: "reference image")
      }
      let picture = try image()
      guard picture.channels == 3, picture.width > 0, picture.height > 0 else {
        throw SystemError.missingCondition(id: request.id, what: "reference image in RGB")
      }
      reference = PixelImage.square(picture, size: imageSize).signedPlanes
    }
    return Condition(
      noise: SeededNoise(seed: request.seed), text: embedding, reference: reference)
  }

  // MARK: Sampling

  /// The images of a group; one by one where an error leaves open whose it is.
  func made(
    _ conditions: [Condition], workers: Workers, shouldStop: @Sendable () -> Bool
  ) throws -> [Result<Raster, ImageFailure>] {
    do {
      return try sampled(conditions, over: steps, workers: workers, shouldStop: shouldStop).map {
        values in
        guard values.values.allSatisfy(\.isFinite) else { return .failure(.notFinite) }
        return .success(Raster(signedPlanes: values))
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      guard conditions.count > 1 else {
        // A guidance that is too strong ends in such numbers some steps before the last.
        if case GraphError.notFinite = error, !settings.guidance.isOff {
          return [.failure(.notFinite)]
        }
        return [.failure(ImageFailure(error))]
      }
      return try conditions.flatMap {
        try made([$0], workers: workers, shouldStop: shouldStop)
      }
    }
  }

  /// The images of a group after some of the steps.
  ///
  /// - Parameters:
  ///   - conditions: with what the settings read.
  ///   - steps: the first of ``steps``, or all.
  ///   - workers: threads; no bit depends on them.
  ///   - shouldStop: asked after every step.
  /// - Returns: `[3, S, S]` each, at the level that the last step leads to.
  /// - Throws: `CancellationError`; `GraphError` for results that are not finite.
  package func sampled(
    _ conditions: [Condition], over steps: [DiffusionStep], workers: Workers,
    shouldStop: @Sendable () -> Bool = { false }
  ) throws -> [Tensor] {
    let sampler = DDPMSampler(variance: model.learnsVariance ? .learnedRange : .small)
    let gradient = try gradient(conditions, over: steps, workers: workers)
    return try withoutActuallyEscaping(shouldStop) { shouldStop in
      let hooks = SamplingHooks(gradient: gradient) { samples, step in
        if shouldStop() { throw CancellationError() }
        replaceLowFrequencies(of: &samples, conditions, after: step)
      }
      return try sampler.run(
        conditions.map { $0.noise.initial(model.imageShape) }, over: steps,
        noise: conditions.map(\.noise), workers: workers, hooks: hooks
      ) { samples, step in
        try model.predictions(of: samples, at: step.timestep, workers: workers)
      }
    }
  }

  /// The guidance of a group; nil if nothing guides.
  private func gradient(
    _ conditions: [Condition], over steps: [DiffusionStep], workers: Workers
  ) throws -> ((_ samples: [Tensor], _ step: DiffusionStep) throws -> [Tensor])? {
    guard !settings.guidance.isOff, let guide else { return nil }
    let session = try guide.session(
      settings.guidance, at: steps.map(\.timestep), capacity: conditions.count, workers: workers)
    return { samples, step in
      let targets = GuideSession.Targets(
        texts: conditions.map(\.text),
        references: settings.guidance.readsReference ? noised(conditions, at: step) : [])
      return try session.measure(samples, at: step.timestep, targets).map(\.gradient)
    }
  }

  /// The reference images at the noise that a step starts from.
  private func noised(_ conditions: [Condition], at step: DiffusionStep) -> [Tensor] {
    conditions.compactMap { condition in
      condition.reference.map { image in
        let noise = condition.noise.tensor(image.shape, step: step.index, for: .reference)
        return step.from.noised(image, with: noise)
      }
    }
  }

  private func replaceLowFrequencies(
    of samples: inout [Tensor], _ conditions: [Condition], after step: DiffusionStep
  ) {
    guard let filter, let replacement = settings.replacement, step.index > replacement.range
    else { return }
    for (index, reference) in noised(conditions, at: step).enumerated() {
      let (own, wanted) = (filter(samples[index]), filter(reference))
      for place in own.values.indices {
        samples[index].values[place] += wanted.values[place] - own.values[place]
      }
    }
  }
}

extension ImageFailure {
  fileprivate static let notFinite = ImageFailure(
    state: .notFinite,
    reason: "sampling ended in numbers that are not finite; lower the guidance's scale")
}
