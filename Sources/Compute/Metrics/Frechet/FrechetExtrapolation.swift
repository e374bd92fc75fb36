import Tensors

/// FID∞: the Fréchet distance that infinitely many generated images would have; lower is better.
///
/// FID is biased by a term that falls as `1/N` and differs from method to method. The distance is
/// computed for subsets of growing size, and a straight line in `1/N` is fitted to it; its value at
/// `1/N = 0` is free of the generated side's bias. The real side's bias stays, and is the same for all
/// methods that are compared with the same images.
///
/// Source: Chong and Forsyth, "Effectively Unbiased FID and Inception Score and where to find them",
/// CVPR 2020; `mchong6/FID_IS_infinity`, `score_infinity.py`.
/// - Deviation: the paper also draws the generator's inputs from a Sobol sequence, which is not open to
///   whoever is given finished images; subsets are drawn at random, as its code does. Its 15 sizes
///   run from 5000 to 50 000 in equal steps, here from a tenth of the images to all of them. Draws come
///   from SplitMix64 and are without replacement.
package struct FrechetExtrapolation: Equatable, Sendable {
  /// One subset and its distance.
  package struct Point: Equatable, Sendable {
    /// Images of the subset.
    package let count: Int
    /// Its distance.
    package let distance: Double
  }

  /// Sizes at which the distance is computed, by default.
  package static let usualPoints = 15

  /// The line at `1/N = 0`; for few images it can be negative.
  package let value: Double
  /// The line's rise with `1/N`.
  package let slope: Double
  /// Standard error of `value` by the residuals of the line; nil for two points.
  ///
  /// The subsets share images, so the residuals are too small for what other images would change.
  package let standardError: Double?
  /// What the line goes through, by size; the last point is the distance of all images.
  package let points: [Point]

  /// Fits the line.
  ///
  /// - Parameters:
  ///   - generated: features of the generated images, `[N, D]`, `N ≥ 3`.
  ///   - pointCount: how many sizes, at least 2; small sets have fewer.
  ///   - seed: start of the random numbers.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  ///   - distance: the distance of a subset from the real images.
  /// - Throws: ``FrechetError/tooFewForExtrapolation(count:)``, and what `distance` throws.
  package init(
    of generated: FeatureMatrix, points pointCount: Int = usualPoints, seed: UInt64 = 0,
    workers: Workers = Workers(count: 1),
    distance: @Sendable (FeatureMatrix) throws -> Double
  ) throws {
    let sizes = Self.sizes(of: generated.rows, points: pointCount)
    guard sizes.count >= 2 else {
      throw FrechetError.tooFewForExtrapolation(count: generated.rows)
    }
    var random = SplitMix64(seed: seed)
    let subsets = sizes.map { random.sample($0, below: generated.rows) }
    points = try workers.map(sizes.count) { index, _ in
      // Large subsets first, so that no worker is left with one at the end.
      let chosen = subsets[sizes.count - 1 - index]
      return Point(
        count: chosen.count, distance: try distance(generated.selecting(chosen)))
    }.reversed()
    let line = Self.line(through: points)
    (value, slope, standardError) = (line.value, line.slope, line.error)
  }

  /// Fits the line to distances from a set of real images.
  ///
  /// - Throws: `FrechetError`.
  package static func between(
    _ real: FeatureMatrix, _ generated: FeatureMatrix, points: Int = usualPoints,
    seed: UInt64 = 0, workers: Workers = Workers(count: 1)
  ) throws -> FrechetExtrapolation {
    try FrechetExtrapolation(of: generated, points: points, seed: seed, workers: workers) {
      // The points share the threads already.
      try FrechetDistance.between(real, $0, workers: Workers(count: 1)).value
    }
  }

  /// Fits the line to distances from stored statistics of real images.
  ///
  /// - Throws: `FrechetError`.
  package static func between(
    _ real: FeatureStatistics, _ generated: FeatureMatrix, points: Int = usualPoints,
    seed: UInt64 = 0, workers: Workers = Workers(count: 1)
  ) throws -> FrechetExtrapolation {
    try FrechetExtrapolation(of: generated, points: points, seed: seed, workers: workers) {
      try FrechetDistance.between(
        real, FeatureStatistics($0), workers: Workers(count: 1)
      ).value
    }
  }

  /// Equal steps from a tenth of the images, at least 2, to all of them, rounded down; each once.
  package static func sizes(of count: Int, points: Int) -> [Int] {
    guard count >= 3, points >= 2 else { return [] }
    let smallest = max(2, count / 10)
    let sizes = (0..<points).map { smallest + (count - smallest) * $0 / (points - 1) }
    return sizes.enumerated().filter { $0.offset == 0 || sizes[$0.offset - 1] != $0.element }
      .map(\.element)
  }

  /// Least squares of the distances over `1/N`.
  private static func line(through points: [Point]) -> (
    value: Double, slope: Double, error: Double?
  ) {
    let x = points.map { 1 / Double($0.count) }
    let y = points.map(\.distance)
    let count = Double(points.count)
    let meanX = x.reduce(0, +) / count
    let meanY = y.reduce(0, +) / count
    let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
    let value = meanY - slope * meanX
    guard points.count > 2 else { return (value, slope, nil) }
    let squares = zip(x, y).reduce(0) { sum, point in
      let residual = point.1 - (value + slope * point.0)
      return sum + residual * residual
    }
    let error = (squares / (count - 2) * (1 / count + meanX * meanX / spread)).squareRoot()
    return (value, slope, error)
  }
}
