import Diffusion
import Tensors
import Testing

/// Guidance by a condition, by a gradient, and mixtures of models.
@Suite struct GuidanceTests {
  private let shape = [3, 4, 4]

  private func numbers(_ seed: UInt64) -> Tensor {
    NormalNumbers(seed: seed).tensor(shape, deviation: 1)
  }

  private func prediction(_ seed: UInt64, _ kind: Prediction.Kind = .noise) -> Prediction {
    Prediction(kind, numbers(seed), varianceFraction: numbers(seed + 100))
  }

  @Test func scalesOneAndZeroAreThePredictionsThemselves() throws {
    let (conditional, unconditional) = (prediction(1), prediction(2))
    func guided(_ scale: GuidanceScale) throws -> Prediction {
      try Prediction.guided(
        conditional: conditional, unconditional: unconditional, scale: scale)
    }
    #expect(try guided(.fromUnconditional(1)) == conditional)
    #expect(try guided(.beyondConditional(0)) == conditional)
    #expect(try guided(.fromUnconditional(0)) == unconditional)
    #expect(!GuidanceScale.fromUnconditional(1).needsUnconditional)
    #expect(GuidanceScale.fromUnconditional(3).needsUnconditional)
    #expect(!GuidanceScale.fromUnconditional(0).needsConditional)
  }

  /// SCA-DM's s = 1.2 in the paper's form is 2.2 in its code's.
  @Test func conventionsDifferByOne() throws {
    #expect(GuidanceScale.beyondConditional(1.2).value == 2.2)
    let (conditional, unconditional) = (prediction(1), prediction(2))
    let guided = try Prediction.guided(
      conditional: conditional, unconditional: unconditional, scale: .beyondConditional(1.5))
    for index in guided.values.values.indices {
      let (c, u) = (conditional.values.values[index], unconditional.values.values[index])
      #expect(abs(guided.values.values[index] - (c + 1.5 * (c - u))) < 1e-5)
    }
    #expect(guided.varianceFraction == conditional.varianceFraction)
  }

  /// `condition_score` moves ε against the score of the noisy image, which is −ε/√(1 − ᾱ).
  @Test func aGradientShiftsTheScore() throws {
    let level = try NoiseSchedule.linear().level(at: 400)
    let (x, gradient) = (numbers(5), numbers(6))
    for kind in [Prediction.Kind.noise, .image, .velocity] {
      let before = prediction(7, kind).noise(in: x, at: level)
      let after = prediction(7, kind).shifted(by: gradient, in: x, at: level)
      #expect(after.kind == .noise && after.varianceFraction == numbers(107))
      for index in before.values.indices {
        let change = Double(after.values.values[index]) - Double(before.values[index])
        #expect(abs(change + level.noiseRate * Double(gradient.values[index])) < 2e-6)
      }
    }
  }

  /// The gradient of ln N(y | x₀) for Gaussian data and a Gaussian observation y of the noisy image is known; guiding with
  /// it is predicting for the data given y.
  @Test func guidingGaussiansByALikelihoodIsConditioning() throws {
    let level = try NoiseSchedule.linear().level(at: 500)
    // Data N(0.2, 0.5) seen as y = x + noise of variance 0.7 at this level.
    let (s, n) = (level.signalRate, level.noiseRate)
    let variance = s * s * 0.5 + n * n
    for value in [-1.0, 0.4] {
      let x = Tensor(shape: [1], values: [Float(value)])
      let noise = n / variance * (value - s * 0.2)
      let gradient = (1.3 - value) / 0.7
      let guided = Prediction(.noise, Tensor(shape: [1], values: [Float(noise)]))
        .shifted(by: Tensor(shape: [1], values: [Float(gradient)]), in: x, at: level)
      // Score of the product of two normal densities in x.
      let precision = 1 / variance + 1 / 0.7
      let mean = (s * 0.2 / variance + 1.3 / 0.7) / precision
      #expect(abs(Double(guided.values.values[0]) - n * precision * (value - mean)) < 1e-6)
    }
  }

  /// `condition_mean`: variance times gradient, pixel by pixel, also in the step to the clean image.
  @Test(arguments: [-1, 0, 1, 3]) func aGradientMovesTheMeanByTheVariance(fraction: Float) throws {
    let schedule = try NoiseSchedule.linear()
    let sampler = DDPMSampler(variance: .learnedRange)
    let (x, gradient) = (numbers(8), numbers(9))
    let prediction = Prediction(
      .noise, numbers(10), varianceFraction: Tensor(shape: shape, repeating: fraction))
    for step in try Timesteps.respaced("20", of: 1000).descending(on: schedule) {
      let share = (Double(fraction) + 1) / 2
      let logarithm =
        share * Elementary.logarithm(step.beta)
        + (1 - share) * Elementary.logarithm(step.clippedPosteriorVariance)
      let variance = Elementary.exponential(logarithm)
      let plain = sampler.next(x, prediction, gradient: nil, noise: nil, step: step)
      let guided = sampler.next(x, prediction, gradient: gradient, noise: nil, step: step)
      let noisy = sampler.next(x, prediction, gradient: nil, noise: gradient, step: step)
      for index in x.values.indices {
        let g = Double(gradient.values[index])
        let moved = Double(guided.values[index]) - Double(plain.values[index])
        let spread = Double(noisy.values[index]) - Double(plain.values[index])
        // A logarithm near −10 in Float32 is off by 5e-7 and so is its exponential; values reach 4.
        #expect(abs(moved - variance * g) < 1e-6 * variance * abs(g) + 1e-6)
        #expect(abs(spread - variance.squareRoot() * g) < 4e-6)
      }
    }
  }

