import Tensors

/// The features of a set of images, one row an image.
///
/// The caller sorts the rows by image id; sums run over them in that order, so the same set gives
/// the same bits whatever the order in which its images were finished.
package struct FeatureMatrix: Equatable, Sendable {
  /// Images, at least 2.
  package let rows: Int
  /// Feature width `D`, at least 1.
  package let columns: Int
  /// `[N, D]`, row-major, all finite.
  package let values: [Float]

  /// Checks and wraps features.
  ///
  /// - Parameters:
  ///   - rows: `N`.
  ///   - columns: `D`.
  ///   - values: `[N, D]`, row-major.
  /// - Throws: `FrechetError.tooFewRows`, `.wrongCount`, and `.notFinite`, which names the row.
  package init(rows: Int, columns: Int, values: [Float]) throws(FrechetError) {
    guard rows >= 2 else { throw .tooFewRows(count: rows) }
    let (expected, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard columns >= 1, !overflow, values.count == expected else {
      throw .wrongCount(values: values.count, rows: rows, columns: columns)
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(row: bad / columns, column: bad % columns)
    }
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Checks and wraps a tensor `[N, D]`.
  ///
  /// - Throws: as `init(rows:columns:values:)`.
  package init(_ tensor: Tensor) throws(FrechetError) {
    let rows = tensor.shape.first ?? 0
    let columns = tensor.shape.dropFirst().reduce(1, *)
    try self.init(rows: rows, columns: columns, values: tensor.values)
  }

  /// Stacks the features of images, one row an image.
  ///
  /// - Throws: as `init(rows:columns:values:)`.
  package init(stacking rows: [[Float]]) throws(FrechetError) {
    try self.init(
      rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }

  /// Mean of every column, `[D]`, summed in row order.
  func mean() -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<rows {
          let start = row * columns
          for column in 0..<columns { sums[column] += Double(values[start + column]) }
        }
        for column in 0..<columns { sums[column] /= Double(rows) }
      }
    }
    return sums
  }

  /// Writes `(row − mean)·scale` for a range of rows, `[range.count, D]`, row-major.
  func copyCentered(
    _ range: Range<Int>, mean: [Double], scale: Double,
    to target: UnsafeMutablePointer<Double>
  ) {
    values.withUnsafeBufferPointer { values in
      mean.withUnsafeBufferPointer { mean in
        for row in range {
          let source = row * columns
          let destination = target + (row - range.lowerBound) * columns
          for column in 0..<columns {
            destination[column] = (Double(values[source + column]) - mean[column]) * scale
          }
        }
      }
    }
  }

  /// All rows as `(row − mean)·scale`, `[N, D]`, row-major.
  func centered(around mean: [Double], scale: Double = 1) -> [Double] {
    [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      guard let target = buffer.baseAddress else { return }
      copyCentered(0..<rows, mean: mean, scale: scale, to: target)
      count = rows * columns
    }
  }
}
