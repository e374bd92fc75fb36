/// `tr(Σ₁Σ₂)^½ = Σ √λᵢ(Σ₁^½ Σ₂ Σ₁^½)`.
///
/// With `Σ₁ = Vᵀ·diag(λ)·V` (eigenvectors are the rows of `V`) and `F = diag(√λ)·V` without the
/// rows whose `λ` is zero, `F·Σ₂·Fᵀ` has the same non-zero eigenvalues and order `rank Σ₁` only.
struct SymmetricForm {
  private let first: FeatureStatistics
  private let second: FeatureStatistics
  private var width: Int { first.dimensions }

  init(_ first: FeatureStatistics, _ second: FeatureStatistics) {
    self.first = first
    self.second = second
  }

  func distance() throws(FrechetError) -> FrechetDistance {
    var vectors = first.covariance
    let values = try LinearAlgebra.eigenvalues(
      ofSymmetric: &vectors, order: width, vectors: true)
    var secondMatrix = second.covariance
    let secondValues = try LinearAlgebra.eigenvalues(
      ofSymmetric: &secondMatrix, order: width, vectors: false)
    let spectra = (
      CovarianceSpectrum(count: first.count, dimensions: width, eigenvalues: values),
      CovarianceSpectrum(count: second.count, dimensions: width, eigenvalues: secondValues)
    )
    let products = try productEigenvalues(
      values: values, vectors: &vectors, rank: spectra.0.rank)
    return FrechetDistance(
      means: (first.mean, second.mean), varianceTerm: first.trace + second.trace,
      coupling: CouplingTerm(products, ranks: spectra) { $0.squareRoot() }, form: .symmetric,
      first: spectra.0, second: spectra.1)
  }

  /// Eigenvalues of `F·Σ₂·Fᵀ` from those of `Σ₁` and its eigenvectors, which are the rows of
  /// `vectors` and get overwritten.
  private func productEigenvalues(
    values: [Double], vectors: inout [Double], rank: Int
  ) throws(FrechetError) -> [Double] {
    guard rank > 0 else { return [] }
    for row in (width - rank)..<width {
      let root = values[row].squareRoot()
      for column in 0..<width { vectors[row * width + column] *= root }
    }
    var congruent = congruence(factor: vectors, rank: rank)
    return try LinearAlgebra.eigenvalues(ofSymmetric: &congruent, order: rank, vectors: false)
  }

  /// `F·Σ₂·Fᵀ`, `[rank, rank]`; `F` is the last `rank` rows of `factor`.
  private func congruence(factor: [Double], rank: Int) -> [Double] {
    factor.withUnsafeBufferPointer { factor in
      guard let start = factor.baseAddress else { return [] }
      let rows = start + (width - rank) * width
      let half = LinearAlgebra.product(
        rows, second.covariance, rows: rank, columns: width, inner: width, transposed: false)
      return LinearAlgebra.product(
        half, rows, rows: rank, columns: rank, inner: width, transposed: true)
    }
  }
}
