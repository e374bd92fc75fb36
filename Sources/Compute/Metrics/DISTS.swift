import Kernels

/// Deep image structure and texture similarity: the formula over one layer's features.
///
/// `d = Σ_layers Σ_c α_c (1 − l_c) + β_c (1 − s_c)` with the texture `l = (2 μ₁μ₂ + c₁) / (μ₁² + μ₂² + c₁)`, the
/// structure `s = (2 σ₁₂ + c₂) / (σ₁² + σ₂² + c₂)`, means, variances and covariance over a channel's
/// pixels, `c₁ = c₂ = 1e-6`, and learned weights of which `Σ α + β = 1`. Lower is better, 0 for equal
/// images, the same for both orders. The score of a pair is the sum of `layerDistance` over the layers:
/// the image itself and five activations.
///
/// Sources: Ding et al., "Image Quality Assessment: Unifying Structure and Texture Similarity", TPAMI 2022,
/// equations 6 to 8; `dingkeyan93/DISTS`, `DISTS_pytorch/DISTS_pt.py` (PyPI `DISTS-pytorch` 0.1).
/// - Deviation: the terms are written as `1 − l = (μ₁ − μ₂)² / (μ₁² + μ₂² + c₁)` and
///   `1 − s = σ²₍₁₋₂₎ / (σ₁² + σ₂² + c₂)`, with the variance of the difference, and everything is Float64. It is
///   the same number without its cancellation. The reference works in Float32 and takes the covariance as
///   `E xy − μ₁μ₂`, which loses `6e-8` of `μ₁μ₂` beside a variance that may be smaller.
package enum DISTS {
  /// `c₁`.
  static let textureConstant = 1e-6
  /// `c₂`.
  static let structureConstant = 1e-6

  /// The distance of two images in one layer.
  ///
  /// - Parameters:
  ///   - first: features, `[H, W, C]`; of the image itself RGB in 0…1.
  ///   - second: as `first`, of the other image.
  ///   - weights: the layer's, `C` of either kind.
  /// - Returns: the layer's share of the score; not a number if a feature is not.
  /// - Throws: `DISTSError.shapeMismatch`, `.weightMismatch`.
  package static func layerDistance(
    _ first: MapView, _ second: MapView, weights: DISTSWeights.Layer
  ) throws(DISTSError) -> Double {
    let shapes = [first, second].map { [$0.rows, $0.columns, $0.channels] }
    guard shapes[0] == shapes[1] else {
      throw .shapeMismatch(first: shapes[0], second: shapes[1])
    }
    guard weights.alpha.count == first.channels else {
      throw .weightMismatch(weights: weights.alpha.count, channels: first.channels)
    }
    let means = [first.map, second.map].map(Self.means)
    let variances = Self.variances(first.map, second.map, means: means)
    return (0..<first.channels).reduce(0) { sum, channel in
      let (one, other) = (means[0][channel], means[1][channel])
      let texture =
        (one - other) * (one - other) / (one * one + other * other + textureConstant)
      let structure =
        variances.difference[channel]
        / (variances.first[channel] + variances.second[channel] + structureConstant)
      return sum + (weights.alpha[channel] * texture + weights.beta[channel] * structure)
    }
  }

  /// `[C]`, pixels added in order.
  private static func means(_ map: FeatureMap) -> [Double] {
    var sums = [Double](repeating: 0, count: map.channels)
    for pixel in 0..<map.pixels {
      let values = map.base + pixel * map.pixelStride
      for channel in 0..<map.channels { sums[channel] += Double(values[channel]) }
    }
    return sums.map { $0 / Double(map.pixels) }
  }

  private typealias Variances = (first: [Double], second: [Double], difference: [Double])

  /// Of each image and of their difference, `[C]` each, from deviations, pixels added in order.
  private static func variances(
    _ first: FeatureMap, _ second: FeatureMap, means: [[Double]]
  ) -> Variances {
    let zeros = [Double](repeating: 0, count: first.channels)
    var sums: Variances = (zeros, zeros, zeros)
    for pixel in 0..<first.pixels {
      let one = first.base + pixel * first.pixelStride
      let other = second.base + pixel * second.pixelStride
      for channel in 0..<first.channels {
        let x = Double(one[channel]) - means[0][channel]
        let y = Double(other[channel]) - means[1][channel]
        sums.first[channel] += x * x
        sums.second[channel] += y * y
        sums.difference[channel] += (x - y) * (x - y)
      }
    }
    let count = Double(first.pixels)
    return (
      sums.first.map { $0 / count }, sums.second.map { $0 / count },
      sums.difference.map { $0 / count }
    )
  }
}

/// DISTS's learned weights, divided by their sum.
package struct DISTSWeights: Equatable, Sendable {
  /// The weights of one layer's channels.
  package struct Layer: Equatable, Sendable {
    /// Of the texture, `[C]`.
    package let alpha: [Double]
    /// Of the structure, `[C]`.
    package let beta: [Double]
  }

  /// One a compared layer, in the network's order.
  package let layers: [Layer]

  /// Cuts the published vectors into layers.
  ///
  /// - Parameters:
  ///   - alpha: `[Σ C]`, as published.
  ///   - beta: `[Σ C]`, as published.
  ///   - channels: `C` of each layer.
  /// - Throws: `DISTSError.wrongCount`, `.notFinite`, `.noWeight`.
  package init(alpha: [Float], beta: [Float], channels: [Int]) throws(DISTSError) {
    let expected = channels.reduce(0, +)
    for (name, values) in [("alpha", alpha), ("beta", beta)] {
      guard values.count == expected else {
        throw .wrongCount(name: name, found: values.count, expected: expected)
      }
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(name: name, index: index)
      }
    }
    let sum = (alpha + beta).reduce(0) { $0 + Double($1) }
    guard sum > 0 else { throw .noWeight(sum: sum) }
    var start = 0
    layers = channels.map { count in
      defer { start += count }
      func part(_ values: [Float]) -> [Double] {
        values[start..<start + count].map { Double($0) / sum }
      }
      return Layer(alpha: part(alpha), beta: part(beta))
    }
  }
}

/// Why two images have no DISTS.
package enum DISTSError: Error, Equatable, CustomStringConvertible {
  /// The features of the two images differ in shape, `[H, W, C]`.
  case shapeMismatch(first: [Int], second: [Int])
  /// A layer's number of channels differs from its number of weights.
  case weightMismatch(weights: Int, channels: Int)
  /// A vector of weights that does not cover the layers.
  case wrongCount(name: String, found: Int, expected: Int)
  /// A weight is infinite or not a number.
  case notFinite(name: String, index: Int)
  /// The sum of the weights is not above 0.
  case noWeight(sum: Double)

  /// What does not fit, with both sides.
  package var description: String {
    switch self {
    case .shapeMismatch(let first, let second):
      "The features of the first image have the shape \(first), those of the second \(second) (rows, "
        + "columns, channels): DISTS compares images of one size, so resize one of them."
    case .weightMismatch(let weights, let channels):
      "A layer of \(channels) channels was given \(weights) weights: use the weights of the same network."
    case .wrongCount(let name, let found, let expected):
      "DISTS's weights '\(name)' have \(found) values, but its layers have \(expected) channels: use "
        + "the published weights.pt."
    case .notFinite(let name, let index):
      "Value \(index) (counted from 0) of DISTS's weights '\(name)' is not finite: use the published "
        + "weights.pt."
    case .noWeight(let sum):
      "DISTS's weights sum up to \(sum), but they are divided by their sum, which must be above 0: use "
        + "the published weights.pt."
    }
  }
}
