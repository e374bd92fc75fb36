import Tensors

/// The squared maximum mean discrepancy of two sets of feature vectors; lower is better.
///
/// `MMD² = E k(x, x′) + E k(y, y′) − 2·E k(x, y)`.
///
/// Source: Gretton et al., "A Kernel Two-Sample Test", JMLR 13, 2012, lemma 6 and equation 5.
package enum MaximumMeanDiscrepancy {
  /// How the expectations are estimated.
  package enum Estimator: String, CaseIterable, Equatable, Sendable {
    /// A row is not compared with itself; it is 0 on average for equal distributions, and so often
    /// slightly negative.
    case unbiased
    /// Rows are compared with themselves too: never negative, 0 for equal sets.
    case biased
  }

  /// The squared discrepancy.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[M, D]`.
  ///   - second: the other set's, `[N, D]`.
  ///   - kernel: how two rows are compared.
  ///   - estimator: how expectations are estimated.
  ///   - isNormalizing: whether rows are divided by their norm first.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  /// - Returns: `MMD²`.
  /// - Cost: `(M² + N²)/2 + M·N` kernel values of `D` multiply-adds.
  /// - Throws: `KernelDistanceError.dimensionMismatch`, `.zeroRow`.
  package static func squared(
    _ first: FeatureMatrix, _ second: FeatureMatrix, kernel: SimilarityKernel,
    estimator: Estimator, isNormalizing: Bool = false, workers: Workers = Workers(count: 1)
  ) throws -> Double {
    let (first, second) = try rows(first, second, isNormalizing: isNormalizing)
    return KernelSums(first, second, kernel: kernel, workers: workers)
      .squaredDiscrepancy(estimator)
  }

  /// Two sets of equal width as kernels read them.
  static func rows(
    _ first: FeatureMatrix, _ second: FeatureMatrix, isNormalizing: Bool
  ) throws -> (KernelRows, KernelRows) {
    try requireEqualWidths(first, second)
    func rows(_ features: FeatureMatrix) throws -> KernelRows {
      isNormalizing ? try KernelRows(normalizing: features) : KernelRows(features)
    }
    return (try rows(first), try rows(second))
  }

  static func requireEqualWidths(
    _ first: FeatureMatrix, _ second: FeatureMatrix
  ) throws(KernelDistanceError) {
    guard first.columns == second.columns else {
      throw .dimensionMismatch(first: first.columns, second: second.columns)
    }
  }
}

/// CMMD: the maximum mean discrepancy of CLIP's image embeddings; lower is better.
///
/// `1000 · MMD²` with the Gaussian kernel of `σ = 10` on embeddings of norm 1.
///
/// Source: Jayasumana et al., "Rethinking FID: Toward a Better Evaluation Metric for Image
/// Generation", CVPR 2024; `google-research/google-research`, `cmmd/distance.py`, which takes the biased
/// estimator and embeddings that its CLIP has normalized.
/// - Deviation: the reference computes in Float32, where kernel values near 1 leave three or four
///   digits of the result; here everything is Float64.
package enum CMMD {
  /// The kernel's width.
  package static let sigma = 10.0
  /// Makes the values readable.
  package static let scale = 1000.0

  /// Named estimators.
  package enum Variant: String, CaseIterable, Codable, Equatable, Sendable {
    /// As the authors' code.
    case biased = "google-research"
    /// Without the bias of small sets; can be negative.
    case unbiased

    /// How the expectations are estimated.
    package var estimator: MaximumMeanDiscrepancy.Estimator {
      self == .biased ? .biased : .unbiased
    }
  }

  /// The distance of two sets of embeddings, which need not be normalized; 0 where it lies within rounding of
  /// it.
  ///
  /// The product of two rows of norm 1 is off by at most `D·ε`, and the kernel's exponent by a hundredth of
  /// that; so `D·ε` bounds what the three means of kernel values can lose together.
  /// - Throws: `KernelDistanceError.dimensionMismatch`, `.zeroRow`.
  package static func between(
    _ first: FeatureMatrix, _ second: FeatureMatrix, variant: Variant = .biased,
    workers: Workers = Workers(count: 1)
  ) throws -> Double {
    let squared = try MaximumMeanDiscrepancy.squared(
      first, second, kernel: .gaussian(sigma: sigma), estimator: variant.estimator,
      isNormalizing: true, workers: workers)
    return value(ofSquared: squared, dimensions: first.columns)
  }

  /// The distances of many subsets of two sets, as ``between(_:_:variant:workers:)`` gives each.
  ///
  /// - Throws: `KernelDistanceError.dimensionMismatch`, `.zeroRow`.
  package static func subsets(
    _ first: FeatureMatrix, _ second: FeatureMatrix, variant: Variant
  ) throws -> @Sendable (RowSubset) -> Double {
    let sides = try KernelSubsets(
      first, second, kernel: .gaussian(sigma: sigma), isNormalizing: true)
    return { subset in
      value(
        ofSquared: sides.squaredDiscrepancy(of: subset, variant.estimator),
        dimensions: first.columns)
    }
  }

  private static func value(ofSquared squared: Double, dimensions: Int) -> Double {
    abs(squared) <= Double(dimensions) * .ulpOfOne ? 0 : scale * squared
  }
}
