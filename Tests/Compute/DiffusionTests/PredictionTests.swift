import Diffusion
import Tensors
import Testing

/// Predictions of noise, image and velocity.
@Suite struct PredictionTests {
  private let shape = [3, 4, 5]
  private let kinds: [Prediction.Kind] = [.noise, .image, .velocity]

  private func numbers(_ seed: UInt64) -> Tensor {
    NormalNumbers(seed: seed).tensor(shape, deviation: 1)
  }

  /// x₀, ε and v of one noisy image are each other's conversions.
  @Test(arguments: [0, 50, 500, 999]) func kindsAreOneAnother(timestep: Int) throws {
    let level = try NoiseSchedule.linear().level(at: timestep)
    let (image, noise) = (numbers(1), numbers(2))
    let x = level.noised(image, with: noise)
    let (s, n) = (level.signalRate, level.noiseRate)
    let velocity = Tensor(
      shape: shape,
      values: zip(noise.values, image.values).map { Float(s * Double($0) - n * Double($1)) })
    let truth: [Prediction.Kind: Tensor] = [.noise: noise, .image: image, .velocity: velocity]
    // Values lie within 5. Division by a rate is what rounding grows by; x itself is rounded to 2⁻²⁴.
    let most = 5 * 8 * 0x1p-24
    for from in kinds {
      let prediction = Prediction(from, try #require(truth[from]))
      for to in kinds {
        let bound =
          switch (from, to) {
          case (.noise, .image), (.noise, .velocity): most / s
          case (.image, .noise), (.image, .velocity): most / n
          default: most
          }
        let found = prediction.converted(to: to, in: x, at: level)
        #expect(found.kind == to)
        let expected = try #require(truth[to])
        let farthest = zip(found.values.values, expected.values).map { abs($0 - $1) }.max() ?? 1
        #expect(Double(farthest) <= bound, "\(from) to \(to)")
        if from == to { #expect(found == prediction) }
        // There and back again.
        let back = found.converted(to: from, in: x, at: level)
        let lost = zip(back.values.values, prediction.values.values).map { abs($0 - $1) }.max() ?? 1
        #expect(Double(lost) <= 2 * most * max(1 / s, 1 / n), "\(from) by \(to)")
      }
    }
  }

  @Test func imageFactorsAreThoseOfTheImage() throws {
    let level = try NoiseSchedule.linear().level(at: 300)
    let (x, output) = (numbers(3), numbers(4))
    for kind in kinds {
      let factors = Prediction.imageFactors(of: kind, at: level)
      let image = Prediction(kind, output).image(in: x, at: level)
      for index in image.values.indices {
        let expected =
          factors.ofSample * Double(x.values[index])
          + factors.ofPrediction * Double(output.values[index])
        #expect(abs(Double(image.values[index]) - expected) <= 5e-6)
      }
    }
  }

  @Test func clampingHoldsTheImage() throws {
    let level = try NoiseSchedule.linear().level(at: 600)
    let (x, output) = (numbers(5), numbers(6))
    for kind in kinds {
      let image = Prediction(kind, output).image(in: x, at: level)
      let clamped = Prediction(kind, output, varianceFraction: x).clamped(in: x, at: level)
      #expect(clamped.kind == .image && clamped.varianceFraction == x)
      #expect(clamped.values.values == image.values.map { min(max($0, -1), 1) })
      #expect(image.values.contains { abs($0) > 1 })
    }
  }

  @Test func outputsAreSplitByChannels() throws {
    let output = Tensor(shape: [6, 1, 2], values: (0..<12).map { Float($0) })
    let prediction = try Prediction(.noise, splitting: output)
    #expect(prediction.values == Tensor(shape: [3, 1, 2], values: (0..<6).map { Float($0) }))
    #expect(
      prediction.varianceFraction
        == Tensor(shape: [3, 1, 2], values: (6..<12).map { Float($0) }))
    for shape in [[3, 1, 2], [0, 2], []] {
      #expect(throws: DiffusionError.oddChannels(shape)) {
        try Prediction(.noise, splitting: Tensor(shape: shape))
      }
    }
  }
}
