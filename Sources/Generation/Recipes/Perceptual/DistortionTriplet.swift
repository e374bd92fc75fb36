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
        // Squares, so that weak distortions, which are the hard ones, are the most frequent.
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

  /// The mean squared differences of normalized activations between the whole picture and a damaged one, channel
  /// by channel.
  ///
  /// - Parameters:
  ///   - triplets: what is done to the pictures.
  ///   - pictures: whole, `[S, S, 3]` each.
  ///   - trunk: whose activations are compared.
  /// - Returns: one for each triplet.
  /// - Throws: `ImageError` if a JPEG just made cannot be read; `GraphError` if an activation is not finite.
  static func differences(
    _ triplets: [DistortionTriplet], of pictures: [Raster], _ trunk: TrunkActivations
  ) throws -> [Differences] {
    let whole = try trunk.activations(of: pictures)
    let damaged = try trunk.map(2 * triplets.count) { index in
      let triplet = triplets[index / 2]
      return try triplet.kind.apply(
        strength: index.isMultiple(of: 2) ? triplet.weaker : triplet.stronger,
        to: pictures[triplet.picture], seed: triplet.seed)
    } read: { index, layers in
      zip(layers, whole[triplets[index / 2].picture]).flatMap { $0.meanSquares(beside: $1) }
    }
    return triplets.indices.map {
      Differences(nearer: damaged[2 * $0], farther: damaged[2 * $0 + 1])
    }
  }
}
