import Diffusion
import Tensors
import Testing

/// Going up to t₀ without noise and down again.
@Suite struct InversionTests {
  private func roundTrip(
    _ image: [Float], steps count: Int,
    precision: NoiseSchedule.Precision = .double,
    predict: (Tensor, NoiseLevel) -> Prediction
  ) throws -> (image: [Float], calls: Int) {
    let schedule = try NoiseSchedule.linear(precision: precision)
    let timesteps = try Timesteps.fractions(count, upTo: 500)
    let sampler = DDIMSampler()
    var calls = 0
    func answer(_ samples: [Tensor], _ step: DiffusionStep) -> [Prediction] {
      calls += 1
      return samples.map { predict($0, step.from) }
    }
    let latent = try sampler.run(
      [Tensor(shape: [image.count], values: image)], over: try timesteps.ascending(on: schedule),
      predict: answer)
    let back = try sampler.run(
      latent, over: try timesteps.descending(on: schedule), predict: answer)
    return (back[0].values, calls)
  }

  /// A network that says ε = 0.1 x, in DiffusionCLIP's order of steps: the relative error of a round trip, computed with
  /// NumPy in Float64.
  @Test(
    arguments: [
      (6, 0.04606216031686361), (40, 0.0049871160344074905), (200, 0.0002556572164869042),
    ]
  )
  func aLinearNetworksErrorIsKnown(count: Int, error: Double) throws {
    let image: [Float] = [1, -0.5, 0.25]
    for precision in [NoiseSchedule.Precision.double, .single] {
      let (found, calls) = try roundTrip(image, steps: count, precision: precision) { x, _ in
        Prediction(.noise, Tensor(shape: x.shape, values: x.values.map { 0.1 * $0 }))
      }
      #expect(calls == 2 * count - 1)
      for (value, original) in zip(found, image) {
        let relative = Double(value / original) - 1
        // About 400 steps in Float32, each rounding to 2⁻²⁴ a few times.
        #expect(abs(relative - error) < 4e-6, "\(count) steps: \(relative)")
      }
    }
  }

  /// For data of mean 0 and variance 1 a step turns x by the cosine of the angle between two levels, whose
  /// cosine and sine are their rates.
  @Test(arguments: [6, 40, 200]) func theErrorOfNormalDataIsAProductOfCosines(count: Int) throws {
    let schedule = try NoiseSchedule.linear()
    let timesteps = try Timesteps.fractions(count, upTo: 500)
    func cosine(_ step: DiffusionStep) -> Double {
      step.from.signalRate * step.to.signalRate + step.from.noiseRate * step.to.noiseRate
    }
    let up = try timesteps.ascending(on: schedule).map(cosine).reduce(1, *)
    let down = try timesteps.descending(on: schedule).map(cosine).reduce(1, *)
    let known = [6: -0.2918540472346578, 40: -0.04284007794240674, 200: -0.008912467356247067]
    #expect(abs(up * down - 1 - (known[count] ?? 0)) < 1e-12)
    let data = GaussianData(mean: [0, 0], covariance: .identity)
    for kind in [Prediction.Kind.noise, .image, .velocity] {
      let (found, _) = try roundTrip([1, -0.5], steps: count) { x, level in
        data.prediction(kind, of: x, at: level)
      }
      #expect(abs(Double(found[0]) - up * down) < 1e-5, "\(kind)")
      #expect(abs(Double(found[1]) + 0.5 * up * down) < 1e-5, "\(kind)")
    }
  }

  /// An image's latent is as likely under noise at t₀ as the image under the data: covariance Σ becomes M.
  @Test func manyStepsBringDataToTheirNoisyDistribution() throws {
    let schedule = try NoiseSchedule.linear()
    let data = GaussianData()
    var covariance = data.covariance
    for step in try Timesteps.fractions(501, upTo: 500).ascending(on: schedule) {
      covariance = data.propagated(covariance, by: data.affine(DDIMSampler(), .noise, step))
    }
    let level = try schedule.level(at: 500)
    #expect(covariance.distance(to: data.covariance(at: level)) < 0.01)
  }

  /// The factors of a step are its derivatives: of the sampler itself, for each kind and direction.
  @Test func factorsAreTheStepsDerivatives() throws {
    let schedule = try NoiseSchedule.linear()
    let timesteps = try Timesteps.fractions(6, upTo: 401)
    let steps = try timesteps.ascending(on: schedule) + timesteps.descending(on: schedule)
    for step in steps {
      for kind in [Prediction.Kind.noise, .image, .velocity] {
        for eta in [0, 0.5] where step.isDescending || eta == 0 {
          let sampler = try DDIMSampler(eta: eta)
          let factors = sampler.factors(of: step, kind: kind)
          func next(_ x: Float, _ prediction: Float) -> Double {
            let result = sampler.next(
              Tensor(shape: [1], values: [x]),
              Prediction(kind, Tensor(shape: [1], values: [prediction])), gradient: nil,
              noise: nil, step: step)
            return Double(result.values[0])
          }
          // Affine, so differences over 1 are exact up to rounding.
          #expect(
            abs(next(1, 0) - next(0, 0) - factors.ofSample) < 1e-5, "\(kind) \(step.timestep)")
          #expect(
            abs(next(0, 1) - next(0, 0) - factors.ofPrediction) < 1e-5, "\(kind) \(step.timestep)")
        }
      }
    }
  }
}