  @Test func weightsMix() throws {
    let predictions = [prediction(1), prediction(2), prediction(3)]
    let mixed = try Prediction.mixed(predictions, weights: [0.5, 0.25, 0.25])
    for index in mixed.values.values.indices {
      let values = predictions.map { $0.values.values[index] }
      #expect(
        mixed.values.values[index] == 0.5 * values[0] + 0.25 * values[1] + 0.25 * values[2])
    }
    #expect(mixed.varianceFraction != nil)
    #expect(try Prediction.mixed(predictions, weights: [0, 1, 0]) == predictions[1])
    // Mixing ε is mixing v where weights have the sum 1.
    let level = try NoiseSchedule.linear().level(at: 700)
    let x = numbers(4)
    let velocities = try Prediction.mixed(
      predictions.map { $0.converted(to: .velocity, in: x, at: level) },
      weights: [0.5, 0.25, 0.25])
    let noise = velocities.noise(in: x, at: level)
    for index in noise.values.indices {
      #expect(abs(noise.values[index] - mixed.values.values[index]) < 2e-5)
    }
  }

  @Test func mapsMixPixelByPixel() throws {
    let predictions = [prediction(1), prediction(2)]
    let share = Tensor(shape: [4, 4], values: (0..<16).map { Float($0) / 16 })
    let rest = Tensor(shape: [4, 4], values: share.values.map { 1 - $0 })
    let mixed = try Prediction.mixed(predictions, maps: [share, rest])
    for index in mixed.values.values.indices {
      let (one, other) = (predictions[0].values.values[index], predictions[1].values.values[index])
      let weight = share.values[index % 16]
      #expect(abs(mixed.values.values[index] - (weight * one + (1 - weight) * other)) < 1e-6)
    }
    let even = Tensor(shape: [4, 4], repeating: 0.5)
    #expect(
      try Prediction.mixed(predictions, maps: [even, even]).values
        == Prediction.mixed(predictions, weights: [0.5, 0.5]).values)
    #expect(throws: DiffusionError.self) { try Prediction.mixed(predictions, maps: [share]) }
    #expect(throws: DiffusionError.self) {
      try Prediction.mixed(predictions, maps: [share, Tensor(shape: [3, 4])])
    }
  }

  @Test func whatCannotBeMixedIsAnError() throws {
    let other = Prediction(.noise, Tensor(shape: [3, 4, 5]))
    #expect(throws: DiffusionError.mixedKinds(.noise, .image)) {
      try Prediction.mixed([prediction(1), prediction(2, .image)], weights: [1, 1])
    }
    #expect(throws: DiffusionError.self) {
      try Prediction.mixed([prediction(1), other], weights: [1, 1])
    }
    #expect(throws: DiffusionError.self) {
      try Prediction.mixed([prediction(1)], weights: [0])
    }
    #expect(throws: DiffusionError.self) {
      try Prediction.mixed([prediction(1)], weights: [1, 1])
    }
    #expect(throws: DiffusionError.self) {
      try Prediction.guided(
        conditional: prediction(1), unconditional: other, scale: .fromUnconditional(1))
    }
  }

  // MARK: Plans

  @Test func plansAskTheModelsThatCount() throws {
    let plan = try MixingPlan(
      [
        MixingPlan.Stage(from: 300, weights: [2, 0]), MixingPlan.Stage(from: 0, weights: [1, 3]),
      ], models: 2)
    #expect(plan.weights(at: 999) == [1, 0] && plan.weights(at: 300) == [1, 0])
    #expect(plan.weights(at: 299) == [0.25, 0.75] && plan.weights(at: 0) == [0.25, 0.75])
    for (timestep, models) in [(400, [0]), (10, [0, 1])] {
      var asked: [Int] = []
      let found = try plan.predictions(at: timestep) { model in
        asked.append(model)
        return [prediction(UInt64(model)), prediction(UInt64(model + 10))]
      }
      #expect(asked == models && found.count == 2)
      if models == [0] { #expect(found == [prediction(0), prediction(10)]) }
    }
    for (ratio, models) in [(0.0, [0]), (1, [1]), (0.5, [0, 1])] {
      var asked: [Int] = []
      _ = try MixingPlan(ratio: ratio).predictions(at: 0) { model in
        asked.append(model)
        return [prediction(UInt64(model))]
      }
      #expect(asked == models, "ratio \(ratio)")
    }
    #expect(throws: DiffusionError.countMismatch(what: "predictions", expected: 1, found: 0)) {
      try MixingPlan(ratio: 0.5).predictions(at: 0) { $0 == 0 ? [prediction(1)] : [] }
    }
  }

  @Test func plansThatDoNotFitAreErrors() throws {
    func plan(_ stages: [(Int, [Double])], models: Int = 2) throws -> MixingPlan {
      try MixingPlan(stages.map { MixingPlan.Stage(from: $0.0, weights: $0.1) }, models: models)
    }
    for timesteps in [[], [300], [0, 300], [300, 300, 0]] {
      #expect(throws: DiffusionError.unorderedStages(timesteps)) {
        try plan(timesteps.map { ($0, [0.5, 0.5]) })
      }
    }
    // DiffusionCLIP's own example: three weights, two models.
    let error = #expect(throws: DiffusionError.self) {
      try plan([(300, [0.4, 0.6, 0]), (0, [0.15, 0.15, 0.7])])
    }
    #expect(
      error?.description
        == "the stage from timestep 300 has weights [0.4, 0.6, 0.0] for 2 models; give each model one of at "
        + "least 0, not all of them 0")
    for weights in [[0, 0], [-0.5, 1.5], [.nan, 1], [.infinity, 1]] {
      #expect(throws: DiffusionError.self) { try plan([(0, weights)]) }
    }
    #expect(throws: DiffusionError.self) { try MixingPlan(ratio: 1.5) }
  }
}
