import Tensors

/// The Fréchet distance between two Gaussians and what is needed to judge it; FID on Inception features.
///
/// `‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2·tr(Σ₁Σ₂)^½`; lower is better, 0 for equal Gaussians.
///
/// Source: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", NeurIPS 2017, equation 6.
/// - Deviation: pytorch-fid takes `scipy.linalg.sqrtm` of the non-symmetric `Σ₁Σ₂`, which is
///   ill-conditioned for fewer images than dimensions and then may return complex numbers. Both
///   forms here are exact rewritings that stay real; they agree with each other, and with 60-digit
///   arithmetic, to `1e-13` of `tr Σ₁ + tr Σ₂`, and so with pytorch-fid to its own error: `1e-10`
///   where both covariances have full rank, `1e-6` where not.
package struct FrechetDistance: Equatable, Sendable {
  /// How the trace of the square root is computed.
  package enum Form: String, Equatable, Sendable {
    /// Nuclear norm of `F₁·F₂ᵀ` for Cholesky factors of the covariances; needs the statistics only.
    case symmetric
    /// Nuclear norm of `A·Bᵀ`, where the rows of `A` and `B` are the centered features divided by
    /// `√(N − 1)`; needs the features, but no matrix of order `D`.
    case lowRank = "low-rank"
  }

  /// The distance; 0 where it lies within ``rounding`` of it.
  package let value: Double
  /// `‖μ₁ − μ₂‖²`.
  package let meanTerm: Double
  /// `tr Σ₁ + tr Σ₂`.
  package let varianceTerm: Double
  /// `tr(Σ₁Σ₂)^½`, which is subtracted twice.
  package let couplingTerm: Double
  /// Which form gave `couplingTerm`.
  package let form: Form
  /// The spectrum of the first set's covariance.
  package let first: CovarianceSpectrum
  /// The spectrum of the second set's covariance.
  package let second: CovarianceSpectrum
  /// What was left out of `couplingTerm` as rounding noise, as the sum of the absolute values.
  ///
  /// Beyond about `1e-6` of `varianceTerm` it means that the features are too ill-conditioned for
  /// the form.
  package let residual: Double

  /// What rounding alone can make of the distance of equal sets: `D·ε·(tr Σ₁ + tr Σ₂)`.
  ///
  /// The coupling term is a sum of at most `D` singular values, each off by a small multiple of `ε` times the
  /// largest, which is no larger than either trace. Equal sets are at 0 by this rule on every machine, and
  /// not at some 1e-14 on either side of it.
  package let rounding: Double

  /// The distance between two sets by the form that suits them.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[N₁, D]`.
  ///   - second: the other set's, `[N₂, D]`.
  ///   - form: nil takes the low-rank form while both sets have no more rows than dimensions, the
  ///     symmetric one otherwise.
  ///   - workers: threads, of which at most three find work. Each part of the work is done by one
  ///     of them from beginning to end, so the bits do not depend on how many there are.
  /// - Returns: the distance and its diagnostics.
  /// - Throws: `FrechetError.dimensionMismatch`, `.tooLarge`, `.decompositionFailed`.
  package static func between(
    _ first: FeatureMatrix, _ second: FeatureMatrix, form: Form? = nil,
    workers: Workers = Workers()
  ) throws(FrechetError) -> FrechetDistance {
    guard first.columns == second.columns else {
      throw .dimensionMismatch(first: first.columns, second: second.columns)
    }
    switch form ?? (max(first.rows, second.rows) <= first.columns ? .lowRank : .symmetric) {
    case .lowRank: return try LowRankForm(first, second).distance(workers)
    case .symmetric:
      let statistics = workers.map(2) { part, _ in
        FeatureStatistics(part == 0 ? first : second)
      }
      return try between(statistics[0], statistics[1], workers: workers)
    }
  }

  /// The distance between two Gaussians by the symmetric form.
  ///
  /// - Parameters:
  ///   - first: one set's mean and covariance.
  ///   - second: the other set's.
  ///   - workers: as for features.
  /// - Returns: the distance and its diagnostics.
  /// - Cost: two Cholesky decompositions, two eigenvalue problems and a singular value problem of
  ///   order `D`, none of them with vectors.
  /// - Throws: `FrechetError.dimensionMismatch`, `.tooLarge`, `.decompositionFailed`.
  package static func between(
    _ first: FeatureStatistics, _ second: FeatureStatistics, workers: Workers = Workers()
  ) throws(FrechetError) -> FrechetDistance {
    guard first.dimensions == second.dimensions else {
      throw .dimensionMismatch(first: first.dimensions, second: second.dimensions)
    }
    return try SymmetricForm(first, second).distance(workers)
  }

  static func rounding(dimensions: Int, of varianceTerm: Double) -> Double {
    Double(dimensions) * .ulpOfOne * varianceTerm
  }

  init(
    means: (first: [Double], second: [Double]), varianceTerm: Double, coupling: CouplingTerm,
    form: Form, first: CovarianceSpectrum, second: CovarianceSpectrum
  ) {
    meanTerm = zip(means.first, means.second).reduce(0) { sum, pair in
      sum + (pair.0 - pair.1) * (pair.0 - pair.1)
    }
    self.varianceTerm = varianceTerm
    couplingTerm = coupling.kept
    residual = coupling.dropped
    let distance = meanTerm + varianceTerm - 2 * coupling.kept
    rounding = Self.rounding(dimensions: means.first.count, of: varianceTerm)
    value = abs(distance) <= rounding ? 0 : distance
    self.form = form
    self.first = first
    self.second = second
  }
}
