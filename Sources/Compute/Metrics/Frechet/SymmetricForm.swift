import Tensors

/// `tr(Σ₁Σ₂)^½ = ‖F₁·F₂ᵀ‖_*`, the sum of the singular values, for any factors with `FᵀF = Σ`.
///
/// Pivoted Cholesky factors need no eigenvectors and, where a covariance does not have full rank,
/// have no rows for the missing ones. The eigenvalues of `F₁·Σ₂·F₁ᵀ` would tell the same, but are
/// the squares of these values, of which the small ones drown in rounding.
struct SymmetricForm {
  private let first: FeatureStatistics
  private let second: FeatureStatistics
  private var width: Int { first.dimensions }

  init(_ first: FeatureStatistics, _ second: FeatureStatistics) {
    self.first = first
    self.second = second
  }

  func distance(_ workers: Workers) throws(FrechetError) -> FrechetDistance {
    // The longest part first.
    let found = try workers.map(3) { (part, _) throws(FrechetError) in
      switch part {
      case 0: try singularValues()
      case 1: try eigenvalues(of: first)
      default: try eigenvalues(of: second)
      }
    }
    let spectra = (
      CovarianceSpectrum(count: first.count, dimensions: width, eigenvalues: found[1]),
      CovarianceSpectrum(count: second.count, dimensions: width, eigenvalues: found[2])
    )
    return FrechetDistance(
      means: (first.mean, second.mean), varianceTerm: first.trace + second.trace,
      coupling: CouplingTerm(found[0], ranks: spectra), form: .symmetric,
      first: spectra.0, second: spectra.1)
  }

  private func eigenvalues(of set: FeatureStatistics) throws(FrechetError) -> [Double] {
    var matrix = set.covariance
    return try LinearAlgebra.eigenvalues(ofSymmetric: &matrix, order: width)
  }

  private func singularValues() throws(FrechetError) -> [Double] {
    var one = first.covariance
    let (rank, pivots) = try LinearAlgebra.pivotedCholesky(&one, order: width)
    var other = second.covariance
    let (otherRank, otherPivots) = try LinearAlgebra.pivotedCholesky(&other, order: width)
    guard rank > 0, otherRank > 0 else { return [] }
    // U₁·P₁ᵀ·P₂·U₂ᵀ: first the rows of U₂ᵀ in the first set's order.
    var places = [Int](repeating: 0, count: width)
    for (place, source) in otherPivots.enumerated() { places[source] = place }
    var product = [Double](repeating: 0, count: width * otherRank)
    for row in 0..<width {
      let place = places[pivots[row]]
      for column in 0...min(place, otherRank - 1) {
        product[column * width + row] = other[place * width + column]
      }
    }
    LinearAlgebra.multiply(
      upperTriangle: one, order: width, into: &product, columns: otherRank)
    return try LinearAlgebra.singularValues(of: &product, height: width, width: otherRank)
  }
}
