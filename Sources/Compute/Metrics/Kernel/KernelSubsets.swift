import Tensors

/// Discrepancies of many subsets of the same two sets, as KID and tests without groups of images need them.
///
/// While all kernel values fit into memory each is computed once, since subsets overlap; otherwise each
/// subset computes its own.
package struct KernelSubsets: Sendable {
  private let first: KernelRows
  private let second: KernelRows
  private let kernel: SimilarityKernel
  /// Within the first set, within the second, and across, row-major; empty where they are too many.
  private let stored: [[Double]]

  /// Kernel values that are kept: 384 MB, enough for two sets of 4000.
  package static let largestStorage = 48_000_000

  /// Prepares the discrepancies of subsets.
  ///
  /// - Parameters:
  ///   - first: one set's features, `[M, D]`.
  ///   - second: the other set's, `[N, D]`.
  ///   - kernel: how two rows are compared.
  ///   - isNormalizing: whether rows are divided by their norm first.
  ///   - storage: how many kernel values may be kept in memory; rounding aside it changes nothing.
  ///   - workers: threads to share the work; the bits do not depend on their number.
  /// - Throws: `KernelDistanceError.dimensionMismatch`, `.zeroRow`.
  package init(
    _ first: FeatureMatrix, _ second: FeatureMatrix, kernel: SimilarityKernel,
    isNormalizing: Bool = false, storage: Int = largestStorage,
    workers: Workers = Workers(count: 1)
  ) throws {
    let (first, second) = try MaximumMeanDiscrepancy.rows(
      first, second, isNormalizing: isNormalizing)
    (self.first, self.second, self.kernel) = (first, second, kernel)
    let own = first.count * first.count + second.count * second.count
    let sides = [(first, first), (second, second), (first, second)]
    let isStored = own + first.count * second.count <= storage
    stored = workers.map(isStored ? 3 : 0) { index, _ in
      let (rows, columns) = sides[index]
      return rows.block(0..<rows.count, with: columns, columns: columns.count, kernel: kernel)
    }
  }

  /// The squared discrepancy of a subset, from any thread.
  ///
  /// - Parameters:
  ///   - subset: its rows.
  ///   - estimator: how expectations are estimated.
  /// - Returns: `MMD²`.
  /// - Precondition: it has at least two rows of either set, all different and within it.
  package func squaredDiscrepancy(
    of subset: RowSubset, _ estimator: MaximumMeanDiscrepancy.Estimator
  ) -> Double {
    guard !stored.isEmpty else {
      return KernelSums(
        first.selecting(subset.first), second.selecting(subset.second), kernel: kernel,
        workers: Workers(count: 1)
      ).squaredDiscrepancy(estimator)
    }
    return KernelSums(
      firstCount: subset.first.count, secondCount: subset.second.count,
      first: within(stored[0], subset.first, width: first.count),
      second: within(stored[1], subset.second, width: second.count),
      cross: across(stored[2], subset, width: second.count)
    ).squaredDiscrepancy(estimator)
  }

  /// Over ordered pairs of different rows, and over each row with itself.
  private func within(
    _ matrix: [Double], _ rows: [Int], width: Int
  ) -> (pairs: Double, diagonal: Double) {
    matrix.withUnsafeBufferPointer { matrix in
      rows.withUnsafeBufferPointer { rows in
        var (total, diagonal) = (0.0, 0.0)
        for end in rows.indices {
          let start = rows[end] * width
          var sum = 0.0
          for index in 0..<end { sum += matrix[start + rows[index]] }
          total += sum
          diagonal += matrix[start + rows[end]]
        }
        return (2 * total, diagonal)
      }
    }
  }

  private func across(
    _ matrix: [Double], _ subset: RowSubset, width: Int
  ) -> Double {
    matrix.withUnsafeBufferPointer { matrix in
      subset.second.withUnsafeBufferPointer { columns in
        var total = 0.0
        for row in subset.first {
          let start = row * width
          var sum = 0.0
          for index in columns.indices { sum += matrix[start + columns[index]] }
          total += sum
        }
        return total
      }
    }
  }
}
