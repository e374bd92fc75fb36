import Foundation
import Tensors

/// How far every single image moves a Fréchet distance: the distance without it, for all images at once.
///
/// Leaving out row `x = μ + d` of `N` changes the statistics exactly by
/// `μ′ = μ − d/(N − 1)` and `Σ′ = a·(Σ − b·d·dᵀ)` with `a = (N − 1)/(N − 2)`, `b = N/(N − 1)²`. For a
/// factor `F` of the other covariance, `FᵀF = Σ₁`, the coupling term needs
/// `tr (M − b·v·vᵀ)^½` with `M = F·Σ·Fᵀ` and `v = F·d`, a root after a change of rank one. From
/// `X^½ = (1/π)·∫ X·(X + t)⁻¹·t^−½ dt`, the determinant of that change, and `t = s²`:
///
/// `tr (M − b·v·vᵀ)^½ − tr M^½ = (1/π)·∫₀^∞ log(1 − b·Σⱼ cⱼ²/(λⱼ + s²)) ds`
///
/// over the eigenvalues `λⱼ` of `M` and `v`'s coordinates `cⱼ` in its eigenvectors. One decomposition
/// serves all images. With `s = √λ_max·eˣ` the integrand is analytic for `|Im x| < π/2`, so the trapezoid
/// rule with step `h` is off by about `exp(−π²/h)`.
package struct FrechetInfluence: Sendable {
  /// Over all images, from the same decomposition.
  package let distance: Double
  /// Without each image, `[N]`.
  package let without: [Double]

  /// How much each image raises the distance, `[N]`; below 0 where it lowers it.
  package var raises: [Double] { without.map { distance - $0 } }

  private static let step = 0.3
  /// Beyond `e^±reach` of the largest root the integral has nothing left that Float64 would show.
  private static let reach = 33.0

  /// Leaves out every image of one set in turn.
  ///
  /// Distances agree with those measured again to `1e-8` of `tr Σ₁ + tr Σ`, which is what eigenvalues below
  /// `ε` of the largest add; to about `1e-12` where there are none.
  /// - Parameters:
  ///   - generated: the set that images are left out of, `[N, D]`, at least 3 rows.
  ///   - reference: the other set, `[N₁, D]`.
  /// - Cost: an eigenvalue problem with vectors of order `min(N, N₁, D)` at most.
  /// - Throws: `FrechetError.dimensionMismatch`, `.tooFewRows`, `.tooLarge`, `.decompositionFailed`.
  package init(
    of generated: FeatureMatrix, against reference: FeatureMatrix
  ) throws(FrechetError) {
    guard generated.columns == reference.columns else {
      throw .dimensionMismatch(first: generated.columns, second: reference.columns)
    }
    guard generated.rows >= 3 else { throw .tooFewRows(count: generated.rows) }
    let count = Double(generated.rows)
    let factor = try CovarianceFactor(reference)
    let mean = generated.mean()
    let rows = generated.centered(around: mean)
    let width = generated.columns
    let spectrum = try Spectrum(
      LinearAlgebra.product(
        rows, factor.values, rows: generated.rows, columns: factor.rank, inner: width,
        transposed: true), rows: generated.rows, columns: factor.rank)
    let squares = (0..<generated.rows).map { row in
      rows[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }
    }
    let gap = zip(factor.mean, mean).map { $0 - $1 }
    let trace = squares.reduce(0, +) / (count - 1)
    let meanTerm = gap.reduce(0) { $0 + $1 * $1 }
    distance = meanTerm + factor.trace + trace - 2 * spectrum.coupling

    let (a, b) = ((count - 1) / (count - 2), count / ((count - 1) * (count - 1)))
    let changes = spectrum.couplingChanges(losing: b, step: Self.step, reach: Self.reach)
    without = (0..<generated.rows).map { row in
      let along = zip(gap, rows[row * width..<(row + 1) * width]).reduce(0) { $0 + $1.0 * $1.1 }
      let moved =
        meanTerm + 2 * along / (count - 1) + squares[row] / ((count - 1) * (count - 1))
      return moved + factor.trace + a * (trace - b * squares[row])
        - 2 * a.squareRoot() * (spectrum.coupling + changes[row])
    }
  }
}

/// The eigenvalues of `M = PᵀP/(N − 1)`, and the squared coordinates of every row of `P` in its
/// eigenvectors.
private struct Spectrum {
  /// Above the rounding noise.
  private let values: [Double]
  /// `[N, R]`, row-major.
  private let coordinates: [Double]
  private let rows: Int

  /// `tr M^½`.
  let coupling: Double

