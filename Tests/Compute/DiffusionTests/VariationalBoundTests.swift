import Diffusion
import Tensors
import Testing

@Suite struct VariationalBoundTests {
  private func bound(_ timestep: Int) throws -> VariationalBound? {
    let steps = try Timesteps(Array(0..<1000)).descending(on: try NoiseSchedule.linear())
    return VariationalBound(steps[999 - timestep])
  }

  /// `GaussianDiffusion.q_posterior_mean_variance` and `normal_kl` of guided-diffusion on single values.
  @Test(arguments: [
    (1, -0.3, 0.02, 1.219142710698364), (50, 0.4, -0.05, 0.0023765599075306586),
    (500, -1.0, 0.5, 0.00016778453770530967), (999, 1.5, 0.25, 3.713648143178507e-08),
  ])
  func bitsAreGuidedDiffusions(
    timestep: Int, fraction: Float, error: Float, bits: Double
  ) throws {
    let found = try #require(try bound(timestep)).measure(fraction: fraction, imageError: error)
    // The reference rounds its factors to Float32, and an error counts squared.
    #expect(abs(found.bits - bits) <= 2e-5 * bits, "\(found.bits), not \(bits)")
  }

  @Test func theSlopeIsTheDerivative() throws {
    for timestep in [1, 2, 20, 300, 999] {
      let bound = try #require(try bound(timestep))
      for (fraction, error) in [(-1, 0), (-0.5, 0.1), (0, -0.01), (1, 0.3)] as [(Float, Float)] {
        let step: Float = 1 / 1024
        let ahead = bound.measure(fraction: fraction + step, imageError: error).bits
        let behind = bound.measure(fraction: fraction - step, imageError: error).bits
        let slope = bound.measure(fraction: fraction, imageError: error).slope
        let expected = (ahead - behind) / Double(2 * step)
        // A central difference is off by step²/6 of the third derivative, here (span/2)³·(ratio + distance)/2 ln 2,
        // with a span of 0.7 at most.
        #expect(abs(slope - expected) <= 2e-8 * (1 + ahead))
      }
    }
  }

  /// The posterior itself costs nothing, and no other distribution with its mean costs less.
  @Test func thePosteriorCostsNothing() throws {
    let bound = try #require(try bound(40))
    #expect(abs(bound.measure(fraction: -1, imageError: 0).bits) < 1e-15)
    #expect(abs(bound.measure(fraction: -1, imageError: 0).slope) < 1e-15)
    #expect(bound.measure(fraction: -0.9, imageError: 0).bits > 0)
    #expect(bound.measure(fraction: -1.1, imageError: 0).bits > 0)
  }

  @Test func theStepToTheCleanImageHasNone() throws {
    #expect(try bound(0) == nil)
  }
}
