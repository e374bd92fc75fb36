import Tensors

/// The nearest row of a set for each row of another, by Euclidean distance.
package enum NearestRows {
  /// A row of the other set.
  package struct Neighbor: Equatable, Sendable {
    /// Its position in the set, counted from 0.
    package let row: Int
    /// Euclidean distance to it, at least 0.
    package let distance: Double
  }

  /// Rows whose distances are held at once.
  private static let rowBlock = 256

  /// Finds them.
  ///
  /// - Parameters:
  ///   - rows: `[M, D]`.
  ///   - others: `[N, D]`.
  ///   - workers: threads; the result does not depend on their number.
  ///   - isCandidate: whether a row of `others` may be the neighbor of one of `rows`.
  /// - Returns: `[M]`, the first of several at the same distance; nil for a row without candidates.
  /// - Cost: `M·N·D` multiply-adds.
  /// - Throws: `FrechetError.dimensionMismatch`.
  package static func neighbors(
    of rows: FeatureMatrix, among others: FeatureMatrix, workers: Workers = Workers(),
    where isCandidate: @Sendable (_ row: Int, _ other: Int) -> Bool
  ) throws(FrechetError) -> [Neighbor?] {
    guard rows.columns == others.columns else {
      throw .dimensionMismatch(first: rows.columns, second: others.columns)
    }
    let (mine, theirs) = (KernelRows(rows), KernelRows(others))
    let blocks = (rows.rows + rowBlock - 1) / rowBlock
    return workers.map(blocks) { block, _ in
      let range = block * rowBlock..<min((block + 1) * rowBlock, rows.rows)
      let squares = mine.squaredDistances(range, to: theirs)
      return range.map { row -> Neighbor? in
        let start = (row - range.lowerBound) * theirs.count
        let nearest = (0..<theirs.count).filter { isCandidate(row, $0) }
          .min { squares[start + $0] < squares[start + $1] }
        return nearest.map {
          Neighbor(row: $0, distance: squares[start + $0].squareRoot())
        }
      }
    }.flatMap { $0 }
  }

  /// The distance between a row of a set and one of another.
  package static func distance(
    _ row: Int, of rows: FeatureMatrix, _ other: Int, of others: FeatureMatrix
  ) -> Double {
    let one = rows.values[row * rows.columns..<(row + 1) * rows.columns]
    let two = others.values[other * others.columns..<(other + 1) * others.columns]
    return zip(one, two).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }.squareRoot()
  }
}

extension KernelRows {
  /// Squared distances of some rows from all of another set, `[range.count, N]`, never below 0.
  func squaredDistances(_ range: Range<Int>, to other: KernelRows) -> [Double] {
    var squares = values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return [Double]() }
      return LinearAlgebra.product(
        base + range.lowerBound * width, other.values, rows: range.count, columns: other.count,
        inner: width, transposed: true)
    }
    for row in range {
      for column in 0..<other.count {
        let index = (row - range.lowerBound) * other.count + column
        // Rounding can leave the square of a zero distance slightly negative.
        squares[index] = max(
          0, squaredNorms[row] + other.squaredNorms[column] - 2 * squares[index])
      }
    }
    return squares
  }
}
