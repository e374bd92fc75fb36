import Diffusion
import Foundation
import Kernels
import Networks
import Recipes
import SystemRecipes
import Tensors
import TestSupport
import Testing

@Suite struct DenoisingLossTests {
  private let folder: TemporaryFolder
  private let faces: NoisyFaces

  init() throws {
    folder = try TemporaryFolder()
    let drawn = try SyntheticTrainingSet(
      SyntheticTrainingSet.Plan(people: 2, photos: 1),
      in: TrainingEnvironment(folder: folder.url.path))
    faces = try NoisyFaces(faces: drawn, size: 8, workers: Workers())
  }

  private func sample(_ timestep: Int) -> NoisyFaces.Sample {
    let face = NormalNumbers(seed: 5).tensor([3, 8, 8], deviation: 0.5)
    return faces.sample(face, at: timestep, seed: 3)
  }

  private func loss(
    _ values: [Float], at timestep: Int, _ loss: DenoisingLoss
  ) -> (value: Double, gradient: [Float]) {
    let result = MapView(copying: values, rows: 8, columns: 8, channels: 6)
    let gradient = MapView(
      copying: [Float](repeating: 0, count: values.count), rows: 8, columns: 8, channels: 6)
    let value = loss.measure(result, sample(timestep), addingTo: gradient, weight: 1)
    return (value, gradient.withValues { span in span.indices.map { span[$0] } })
  }

  /// `min(SNR, 5)/(SNR + 1)`, as for a velocity, and 1 without the limit.
  @Test func theWeightIsThatOfAVelocity() throws {
    let schedule = try NoiseSchedule.linear()
    for timestep in [0, 10, 250, 999] {
      let level = try schedule.level(at: timestep)
      let ratio = level.cumulativeAlpha / (1 - level.cumulativeAlpha)
      let expected = min(ratio, 5) / (ratio + 1)
      let found = DenoisingLoss(limitsSignal: true).weight(at: level)
      #expect(abs(found - expected) <= 1e-12 * expected)
      #expect(DenoisingLoss(limitsSignal: false).weight(at: level) == 1)
    }
  }

  /// Nothing is lost where velocity and posterior variance are found, but for the rounding of the image.
  @Test func theRightAnswerCostsNothing() {
    let sample = sample(300)
    var values = [Float](repeating: -1, count: 384)
    for pixel in 0..<64 {
      for channel in 0..<3 {
        values[pixel * 6 + channel] = sample.velocity.values[channel * 64 + pixel]
      }
    }
    #expect(loss(values, at: 300, DenoisingLoss(limitsSignal: true)).value < 1e-9)
  }

  /// The mean's loss alone moves the velocity; the bound's derivative has a test of its own.
  @Test(arguments: [0, 1, 400])
  func theGradientIsTheDerivative(timestep: Int) {
    let measured = DenoisingLoss(limitsSignal: false)
    var values = NormalNumbers(seed: 9).tensor([384], deviation: 0.5).values
    let gradient = loss(values, at: timestep, measured).gradient
    let step: Float = 1 / 16
    for place in [3, 4, 5, 200, 381, 382, 383] where place % 6 >= 3 {
      let value = values[place]
      values[place] = value + step
      let ahead = loss(values, at: timestep, measured).value
      values[place] = value - step
      let behind = loss(values, at: timestep, measured).value
      values[place] = value
      let expected = (ahead - behind) / Double(2 * step)
      #expect(abs(Double(gradient[place]) - expected) <= 1e-2 * abs(expected) + 1e-9)
    }
  }

  /// A step against the gradient lowers the mean squared error of the velocity.
  @Test func theVelocityFollowsItsError() {
    let sample = sample(600)
    let values = [Float](repeating: 0, count: 384)
    let gradient = loss(values, at: 600, DenoisingLoss(limitsSignal: false)).gradient
    for pixel in [0, 17, 63] {
      for channel in 0..<3 {
        let expected = -2 * sample.velocity.values[channel * 64 + pixel] / 192
        #expect(abs(gradient[pixel * 6 + channel] - expected) <= 1e-6 * abs(expected) + 1e-9)
      }
    }
  }

  /// Weighted pixels: the loss is their weighted mean, the gradient its derivative, and weights of 1 change no bit.
  @Test func pixelsCountByTheirWeights() throws {
    let level = try NoiseSchedule.latentDiffusion.level(at: 400)
    let velocity = NormalNumbers(seed: 21).tensor([4, 2, 2], deviation: 1)
    let values = NormalNumbers(seed: 22).tensor([16], deviation: 1).values
    func measured(_ weights: [Float]?) -> (value: Double, gradient: [Float]) {
      let result = MapView(copying: values, rows: 2, columns: 2, channels: 4)
      let gradient = MapView(
        copying: [Float](repeating: 0, count: 16), rows: 2, columns: 2, channels: 4)
      let value = DenoisingLoss(limitsSignal: false).measure(
        result, velocity: velocity, at: level, pixelWeights: weights, addingTo: gradient, weight: 1)
      return (value, gradient.withValues { span in span.indices.map { span[$0] } })
    }
    let plain = measured(nil)
    #expect(measured([1, 1, 1, 1]) == plain)
    let weights: [Float] = [0.5, 2, 1, 0.25]
    let weighted = measured(weights)
    var expected = 0.0
    for pixel in 0..<4 {
      for channel in 0..<4 {
        let place = 4 * pixel + channel
        let error = Double(values[place]) - Double(velocity.values[4 * channel + pixel])
        expected += Double(weights[pixel]) * error * error / 16
        #expect(weighted.gradient[place] == weights[pixel] * plain.gradient[place])
      }
    }
    // Differences are taken in single precision.
    #expect(abs(weighted.value - expected) <= 1e-6 * expected)
  }
}
