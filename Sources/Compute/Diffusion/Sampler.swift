import Tensors

/// A rule by which a noisy image comes to another level.
///
/// A step is a function of its arguments; nothing is drawn or remembered inside.
package protocol Sampler: Sendable {
  /// Whether steps read a prediction's variance.
  var readsVariance: Bool { get }

  /// Refuses a step that the rule does not cover.
  ///
  /// - Throws: ``DiffusionError``.
  func check(_ step: DiffusionStep) throws(DiffusionError)

  /// Whether a step adds noise.
  func addsNoise(in step: DiffusionStep) -> Bool

  /// The image at the level that the step leads to.
  ///
  /// - Parameters:
  ///   - x: the image at the level that the step starts from, values in about −1…1 apart from noise.
  ///   - prediction: what the network says of it.
  ///   - gradient: of the logarithm of a density by `x`, with which to guide; nil for none.
  ///   - noise: of deviation 1; nil where the step adds none.
  ///   - step: one that passes ``check(_:)``.
  /// - Returns: an image of the shape of `x`.
  /// - Precondition: all have the shape of `x`, and the prediction has a variance if ``readsVariance``.
  func next(
    _ x: Tensor, _ prediction: Prediction, gradient: Tensor?, noise: Tensor?, step: DiffusionStep
  ) -> Tensor
}

/// What happens around the steps of a sampler.
package struct SamplingHooks {
  /// Gives each image a gradient of the logarithm of a density, by which its step is guided.
  package var gradient: ((_ samples: [Tensor], _ step: DiffusionStep) throws -> [Tensor])?
  /// Sees and may change the images after each step; throws to stop.
  package var afterStep: ((_ samples: inout [Tensor], _ step: DiffusionStep) throws -> Void)?

  /// Hooks by what they do; none unless given.
  package init(
    gradient: ((_ samples: [Tensor], _ step: DiffusionStep) throws -> [Tensor])? = nil,
    afterStep: ((_ samples: inout [Tensor], _ step: DiffusionStep) throws -> Void)? = nil
  ) {
    self.gradient = gradient
    self.afterStep = afterStep
  }
}

extension Sampler {
  /// Takes a group of images through steps.
  ///
  /// The images do not affect each other, so they may be grouped in any way. A run over some of the steps can
  /// be continued with the rest of them.
  ///
  /// - Parameters:
  ///   - samples: `[C, H, W]` each, at the level that the first step starts from.
  ///   - steps: for example ``Timesteps/descending(on:)``.
  ///   - noise: of each image; may be empty where no step adds noise.
  ///   - workers: they share the images of a step; no bit depends on them.
  ///   - hooks: guidance, progress.
  ///   - predict: the network's predictions for a group at a step, one for each image; called once a step.
  /// - Returns: the images at the level that the last step leads to.
  /// - Throws: ``DiffusionError`` for steps that the sampler does not cover, before anything is computed, and for what
  ///   does not fit the images; what `predict` and the hooks throw.
  package func run(
    _ samples: [Tensor], over steps: [DiffusionStep], noise: [SeededNoise] = [],
    workers: Workers = Workers(count: 1), hooks: SamplingHooks = SamplingHooks(),
    predict: (_ samples: [Tensor], _ step: DiffusionStep) throws -> [Prediction]
  ) throws -> [Tensor] {
    for step in steps {
      guard !step.from.isClean else {
        throw DiffusionError.degenerateLevel(timestep: step.timestep)
      }
      try check(step)
      if addsNoise(in: step) { try noise.requireOne(for: samples, "seeds of noise") }
    }
    var samples = samples
    for step in steps {
      let predictions = try predict(samples, step)
      try check(predictions, of: samples, step)
      let gradients = try hooks.gradient?(samples, step)
      try gradients?.require(shapesOf: samples, "gradients")
      let before = samples
      samples = workers.map(before.count) { index, _ in
        next(
          before[index], predictions[index], gradient: gradients?[index],
          noise: addsNoise(in: step)
            ? noise[index].tensor(before[index].shape, step: step.index) : nil,
          step: step)
      }
      try hooks.afterStep?(&samples, step)
      try samples.require(shapesOf: before, "images after a step")
    }
    return samples
  }

  private func check(
    _ predictions: [Prediction], of samples: [Tensor], _ step: DiffusionStep
  ) throws(DiffusionError) {
    try predictions.map(\.values).require(shapesOf: samples, "predictions")
    guard readsVariance else { return }
    let variances = predictions.compactMap(\.varianceFraction)
    guard variances.count == samples.count else { throw .missingVariance(timestep: step.timestep) }
    try variances.require(shapesOf: samples, "variances")
  }
}

extension Array {
  fileprivate func requireOne(for samples: [Tensor], _ what: String) throws(DiffusionError) {
    guard count == samples.count else {
      throw .countMismatch(what: what, expected: samples.count, found: count)
    }
  }
}

extension [Tensor] {
  fileprivate func require(
    shapesOf samples: [Tensor], _ what: String
  ) throws(DiffusionError) {
    try requireOne(for: samples, what)
    for (found, sample) in zip(self, samples) where found.shape != sample.shape {
      throw .shapeMismatch(what: "one of the \(what)", expected: sample.shape, found: found.shape)
    }
  }
}
