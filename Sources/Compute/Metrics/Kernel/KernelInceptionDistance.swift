import Tensors

/// KID: the mean squared maximum mean discrepancy of random subsets; lower is better.
///
/// Kernel `(x·y / D + 1)³`, unbiased estimator; 0 on average for equal distributions, so that small
/// negative values are right. Unlike FID's, its expectation does not depend on the number of images.
///
/// Sources: Bińkowski et al., "Demystifying MMD GANs", ICLR 2018, section 4;
/// `toshas/torch-fidelity`, `torch_fidelity/metric_kid.py`; `GaParmar/clean-fid`, `cleanfid/fid.py`.
/// - Deviation: subsets come from SplitMix64 in place of NumPy's generator, and all arithmetic is
///   Float64, where the packages keep the network's Float32.
package struct KernelInceptionDistance: Equatable, Sendable {
  /// Which subsets are drawn.
  package enum Variant: String, CaseIterable, Codable, Equatable, Sendable {
    /// Subsets of one size; smaller sets are refused.
    case torchFidelity = "torch-fidelity"
    /// Subsets of one size, or as large as the smaller set.
    case cleanFID = "clean-fid"
    /// Every image once and no subsets.
    case fullSet = "full-set"
  }

  /// How many subsets of which size.
  package struct Draw: Codable, Equatable, Sendable {
    /// Number of subsets.
    package var count = 100
    /// Rows of each set in a subset.
    package var size = 1000
    /// Start of the random numbers.
    package var seed: UInt64 = 0

    /// The packages' defaults, 100 subsets of 1000.
    package init() {}

    /// Other numbers.
    package init(count: Int, size: Int, seed: UInt64 = 0) {
      self.count = count
      self.size = size
      self.seed = seed
    }
  }

  /// Mean over the subsets.
  package let value: Double
  /// Population standard deviation over the subsets, which torch-fidelity prints; nil for `full-set`.
  package let standardDeviation: Double?
  /// Standard error of the mean over the subsets; nil where there is only one.
  ///
  /// It says what another seed would change. Subsets share images, so it is too small for what other
  /// images would change.
  package let standardError: Double?
  /// Subsets behind the mean.
  package let subsets: Int
  /// Rows of each set in a subset; nil for `full-set`.
  package let subsetSize: Int?

  /// The distance of two sets.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[M, D]`.
  ///   - second: the other set's, `[N, D]`.
  ///   - variant: which subsets.
  ///   - draw: how many subsets of which size.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  /// - Returns: the distance and its spread over the subsets.
  /// - Throws: `KernelDistanceError`.
  package static func between(
    _ first: FeatureMatrix, _ second: FeatureMatrix, variant: Variant = .cleanFID,
    draw: Draw = Draw(), workers: Workers = Workers(count: 1)
  ) throws -> KernelInceptionDistance {
    guard variant != .fullSet else {
      return KernelInceptionDistance(
        value: try MaximumMeanDiscrepancy.squared(
          first, second, kernel: .cubic, estimator: .unbiased, workers: workers),
        standardDeviation: nil, standardError: nil, subsets: 1, subsetSize: nil)
    }
    let smaller = min(first.rows, second.rows)
    var draw = draw
    if variant == .cleanFID { draw.size = min(draw.size, smaller) }
    guard draw.size <= smaller else {
      throw KernelDistanceError.subsetTooLarge(
        size: draw.size, first: first.rows, second: second.rows)
    }
    guard draw.count >= 1, draw.size >= 2 else {
      throw KernelDistanceError.noSubsets(count: draw.count, size: draw.size)
    }
    return try between(
      first, second, subsets: subsets(draw, first.rows, second.rows), workers: workers)
  }

  /// The distance of two sets over given subsets.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[M, D]`.
  ///   - second: the other set's, `[N, D]`.
  ///   - subsets: the rows of each subset.
  ///   - storage: how many kernel values may be kept in memory; rounding aside it changes nothing.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  /// - Returns: the distance and its spread over the subsets.
  /// - Precondition: there is a subset; each has at least two rows of either set, all different and
  ///   within it.
  /// - Throws: `KernelDistanceError.dimensionMismatch`.
  package static func between(
    _ first: FeatureMatrix, _ second: FeatureMatrix, subsets: [RowSubset],
    storage: Int = KernelSubsets.largestStorage, workers: Workers = Workers(count: 1)
  ) throws -> KernelInceptionDistance {
    let sides = try KernelSubsets(
      first, second, kernel: .cubic, storage: storage, workers: workers)
    let values = workers.map(subsets.count) { index, _ in
      sides.squaredDiscrepancy(of: subsets[index], .unbiased)
    }
    guard let summary = Summary(values) else { preconditionFailure("there are no subsets") }
    let count = Double(values.count)
    return KernelInceptionDistance(
      value: summary.mean,
      standardDeviation: summary.standardDeviation.map { $0 * ((count - 1) / count).squareRoot() }
        ?? 0,
      standardError: summary.standardError, subsets: values.count,
      subsetSize: subsets[0].first.count)
  }

  /// The distances of whole subsets of two sets, as the variant `full-set` gives each.
  ///
  /// - Throws: `KernelDistanceError.dimensionMismatch`.
  package static func subsets(
    _ first: FeatureMatrix, _ second: FeatureMatrix
  ) throws -> @Sendable (RowSubset) -> Double {
    let sides = try KernelSubsets(first, second, kernel: .cubic)
    return { sides.squaredDiscrepancy(of: $0, .unbiased) }
  }

  /// The subsets that belong to a seed: for each, first the rows of one set, then of the other.
  package static func subsets(_ draw: Draw, _ first: Int, _ second: Int) -> [RowSubset] {
    var random = SplitMix64(seed: draw.seed)
    return (0..<draw.count).map { _ in
      let rows = random.sample(draw.size, below: first)
      return RowSubset(first: rows, second: random.sample(draw.size, below: second))
    }
  }
}
