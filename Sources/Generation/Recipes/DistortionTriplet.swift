import Graphs
import Images
import Kernels
import Tensors

/// A picture damaged twice in one way, once more strongly.
struct DistortionTriplet: Sendable {
  /// Which picture.
  let picture: Int
  let kind: Distortion
  let weaker: Double
  let stronger: Double
  let seed: UInt64

  /// Every picture damaged in every way, at strengths drawn from a seed; the stronger is at least a fifth of
  /// the way to the strongest beyond the weaker.
  static func drawn(_ pictures: [Raster], seed: UInt64) -> [DistortionTriplet] {
    var random = SplitMix64(seed: seed)
    return pictures.indices.flatMap { picture in
      Distortion.allCases.map { kind in
        let (low, high) = (kind.range.lowerBound, kind.range.upperBound)
        let first = Double(random.nextUnit()) * 0.8
        let second = first + 0.2 + Double(random.nextUnit()) * (0.8 - first)
        // Squares, so that weak damage is as frequent as it is hard to tell.
        return DistortionTriplet(
          picture: picture, kind: kind, weaker: low + (high - low) * first * first,
          stronger: low + (high - low) * second * second, seed: random.next())
      }
    }
  }

  /// What a perceptual distance is a weighted sum of: one value a channel of every compared layer.
  struct Differences: Sendable {
    let nearer: [Float]
    let farther: [Float]
  }

  /// The mean squared differences of normalised activations, channel by channel.
  static func differences(
    _ triplets: [DistortionTriplet], of pictures: [Raster], _ network: TrainedNetwork
  ) throws -> [Differences] {
    let whole = try network.activations(pictures.count) { pictures[$0] }
    let damaged = try network.map(2 * triplets.count) { index in
      let triplet = triplets[index / 2]
      return try Preprocessing.lpips().apply(
        triplet.kind.apply(
          strength: index.isMultiple(of: 2) ? triplet.weaker : triplet.stronger,
          to: pictures[triplet.picture], seed: triplet.seed))
    } read: { index, result in
      network.taps.enumerated().flatMap { layer, tap in
        result(tap).normalized.meanSquares(beside: whole[triplets[index / 2].picture][layer])
      }
    }
    return triplets.indices.map {
      Differences(nearer: damaged[2 * $0], farther: damaged[2 * $0 + 1])
    }
  }
}

extension TrainedNetwork {
  /// Differences between every picture and the next one, as between whole and damaged ones.
  func differencesOfNeighbours(_ pictures: [Raster]) throws -> [[Float]] {
    let whole = try activations(pictures.count) { pictures[$0] }
    return zip(whole, whole.dropFirst()).map { one, other in
      zip(one, other).flatMap { $0.meanSquares(beside: $1) }
    }
  }
}

/// Activations of one layer, every pixel's channels at unit length.
struct NormalizedLayer: Sendable {
  let channels: Int
  /// `[H·W, C]`.
  let values: [Float]

  /// The mean over pixels of the squared differences, `[C]`.
  func meanSquares(beside other: NormalizedLayer) -> [Float] {
    var sums = [Double](repeating: 0, count: channels)
    for index in values.indices {
      let difference = Double(values[index]) - Double(other.values[index])
      sums[index % channels] += difference * difference
    }
    let pixels = Double(values.count / channels)
    return sums.map { Float($0 / pixels) }
  }
}

extension FeatureMap {
  /// As ``LPIPS`` normalises them.
  var normalized: NormalizedLayer {
    var values: [Float] = []
    values.reserveCapacity(pixels * channels)
    for pixel in 0..<pixels {
      let start = base + pixel * pixelStride
      var sum: Float = 0
      for channel in 0..<channels { sum += start[channel] * start[channel] }
      let norm = sum.squareRoot() + 1e-10
      for channel in 0..<channels { values.append(start[channel] / norm) }
    }
    return NormalizedLayer(channels: channels, values: values)
  }
}

extension TrainedNetwork {
  /// The compared layers of whole pictures.
  fileprivate func activations(
    _ count: Int, picture: @Sendable (Int) -> Raster
  ) throws -> [[NormalizedLayer]] {
    try map(count) {
      try Preprocessing.lpips().apply(picture($0))
    } read: { _, result in
      taps.map { result($0).normalized }
    }
  }
}
