/// What the eigenvalues of one set's covariance tell about an FID.
package struct CovarianceSpectrum: Equatable, Sendable {
  /// Images behind the covariance, where known; at most `count − 1` eigenvalues are not zero.
  package let count: Int?
  /// Feature width `D`.
  package let dimensions: Int
  /// Eigenvalues above the rounding noise (`numpy.linalg.matrix_rank`'s rule, `D·ε·λ_max`).
  package let rank: Int
  /// Largest eigenvalue divided by the smallest that is above the noise; 1 for a zero matrix.
  package let condition: Double

  init(count: Int?, dimensions: Int, eigenvalues: [Double]) {
    self.count = count
    self.dimensions = dimensions
    let largest = eigenvalues.max() ?? 0
    let noise = Double(dimensions) * .ulpOfOne * largest
    let kept = eigenvalues.filter { $0 > noise }
    rank = kept.count
    condition = kept.min().map { largest / $0 } ?? 1
  }
}

/// `tr(Σ₁Σ₂)^½` and what its sum left out.
struct CouplingTerm: Equatable {
  let kept: Double
  let dropped: Double

  /// Sums the singular values of a product of two matrices.
  ///
  /// No more than the smaller of the two ranks can differ from zero; the others are rounding noise,
  /// once for each missing rank.
  init(_ values: [Double], ranks: (CovarianceSpectrum, CovarianceSpectrum)) {
    // Small ones first, so that they are not lost beside the large ones.
    let sorted = values.sorted()
    let noise = sorted.dropLast(min(ranks.0.rank, ranks.1.rank))
    kept = sorted[noise.endIndex...].reduce(0, +)
    dropped = noise.reduce(0, +)
  }
}
