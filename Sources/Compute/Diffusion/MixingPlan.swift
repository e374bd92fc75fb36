/// How much of each of several models goes into a prediction, by timestep.
///
/// Source: Kim et al., "DiffusionCLIP", CVPR 2022, section 3.3; `gwang-kim/DiffusionCLIP`,
/// `utils/diffusion_utils.py`, `denoising_step` with `hybrid`.
/// - Deviation: weights that do not fit the models are an error at once; the reference meets them while it samples.
package struct MixingPlan: Equatable, Sendable {
  /// Weights from a timestep up to the stage before.
  package struct Stage: Equatable, Sendable {
    /// The lowest timestep of the stage.
    package let timestep: Int
    /// A weight for each model; in a plan their sum is 1.
    package let weights: [Double]

    /// A stage by its lowest timestep.
    package init(from timestep: Int, weights: [Double]) {
      self.timestep = timestep
      self.weights = weights
    }
  }

  /// Stages from noise to image; the last begins at timestep 0.
  package let stages: [Stage]

  /// A plan for a number of models; each stage's weights are divided by their sum.
  ///
  /// - Throws: `DiffusionError.unorderedStages`, unless timesteps fall and the last is 0; `.invalidWeights`, unless
  ///   each stage has a weight of at least 0 for each model, and one above 0.
  package init(_ stages: [Stage], models: Int) throws(DiffusionError) {
    let timesteps = stages.map(\.timestep)
    guard timesteps.last == 0, zip(timesteps, timesteps.dropFirst()).allSatisfy(>) else {
      throw .unorderedStages(timesteps)
    }
    for stage in stages {
      let sum = stage.weights.reduce(0, +)
      guard stage.weights.count == models, stage.weights.allSatisfy({ $0 >= 0 }), sum > 0,
        sum.isFinite
      else {
        throw .invalidWeights(from: stage.timestep, weights: stage.weights, models: models)
      }
    }
    self.stages = stages.map { stage in
      let sum = stage.weights.reduce(0, +)
      return Stage(from: stage.timestep, weights: stage.weights.map { $0 / sum })
    }
  }

  /// The same mixture of two models at all timesteps: `1 − ratio` of the first, `ratio` of the second.
  ///
  /// - Throws: `DiffusionError.invalidWeights` for a ratio outside 0…1.
  package init(ratio: Double) throws(DiffusionError) {
    try self.init([Stage(from: 0, weights: [1 - ratio, ratio])], models: 2)
  }

  /// The weights at a timestep of 0 or more.
  package func weights(at timestep: Int) -> [Double] {
    stages.first { timestep >= $0.timestep }?.weights ?? stages[stages.count - 1].weights
  }

  /// The mixture of the models' predictions for a group of images at a timestep.
  ///
  /// - Parameters:
  ///   - timestep: 0 or more.
  ///   - predict: a model's predictions, one for each image; called in order, and only for models of a weight above 0.
  /// - Returns: one prediction for each image.
  /// - Throws: what `predict` throws; ``DiffusionError`` where predictions do not fit together.
  package func predictions(
    at timestep: Int, _ predict: (_ model: Int) throws -> [Prediction]
  ) throws -> [Prediction] {
    let terms = weights(at: timestep).enumerated().filter { $0.element != 0 }
    let predictions = try terms.map { try predict($0.offset) }
    let weights = terms.map(\.element)
    let count = predictions[0].count
    for found in predictions where found.count != count {
      throw DiffusionError.countMismatch(
        what: "predictions", expected: count, found: found.count)
    }
    return try (0..<count).map { image in
      try Prediction.mixed(predictions.map { $0[image] }, weights: weights)
    }
  }
}
