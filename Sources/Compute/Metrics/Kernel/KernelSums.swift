import Tensors

/// Sums of a kernel over all pairs of rows, within two sets and across them.
struct KernelSums {
  /// Rows of the first set, `M`.
  let firstCount: Int
  /// Rows of the second set, `N`.
  let secondCount: Int
  /// Over ordered pairs of different rows of the first set, and over each row with itself.
  let first: (pairs: Double, diagonal: Double)
  /// The same of the second set.
  let second: (pairs: Double, diagonal: Double)
  /// Over all pairs of a row of the first and one of the second set.
  let cross: Double

  /// Rows whose kernel values are held at once; it bounds the memory at `rowBlock · N` doubles.
  private static let rowBlock = 256

  /// Computes every kernel value once and keeps none.
  ///
  /// Sums run along a row, then over rows in order, so that they do not depend on the workers.
  init(_ first: KernelRows, _ second: KernelRows, kernel: SimilarityKernel, workers: Workers) {
    firstCount = first.count
    secondCount = second.count
    self.first = Self.within(first, kernel, workers)
    self.second = Self.within(second, kernel, workers)
    cross = Self.sum(rowsOf: first, workers) { range in
      let block = first.block(range, with: second, columns: second.count, kernel: kernel)
      return (0..<range.count).map { row in
        block[row * second.count..<(row + 1) * second.count].reduce(0, +)
      }
    }
  }

  init(
    firstCount: Int, secondCount: Int, first: (pairs: Double, diagonal: Double),
    second: (pairs: Double, diagonal: Double), cross: Double
  ) {
    self.firstCount = firstCount
    self.secondCount = secondCount
    self.first = first
    self.second = second
    self.cross = cross
  }

  /// The squared maximum mean discrepancy.
  func squaredDiscrepancy(_ estimator: MaximumMeanDiscrepancy.Estimator) -> Double {
    let (m, n) = (Double(firstCount), Double(secondCount))
    let across = 2 * cross / (m * n)
    switch estimator {
    case .unbiased:
      return first.pairs / (m * (m - 1)) + second.pairs / (n * (n - 1)) - across
    case .biased:
      return (first.pairs + first.diagonal) / (m * m)
        + (second.pairs + second.diagonal) / (n * n) - across
    }
  }

  private static func within(
    _ rows: KernelRows, _ kernel: SimilarityKernel, _ workers: Workers
  ) -> (pairs: Double, diagonal: Double) {
    let diagonal = sum(rowsOf: rows, workers) { range in
      // A block of its own for each row: n values are wanted, not n².
      range.map { row in
        let norm = rows.squaredNorms[row]
        var value = [norm]
        kernel.apply(
          to: &value, rowNorms: rows.squaredNorms[row...row], columnNorms: [norm],
          width: rows.width)
        return value[0]
      }
    }
    let half = sum(rowsOf: rows, workers) { range in
      let columns = range.upperBound
      let block = rows.block(range, with: rows, columns: columns, kernel: kernel)
      return range.map { row in
        let start = (row - range.lowerBound) * columns
        return block[start..<start + row].reduce(0, +)
      }
    }
    return (2 * half, diagonal)
  }

  /// Adds up one value for each row.
  private static func sum(
    rowsOf set: KernelRows, _ workers: Workers,
    _ values: @Sendable (Range<Int>) -> [Double]
  ) -> Double {
    let blocks = (set.count + rowBlock - 1) / rowBlock
    let parts = workers.map(blocks) { block, _ in
      values(block * rowBlock..<min((block + 1) * rowBlock, set.count))
    }
    return Summary.compensatedSum(parts.flatMap { $0 })
  }
}
