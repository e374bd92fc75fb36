import Diffusion
import Tensors
import Testing

/// What steps know of their variances against guided-diffusion's respaced tables.
@Suite struct DiffusionStepTests {
  private func expect(_ found: Double, _ expected: Double) {
    #expect(abs(found - expected) <= 1e-12 * max(abs(expected), 1), "\(found), not \(expected)")
  }

  /// `SpacedDiffusion(space_timesteps(1000, '100'), …)`: betas, posterior_log_variance_clipped, posterior_mean_coef1, 2.
  @Test func respacedTablesAreGuidedDiffusions() throws {
    let schedule = try NoiseSchedule.linear()
    let steps = try Array(
      Timesteps.respaced("100", of: 1000).descending(on: schedule).reversed())
    let betas = [
      0: 9.9999999999988987e-05, 1: 2.0936368558396312e-03, 2: 4.0800933245151993e-03,
      50: 1.0525807890797834e-01, 99: 1.8217953085873884e-01,
    ]
    for (index, beta) in betas { expect(steps[index].beta, beta) }
    // Of the last step that of the step before: β̃ is 0 there.
    let logarithms = [
      0: -9.25690308114835, 1: -9.25690308114835, 2: -6.5510802105047565, 99: -1.7027716355297788,
    ]
    for (index, value) in logarithms {
      expect(Elementary.logarithm(steps[index].clippedPosteriorVariance), value)
    }
    #expect(steps[0].posteriorVariance == 0)
    let means = [
      0: (1, 0), 1: (0.9544569760652323, 0.04554299773557777),
      50: (0.03267413979204582, 0.9370233173640983), 99: (0.00127983663769918, 0.9043261379073441),
    ]
    for (index, mean) in means {
      expect(steps[index].posteriorMean.ofImage, mean.0)
      expect(steps[index].posteriorMean.ofSample, mean.1)
    }
  }

  /// `SpacedDiffusion` on neighboring timesteps is the process itself.
  @Test func neighboringStepsHaveTheSchedulesBeta() throws {
    let schedule = try NoiseSchedule.linear()
    for step in try Timesteps(Array(0..<1000)).descending(on: schedule) {
      expect(step.beta, schedule.betas[step.timestep])
    }
  }

  @Test func oneStepAloneHasBetaForItsVariance() throws {
    let step = try #require(
      try Timesteps([500]).descending(on: try NoiseSchedule.linear()).first)
    #expect(step.clippedPosteriorVariance == step.beta && step.beta > 0.9)
  }

  /// The steps of the built-in denoiser, in moments of continuous time.
  @Test func levelsOfMomentsMakeSteps() {
    let levels = [NoiseLevel.clean] + [0.25, 0.5, 0.75, 1].map(NoiseLevel.cosine)
    let steps = DiffusionStep.descending(through: levels)
    #expect(steps.map(\.from) == levels.dropFirst().reversed())
    #expect(steps.map(\.to) == levels.dropLast().reversed())
    #expect(steps.map(\.timestep) == [3, 2, 1, 0])
  }

  /// Its images rest on this order of operations in Float32; the last step returns the network's image.
  @Test func stepsKeepTheDenoisersBits() throws {
    let moments = [1, 0.75, 0.5, 0.25]
    let steps = DiffusionStep.descending(
      through: [.clean] + moments.reversed().map(NoiseLevel.cosine))
    let (noisy, image) = (
      SeededNoise(seed: 1).initial([3, 8, 8]), SeededNoise(seed: 2).initial([3, 8, 8])
    )
    for (index, step) in steps.enumerated() {
      let found = DDIMSampler().next(
        noisy, Prediction(.image, image), gradient: nil, noise: nil, step: step)
      func rates(_ moment: Double) -> (signal: Float, noise: Float) {
        (
          Float(Elementary.cosine(.pi / 2 * moment)), Float(Elementary.sine(.pi / 2 * moment))
        )
      }
      let (from, to) = (rates(moments[index]), rates(index < 3 ? moments[index + 1] : 0))
      let expected = zip(noisy.values, image.values).map { noisy, x0 in
        index == 3 ? x0 : to.signal * x0 + to.noise * (noisy - from.signal * x0) / from.noise
      }
      #expect(found.values == expected, "moment \(moments[index])")
    }
  }
}
