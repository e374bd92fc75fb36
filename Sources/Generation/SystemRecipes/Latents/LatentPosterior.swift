import Tensors

/// The normal distribution of a latent while an autoencoder is trained, and the latent that is drawn from it.
struct LatentPosterior {
  private let mean: [Float]
  private let logVariance: [Float]
  private let noise: [Float]
  /// Of the shape that was asked for.
  let sample: Tensor

  /// Draws a latent.
  ///
  /// - Parameters:
  ///   - moments: means, then logarithms of variances.
  ///   - shape: of the latent.
  ///   - seed: of the noise.
  init(moments: [Float], shape: [Int], seed: UInt64) {
    let count = moments.count / 2
    mean = Array(moments[..<count])
    // The reference's bounds; `DiagonalGaussianDistribution`.
    logVariance = moments[count...].map { min(max($0, -30), 20) }
    var numbers = NormalNumbers(seed: seed)
    noise = mean.map { _ in numbers.next() }
    var values = mean
    for index in values.indices {
      values[index] += Float(Elementary.exponential(Double(logVariance[index]) / 2)) * noise[index]
    }
    sample = Tensor(shape: shape, values: values)
  }

  /// The divergence from a normal distribution, and the gradient by the moments.
  ///
  /// - Parameters:
  ///   - bySample: by the drawn latent.
  ///   - divergenceWeight: of the divergence in the loss.
  /// - Returns: the divergence, and the gradient by means, then by logarithms of variances.
  func gradient(
    _ bySample: [Float], divergenceWeight: Double
  ) -> (divergence: Double, gradient: [Float]) {
    var (ofMean, ofVariance) = (bySample, bySample)
    var divergence = 0.0
    for index in mean.indices {
      let variance = Elementary.exponential(Double(logVariance[index]))
      let deviation = variance.squareRoot()
      let (mean, slope) = (Double(mean[index]), Double(bySample[index]))
      divergence += (mean * mean + variance - 1 - Double(logVariance[index])) / 2
      ofMean[index] = Float(slope + divergenceWeight * mean)
      ofVariance[index] = Float(
        slope * Double(noise[index]) * deviation / 2 + divergenceWeight * (variance - 1) / 2)
    }
    return (divergence, ofMean + ofVariance)
  }
}
