import Tensors

/// Fréchet distances of many subsets of the same two sets, as tests without groups of images need them.
///
/// While a subset has no more rows than dimensions, `tr(Σ₁Σ₂)^½ = ‖C‖_* / √((M − 1)(N − 1))`, where `C` is the part of
/// `A·Bᵀ` that belongs to the subset's rows, centered along both axes. So one product serves all subsets, and a subset
/// costs its singular values alone: about a third of ``FrechetDistance/between(_:_:form:workers:)``, with which it agrees to
/// `1e-13` of `tr Σ₁ + tr Σ₂`. Larger subsets, and all rows, are measured by that.
package struct FrechetSubsets: Sendable {
  private let first: Side
  private let second: Side
  /// `A·Bᵀ` of the rows less their set's mean, `[M, N]`, row-major; empty where no subset can use it.
  private let product: [Double]

  private struct Side: Sendable {
    let features: FeatureMatrix
    let mean: [Double]
    /// Less the mean, `[N, D]`, row-major.
    let centered: [Double]
    /// Of the centered rows, `[N]`.
    let squaredNorms: [Double]

    init(_ features: FeatureMatrix) {
      let (rows, width) = (features.rows, features.columns)
      let mean = features.mean()
      let centered = features.centered(around: mean)
      squaredNorms = (0..<rows).map { row in
        centered[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }
      }
      (self.features, self.mean, self.centered) = (features, mean, centered)
    }

    /// Mean of some rows less the mean of all, `[D]`.
    func shift(_ rows: [Int]) -> [Double] {
      let width = features.columns
      var sums = [Double](repeating: 0, count: width)
      for row in rows {
        for column in 0..<width { sums[column] += centered[row * width + column] }
      }
      return sums.map { $0 / Double(rows.count) }
    }
  }

  /// Prepares the distances of subsets.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[M, D]`.
  ///   - second: the other set's, `[N, D]`.
  /// - Cost: `M·N·D` multiply-adds, and `M·N` doubles of memory, while both sets have at most 5/4 as many rows as
  ///   dimensions.
  /// - Throws: `FrechetError.dimensionMismatch`.
  package init(_ first: FeatureMatrix, _ second: FeatureMatrix) throws(FrechetError) {
    guard first.columns == second.columns else {
      throw .dimensionMismatch(first: first.columns, second: second.columns)
    }
    (self.first, self.second) = (Side(first), Side(second))
    // Subsets without a twentieth or so of the rows: sets that are much larger have none that is small enough.
    let isUseful = 4 * max(first.rows, second.rows) <= 5 * first.columns
    product =
      isUseful
      ? LinearAlgebra.product(
        self.first.centered, self.second.centered, rows: first.rows, columns: second.rows,
        inner: first.columns, transposed: true) : []
  }

  /// The distance of some rows of the first set from some of the second, from any thread.
  ///
  /// - Parameter subset: different rows of either set, at least two.
  /// - Returns: the distance, as ``FrechetDistance/value``.
  /// - Throws: `FrechetError.tooFewRows`, `.tooLarge`, `.decompositionFailed`.
  @Sendable package func distance(of subset: RowSubset) throws(FrechetError) -> Double {
    let (rows, others) = (subset.first, subset.second)
    let width = first.features.columns
    let isWhole = rows.count == first.features.rows && others.count == second.features.rows
    guard !product.isEmpty, !isWhole, max(rows.count, others.count) <= width,
      min(rows.count, others.count) >= 2
    else {
      return try FrechetDistance.between(
        first.features.selecting(rows), second.features.selecting(others),
        workers: Workers(count: 1)
      ).value
    }
    let (shift, otherShift) = (first.shift(rows), second.shift(others))
    let meanTerm = (0..<width).reduce(0) { sum, column in
      let gap =
        (first.mean[column] + shift[column]) - (second.mean[column] + otherShift[column])
      return sum + gap * gap
    }
    let varianceTerm =
      Self.trace(first, rows, shift: shift) + Self.trace(second, others, shift: otherShift)
    let distance = meanTerm + varianceTerm - 2 * (try coupling(rows, others))
    return abs(distance) <= FrechetDistance.rounding(dimensions: width, of: varianceTerm)
      ? 0 : distance
  }

  /// `tr Σ` of some rows.
  private static func trace(_ side: Side, _ rows: [Int], shift: [Double]) -> Double {
    let squares = rows.reduce(0) { $0 + side.squaredNorms[$1] }
    let lost = Double(rows.count) * shift.reduce(0) { $0 + $1 * $1 }
    return (squares - lost) / Double(rows.count - 1)
  }

  /// `tr(Σ₁Σ₂)^½` of some rows.
  private func coupling(_ rows: [Int], _ others: [Int]) throws(FrechetError) -> Double {
    // Column-major and not wider than high.
    let isUpright = rows.count >= others.count
    let (long, short) = isUpright ? (rows, others) : (others, rows)
    let stride = second.features.rows
    var part = [Double](repeating: 0, count: rows.count * others.count)
    var sums = [Double](repeating: 0, count: long.count)
    for (column, across) in short.enumerated() {
      let start = column * long.count
      var sum = 0.0
      for (row, along) in long.enumerated() {
        let value = product[isUpright ? along * stride + across : across * stride + along]
        part[start + row] = value
        sum += value
        sums[row] += value
      }
      let mean = sum / Double(long.count)
      for row in long.indices { part[start + row] -= mean }
    }
    // The columns have the mean 0 now, and so have the means of the rows once that of all is taken from them.
    let whole = sums.reduce(0, +) / Double(long.count)
    let means = sums.map { ($0 - whole) / Double(short.count) }
    for column in short.indices {
      for row in long.indices { part[column * long.count + row] -= means[row] }
    }
    let values = try LinearAlgebra.singularValues(
      of: &part, height: long.count, width: short.count)
    // Small ones first, so that they are not lost beside the large ones.
    return values.reversed().reduce(0, +)
      / (Double(rows.count - 1) * Double(others.count - 1)).squareRoot()
  }
}
