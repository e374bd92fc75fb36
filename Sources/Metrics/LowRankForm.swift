/// `tr(Σ₁Σ₂)^½ = ‖A·Bᵀ‖_*` for `Σ₁ = AᵀA`, `Σ₂ = BᵀB`.
///
/// `A` and `B` are the centred features divided by `√(N − 1)`; the nuclear norm is the sum of the
/// singular values. They come from a singular value decomposition of `A·Bᵀ` and not from the
/// eigenvalues of `A·Bᵀ·B·Aᵀ`, which is faster but squares the condition: its smallest values are
/// only known to `√ε ≈ 1e-8` of the largest, those of the decomposition to `1e-16`.
struct LowRankForm {
  private struct Side {
    let rows: Int
    let width: Int
    let mean: [Double]
    /// Centred, scaled features, `[rows, width]`.
    let values: [Double]

    init(_ features: FeatureMatrix) {
      rows = features.rows
      width = features.columns
      let mean = features.mean()
      let scale = 1 / Double(features.rows - 1).squareRoot()
      values = [Double](unsafeUninitializedCapacity: rows * width) { buffer, count in
        guard let target = buffer.baseAddress else { return }
        features.copyCentred(0..<features.rows, mean: mean, scale: scale, to: target)
        count = buffer.count
      }
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

    /// The non-zero spectrum of `Σ = AᵀA`, from the smaller `A·Aᵀ`.
    func spectrum() throws(FrechetError) -> CovarianceSpectrum {
      var gram = LinearAlgebra.product(
        values, values, rows: rows, columns: rows, inner: width, transposed: true)
      let eigenvalues = try LinearAlgebra.eigenvalues(
        ofSymmetric: &gram, order: rows, vectors: false)
      return CovarianceSpectrum(count: rows, dimensions: width, eigenvalues: eigenvalues)
    }
  }

  private let first: Side
  private let second: Side

  init(_ first: FeatureMatrix, _ second: FeatureMatrix) {
    self.first = Side(first)
    self.second = Side(second)
  }

  func distance() throws(FrechetError) -> FrechetDistance {
    var product = LinearAlgebra.product(
      first.values, second.values, rows: first.rows, columns: second.rows, inner: first.width,
      transposed: true)
    let singularValues = try LinearAlgebra.singularValues(
      of: &product, rows: first.rows, columns: second.rows)
    let spectra = (try first.spectrum(), try second.spectrum())
    return FrechetDistance(
      means: (first.mean, second.mean), varianceTerm: first.trace + second.trace,
      coupling: CouplingTerm(singularValues, ranks: spectra) { $0 }, form: .lowRank,
      first: spectra.0, second: spectra.1)
  }
}