  init(_ product: [Double], rows: Int, columns: Int) throws(FrechetError) {
    self.rows = rows
    let scale = 1 / Double(rows - 1)
    let order = min(rows, columns)
    guard order > 0 else {
      (values, coordinates, coupling) = ([], [], 0)
      return
    }
    let isWide = rows <= columns
    var gram =
      isWide
      ? LinearAlgebra.gram(ofRowsIn: product, rows: rows, columns: columns)
      : LinearAlgebra.gram(ofColumnsIn: product, rows: rows, columns: columns)
    // Rows are centered, so P·Pᵀ has the eigenvalue 0 for (1, …, 1). Beyond all others it cannot mix with
    // the small ones.
    let trace = (0..<order).reduce(0) { $0 + gram[$1 * order + $1] }
    for index in gram.indices {
      gram[index] = scale * (gram[index] + (isWide ? 2 * trace / Double(rows) : 0))
    }
    let eigenvalues = try LinearAlgebra.eigenvectors(ofSymmetric: &gram, order: order)
      .dropLast(isWide ? 1 : 0)
    let noise = Double(order) * .ulpOfOne * (eigenvalues.last ?? 0)
    let first = eigenvalues.firstIndex { $0 > noise } ?? eigenvalues.count
    let kept = Array(eigenvalues[first...])
    values = kept
    coupling = kept.reduce(0) { $0 + $1.squareRoot() }
    // Vectors of eigenvalues in ascending order, one a row.
    let vectors = Array(gram[(first * order)..<(eigenvalues.count * order)])
    if isWide {
      // v = √(N − 1)·√λ·u.
      coordinates = (0..<rows).flatMap { row in
        kept.indices.map { index in
          let part = vectors[index * order + row]
          return kept[index] * part * part * Double(rows - 1)
        }
      }
    } else {
      coordinates = LinearAlgebra.product(
        product, vectors, rows: rows, columns: kept.count, inner: columns, transposed: true
      ).map { $0 * $0 }
    }
  }

  /// `tr (M − b·v·vᵀ)^½ − tr M^½` for every row `v` of `P`, `[N]`.
  func couplingChanges(losing b: Double, step: Double, reach: Double) -> [Double] {
    guard let largest = values.last else { return [Double](repeating: 0, count: rows) }
    let half = Int(reach / step)
    let places = (-half...half).map { largest.squareRoot() * exp(Double($0) * step) }
    func sums(_ weight: (Double, Double) -> Double) -> [Double] {
      LinearAlgebra.product(
        coordinates, places.flatMap { place in values.map { weight($0, place) } }, rows: rows,
        columns: places.count, inner: values.count, transposed: true)
    }
    // What the logarithm's argument loses from 1, and what it gains on its value at s = 0, where the
    // first would drown in rounding.
    let losses = sums { value, place in b / (value + place * place) }
    let gains = sums { value, place in b * place * place / (value * (value + place * place)) }
    // Where the centered rows span all the directions that they can, every row lies along one that is lost
    // without it.
    let isSpanned = values.count >= rows - 1
    return (0..<rows).map { row in
      let own = coordinates[row * values.count..<(row + 1) * values.count]
      let left = 1 - b * zip(own, values).reduce(0) { $0 + $1.0 / $1.1 }
      let start = isSpanned || left < 8 * Double(rows) * .ulpOfOne ? 0 : left
      return places.indices.reduce(0) { sum, node in
        let index = row * places.count + node
        let isFar = losses[index] < 1 - 1e-8
        return sum + places[node] * (isFar ? log1p(-losses[index]) : log(start + gains[index]))
      } * step / .pi
    }
  }
}

/// A factor `F` with `FᵀF = Σ` that has no more rows than it needs.
private struct CovarianceFactor {
  let mean: [Double]
  /// Rows of `F`.
  let rank: Int
  /// `[rank, D]`, row-major.
  let values: [Double]
  let trace: Double

  /// Takes the centered rows themselves while there are no more than dimensions, else a Cholesky factor.
  init(_ features: FeatureMatrix) throws(FrechetError) {
    let width = features.columns
    guard features.rows > width else {
      let mean = features.mean()
      let scale = 1 / Double(features.rows - 1).squareRoot()
      let rows = features.centered(around: mean, scale: scale)
      (self.mean, rank, values) = (mean, features.rows, rows)
      trace = rows.reduce(0) { $0 + $1 * $1 }
      return
    }
    let statistics = FeatureStatistics(features)
    var matrix = statistics.covariance
    let (rank, pivots) = try LinearAlgebra.pivotedCholesky(&matrix, order: width)
    var factor = [Double](repeating: 0, count: rank * width)
    for column in 0..<width {
      for row in 0..<min(rank, column + 1) {
        factor[row * width + pivots[column]] = matrix[column * width + row]
      }
    }
    (mean, self.rank, values, trace) = (statistics.mean, rank, factor, statistics.trace)
  }
}
