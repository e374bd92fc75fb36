import Tensors

/// `tr(Σ₁Σ₂)^½ = ‖A·Bᵀ‖_*` for `Σ₁ = AᵀA`, `Σ₂ = BᵀB`.
///
/// `A` and `B` are the centered features divided by `√(N − 1)`; the nuclear norm is the sum of the
/// singular values. They come from a singular value decomposition of `A·Bᵀ` and not from the
/// eigenvalues of `A·Bᵀ·B·Aᵀ`, which is faster but squares the condition: its smallest values are
/// only known to `√ε ≈ 1e-8` of the largest, those of the decomposition to `1e-16`.
struct LowRankForm {
  private struct Side {
    let rows: Int
    let width: Int
    let mean: [Double]
    /// Centered, scaled features, `[rows, width]`.
    let values: [Double]

    init(_ features: FeatureMatrix) {
      rows = features.rows
      width = features.columns
      let mean = features.mean()
      let scale = 1 / Double(features.rows - 1).squareRoot()
      values = features.centered(around: mean, scale: scale)
      self.mean = mean
    }

    /// `tr Σ`, the squared Frobenius norm.
    var trace: Double {
      values.withUnsafeBufferPointer { values in
        // Row by row, so that the sum is as accurate as the covariance's diagonal.
        (0..<rows).reduce(0) { sum, row in
          var part = 0.0
          for index in row * width..<(row + 1) * width { part += values[index] * values[index] }
          return sum + part
        }
      }
    }

    /// The non-zero eigenvalues of `Σ = AᵀA`, from the smaller `A·Aᵀ`.
    func eigenvalues() throws(FrechetError) -> [Double] {
      var gram = LinearAlgebra.gram(ofRowsIn: values, rows: rows, columns: width)
      return try LinearAlgebra.eigenvalues(ofSymmetric: &gram, order: rows)
    }

    func spectrum(_ eigenvalues: [Double]) -> CovarianceSpectrum {
      CovarianceSpectrum(count: rows, dimensions: width, eigenvalues: eigenvalues)
    }
  }

  private let first: Side
  private let second: Side

  init(_ first: FeatureMatrix, _ second: FeatureMatrix) {
    self.first = Side(first)
    self.second = Side(second)
  }

  func distance(_ workers: Workers) throws(FrechetError) -> FrechetDistance {
    // The longest part first.
    let found = try workers.map(3) { (part, _) throws(FrechetError) in
      switch part {
      case 0: try singularValues()
      case 1: try first.eigenvalues()
      default: try second.eigenvalues()
      }
    }
    let spectra = (first.spectrum(found[1]), second.spectrum(found[2]))
    return FrechetDistance(
      means: (first.mean, second.mean), varianceTerm: first.trace + second.trace,
      coupling: CouplingTerm(found[0], ranks: spectra), form: .lowRank,
      first: spectra.0, second: spectra.1)
  }

  private func singularValues() throws(FrechetError) -> [Double] {
    // A row-major product is its transpose in column-major order, which must not be wider than high.
    let (few, many) = first.rows <= second.rows ? (first, second) : (second, first)
    var product = LinearAlgebra.product(
      few.values, many.values, rows: few.rows, columns: many.rows, inner: few.width,
      transposed: true)
    return try LinearAlgebra.singularValues(of: &product, height: many.rows, width: few.rows)
  }
}
