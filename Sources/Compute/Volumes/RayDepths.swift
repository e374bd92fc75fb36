import Tensors

/// Where rays are looked at: in strata first, and again where the first look found something.
///
/// Source: `NVlabs/eg3d`, `eg3d/training/volumetric_rendering/renderer.py` (`sample_stratified`, `sample_importance`,
/// `sample_pdf`).
package struct RayDepths: Equatable, Sendable {
  /// Depth of the first stratum's beginning.
  package let start: Float
  /// Depth of the last stratum's beginning; strata reach a stratum beyond it.
  package let end: Float
  /// Looks at the strata, at least 3.
  package let coarse: Int
  /// Looks at what was found.
  package let fine: Int

  /// How rays are looked at.
  package init(start: Float, end: Float, coarse: Int, fine: Int) {
    self.start = start
    self.end = end
    self.coarse = coarse
    self.fine = fine
  }

  /// Those of EG3D's faces.
  package static let published = RayDepths(start: 2.25, end: 3.3, coarse: 48, fine: 48)

  /// One depth in each stratum, ascending.
  ///
  /// - Parameter places: where in its stratum each lies, 0…1.
  /// - Returns: as many as there are strata.
  package func stratified(_ places: [Float]) -> [Float] {
    precondition(places.count == coarse, "\(places.count) places for \(coarse) strata")
    let width = (end - start) / Float(coarse - 1)
    return places.indices.map { index in
      // Counted from the nearer end, as `torch.linspace` does.
      let first =
        index < coarse / 2
        ? start + width * Float(index) : end - width * Float(coarse - 1 - index)
      return first + places[index] * width
    }
  }

  /// Depths where a first look found something, in no order.
  ///
  /// - Deviation: none; of the coarse intervals' weights the source leaves out the first and takes as many places before
  ///   the last, so the last two intervals are never looked at again.
  ///
  /// - Parameters:
  ///   - depths: of the first look, ascending.
  ///   - weights: of the intervals between them, one fewer.
  ///   - places: 0…1, the shares of all weights before the depths.
  /// - Returns: a depth for each place.
  package func important(_ depths: [Float], weights: [Float], _ places: [Float]) -> [Float] {
    let middles = zip(depths, depths.dropFirst()).map { 0.5 * ($0 + $1) }
    // The largest of two neighbors, then the mean of two of those.
    let largest = (0...weights.count).map { index in
      max(index > 0 ? weights[index - 1] : 0, index < weights.count ? weights[index] : 0)
    }
    let smooth = zip(largest, largest.dropFirst()).map { ($0 + $1) / 2 + 0.01 }
    let densities = smooth[1..<smooth.count - 1].map { $0 + Self.epsilon }
    let total = densities.reduce(0, +)
    var shares: [Float] = [0]
    for density in densities { shares.append(shares[shares.count - 1] + density / total) }
    return places.map { place in
      let index = shares.firstIndexAbove(place)
      let (below, above) = (max(index - 1, 0), min(index, densities.count))
      let width = shares[above] - shares[below]
      let share = (place - shares[below]) / (width < Self.epsilon ? 1 : width)
      return middles[below] + share * (middles[above] - middles[below])
    }
  }

  private static let epsilon: Float = 1e-5
}

extension [Float] {
  /// The first index whose value is above one, of ascending values; `count` if there is none.
  fileprivate func firstIndexAbove(_ value: Float) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Where in their strata rays are looked at.
package enum RayPlaces: Equatable, Sendable {
  /// In the middle of each stratum and of each share.
  case middle
  /// At random, as a seed says.
  case seeded(UInt64)

  /// Places of one ray.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - ray: number of the ray in its picture.
  ///   - look: 0 for the first look, 1 for the second.
  /// - Returns: 0…1, without 1.
  package func places(_ count: Int, ray: Int, look: Int) -> [Float] {
    switch self {
    case .middle: return (0..<count).map { look == 0 ? 0.5 : (Float($0) + 0.5) / Float(count) }
    case .seeded(let seed):
      var seeds = SplitMix64(seed: seed)
      var numbers = SplitMix64(seed: seeds.next() ^ UInt64(2 * ray + look))
      return (0..<count).map { _ in numbers.nextUnit() }
    }
  }
}
