import Diffusion
import Tensors
import Testing

/// Samplers on normally distributed data, where a perfect network is known and each step is affine.
@Suite struct GaussianSamplingTests {
  private let data = GaussianData()
  private let kinds: [Prediction.Kind] = [.noise, .image, .velocity]

  private func steps(_ spacing: String) throws -> [DiffusionStep] {
    try Timesteps.respaced(spacing, of: 1000).descending(on: try NoiseSchedule.linear())
  }

  /// x' = √ᾱ' E[x₀ | x] + √(1 − ᾱ' − σ²) E[ε | x] + σ z, written with matrices.
  @Test(arguments: [0, 0.3, 1]) func ddimStepsAreTheirFormula(eta: Double) throws {
    let sampler = try DDIMSampler(eta: eta)
    for step in try steps("20") {
      let (s, n) = (step.from.signalRate, step.from.noiseRate)
      let (an, a) = (step.to.cumulativeAlpha, step.from.cumulativeAlpha)
      let variance = eta * eta * (1 - an) / (1 - a) * (1 - a / an)
      let carried = max(1 - an - variance, 0).squareRoot()
      let expected =
        (data.covariance * (an.squareRoot() * s) + Matrix.identity * (carried * n))
        * data.covariance(at: step.from).inverse
      for kind in kinds {
        let found = data.affine(sampler, kind, step)
        #expect(found.a.distance(to: expected) < tolerance(of: step), "\(kind), \(step.timestep)")
        let start = (expected * -s) * data.mean
        for pixel in 0..<2 {
          let origin = start[pixel] + an.squareRoot() * data.mean[pixel]
          #expect(abs(found.b[pixel] - origin) < tolerance(of: step))
        }
        #expect(
          found.c.distance(to: Matrix.identity * variance.squareRoot()) < tolerance(of: step))
      }
    }
  }

  /// The mean of a step is E[x' | x] by Bayes' rule: x' has covariance M', x = √(1 − β) x' + √β z.
  @Test func ddpmStepsAreThePosterior() throws {
    let sampler = DDPMSampler(variance: .small, clampsImage: false)
    for step in try steps("20") {
      let (inner, outer) = (data.covariance(at: step.to), data.covariance(at: step.from))
      let expected = inner * outer.inverse * (1 - step.beta).squareRoot()
      for kind in kinds {
        let found = data.affine(sampler, kind, step)
        #expect(found.a.distance(to: expected) < tolerance(of: step), "\(kind), \(step.timestep)")
        let start = (expected * -step.from.signalRate) * data.mean
        for pixel in 0..<2 {
          let origin = start[pixel] + step.to.signalRate * data.mean[pixel]
          #expect(abs(found.b[pixel] - origin) < tolerance(of: step))
        }
      }
    }
  }

  /// DDIM with η 1 is DDPM with its small variance.
  @Test func ddimOfEtaOneIsDDPM() throws {
    let (ddim, ddpm) = (try DDIMSampler(eta: 1), DDPMSampler(variance: .small, clampsImage: false))
    for step in try steps("50") {
      let (one, other) = (data.affine(ddim, .noise, step), data.affine(ddpm, .noise, step))
      #expect(one.a.distance(to: other.a) < 2 * tolerance(of: step))
      #expect(one.c.distance(to: other.c) < tolerance(of: step))
    }
  }

  /// With data of one point β̃ is the posterior's variance, with data of variance 1 β is: the images have the
  /// covariance of q(x_t) after every step, however few there are.
  @Test(arguments: [DDPMSampler.Variance.small, .large])
  func fixedVariancesAreRightForTheirData(variance: DDPMSampler.Variance) throws {
    let share = variance == .small ? 0.0 : 1
    let data = GaussianData(covariance: Matrix.identity * share)
    let sampler = DDPMSampler(variance: variance, clampsImage: false)
    for spacing in ["5", "100"] {
      let steps = try steps(spacing)
      var covariance = data.covariance(at: steps[0].from)
      for step in steps {
        covariance = data.propagated(covariance, by: data.affine(sampler, .noise, step))
        // The last step adds no noise, and so comes out at E[x₀ | x].
        let expected =
          step.to.isClean
          ? Matrix.identity * (share * share * step.from.cumulativeAlpha)
          : data.covariance(at: step.to)
        #expect(
          covariance.distance(to: expected) < 1e-4, "\(spacing), \(step.timestep)")
      }
    }
  }

  /// The variance between β̃ and β that is the posterior's for data of variance 0.3 keeps all marginals.
  @Test func theRightLearnedVarianceKeepsTheMarginals() throws {
    let data = GaussianData(covariance: Matrix.identity * 0.3)
    let sampler = DDPMSampler(variance: .learnedRange, clampsImage: false)
    let steps = try steps("10")
    var covariance = data.covariance(at: steps[0].from)
    for step in steps where !step.to.isClean {
      let (inner, outer) = (data.covariance(at: step.to).a, data.covariance(at: step.from).a)
      let posterior = inner - (1 - step.beta) * inner * inner / outer
      let fraction =
        Elementary.logarithm(posterior / step.posteriorVariance)
        / Elementary.logarithm(step.beta / step.posteriorVariance)
      #expect((0...1).contains(fraction))
      let variance = [Float](repeating: Float(2 * fraction - 1), count: 2)
      covariance = data.propagated(
        covariance, by: data.affine(sampler, .velocity, step, variance: variance))
      #expect(covariance.distance(to: data.covariance(at: step.to)) < 1e-4, "\(step.timestep)")
    }
  }

  /// More steps bring the images' covariance to the data's, for DDIM in proportion; the figures are those of the same
  /// recursion in NumPy.
  @Test(arguments: [
    (0.0, [25: 0.08181505797360744, 50: 0.041963366134673385, 100: 0.02130536483606965]),
    (0.5, [25: 0.09423684111156888, 50: 0.05087053125771002, 100: 0.026826665439203146]),
    (1.0, [25: 0.14183143824414746, 50: 0.08377818803869908, 100: 0.04688367505712748]),
  ])
  func moreStepsComeCloser(eta: Double, errors: [Int: Double]) throws {
    let sampler = try DDIMSampler(eta: eta)
    var last = Double.infinity
    for (count, expected) in errors.sorted(by: { $0.key < $1.key }) {
      var covariance = Matrix.identity
      var mean = [0.0, 0.0]
      let steps = try steps("\(count)")
      for step in steps {
        let affine = data.affine(sampler, .noise, step)
        covariance = data.propagated(covariance, by: affine)
        mean = zip(affine.a * mean, affine.b).map { $0 + $1 }
      }
      let error = covariance.distance(to: data.covariance)
      // Rounding of at most 1e-5 a step, which later ones shrink.
      #expect(abs(error - expected) < 1e-5 * Double(count), "η \(eta), \(count) steps: \(error)")
      #expect(error < 0.65 * last)
      last = error
      // Sampling starts from mean 0 where the noisiest data have √ᾱ μ.
      for pixel in 0..<2 { #expect(abs(mean[pixel] - data.mean[pixel]) < 0.02) }
    }
  }

  /// The loop against the recursion in Float64 with the same numbers.
  @Test(arguments: [0, 1.0]) func theLoopFollowsTheRecursion(eta: Double) throws {
    let sampler = try DDIMSampler(eta: eta)
    let steps = try steps("50")
    let noises = (0..<6).map { SeededNoise(seed: $0) }
    let found = try sampler.run(
      noises.map { $0.initial([1, 1, 2]) }, over: steps, noise: noises
    ) { samples, step in samples.map { data.prediction(.noise, of: $0, at: step.from) } }
    for (noise, sample) in zip(noises, found) {
      var x = noise.initial([1, 1, 2]).values.map { Double($0) }
      for step in steps {
        let (s, n) = (step.from.signalRate, step.from.noiseRate)
        let rest = zip(x, data.mean).map { $0 - s * $1 }
        let inverse = data.covariance(at: step.from).inverse
        let image = zip(data.mean, (data.covariance * inverse * s) * rest).map { $0 + $1 }
        let deviation = eta * step.posteriorVariance.squareRoot()
        let carried = max(1 - step.to.cumulativeAlpha - deviation * deviation, 0).squareRoot()
        let z = noise.tensor([1, 1, 2], step: step.index).values.map { Double($0) }
        x = (0..<2).map { pixel in
          step.to.signalRate * image[pixel] + carried * ((inverse * n) * rest)[pixel]
            + deviation * z[pixel]
        }
      }
      for pixel in 0..<2 { #expect(abs(Double(sample.values[pixel]) - x[pixel]) < 2e-5) }
    }
  }
}
