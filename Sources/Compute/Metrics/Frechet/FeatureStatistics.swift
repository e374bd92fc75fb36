/// Mean and covariance of a set's features: the Gaussian that FID compares.
package struct FeatureStatistics: Equatable, Sendable {
  /// Images; nil for statistics from a file that does not say.
  package let count: Int?
  /// `[D]`.
  package let mean: [Double]
  /// `[D, D]`, row-major, symmetric, sample covariance (divided by `count − 1`).
  package let covariance: [Double]
  /// The smallest eigenvalue of a stored covariance where it lies below 0 by more than the rounding of
  /// Float64 explains, and counts as 0; nil otherwise.
  package let negativeEigenvalue: Double?

  /// Feature width `D`.
  package var dimensions: Int { mean.count }

  /// Rows that are centered and multiplied at once; it bounds the memory at `rowBlock · D` doubles.
  private static let rowBlock = 512

  /// Estimates mean and covariance in Float64, in row order and in blocks of fixed size.
  ///
  /// Source: `numpy.mean` and `numpy.cov(rowvar=False)`, as pytorch-fid calls them.
  /// - Cost: `N·D²` multiply-adds.
  package init(_ features: FeatureMatrix) {
    let width = features.columns
    let mean = features.mean()
    var covariance = [Double](repeating: 0, count: width * width)
    var block = [Double](repeating: 0, count: min(features.rows, Self.rowBlock) * width)
    covariance.withUnsafeMutableBufferPointer { covariance in
      block.withUnsafeMutableBufferPointer { block in
        guard let sum = covariance.baseAddress, let rows = block.baseAddress else { return }
        for start in stride(from: 0, to: features.rows, by: Self.rowBlock) {
          let range = start..<min(start + Self.rowBlock, features.rows)
          features.copyCentered(range, mean: mean, scale: 1, to: rows)
          LinearAlgebra.addGram(of: rows, rows: range.count, columns: width, to: sum)
        }
        Self.finish(covariance, width: width, divisor: Double(features.rows - 1))
      }
    }
    count = features.rows
    self.mean = mean
    self.covariance = covariance
    negativeEigenvalue = nil
  }

  /// Wraps statistics that were stored, for example pytorch-fid's `mu` and `sigma`.
  ///
  /// No covariance has a negative eigenvalue, but rounding can make one of those that are 0. Where each
  /// value is off by at most `u` of its size, eigenvalues are off by at most `D·u` times the largest of the
  /// matrix that was rounded: the covariance, or the raw second moment that the mean was taken from, which
  /// has at most `λ_max + ‖μ‖²`. Eigenvalues down to `−D·u·(λ_max + ‖μ‖²)` count as 0.
  /// - Parameters:
  ///   - count: images behind them, where known.
  ///   - mean: `[D]`.
  ///   - covariance: `[D, D]`, row-major.
  ///   - precision: `u`, the relative rounding of the stored values; that of Float64 by default.
  /// - Cost: the eigenvalues of order `D`.
  /// - Throws: `FrechetError.wrongCovariance`, `.notFiniteStatistics`, `.notSymmetric`,
  ///   `.notPositiveSemidefinite`, `.tooFewRows`, `.tooLarge`, `.decompositionFailed`.
  package init(
    count: Int?, mean: [Double], covariance: [Double], precision: Double = .ulpOfOne
  ) throws(FrechetError) {
    if let count, count < 2 { throw .tooFewRows(count: count) }
    let width = mean.count
    let (expected, overflow) = width.multipliedReportingOverflow(by: width)
    guard width >= 1, !overflow, covariance.count == expected else {
      throw .wrongCovariance(values: covariance.count, dimensions: width)
    }
    guard mean.allSatisfy(\.isFinite) else { throw .notFiniteStatistics(name: "mean") }
    guard covariance.allSatisfy(\.isFinite) else {
      throw .notFiniteStatistics(name: "covariance")
    }
    self.count = count
    self.mean = mean
    self.covariance = covariance
    try Self.checkSymmetry(covariance, width: width)
    negativeEigenvalue = try Self.negativeEigenvalue(covariance, mean, precision: precision)
  }

  private static func checkSymmetry(
    _ covariance: [Double], width: Int
  ) throws(FrechetError) {
    // numpy's own covariance may differ from its transpose by rounding of a sum, no more.
    let largest = covariance.reduce(0) { max($0, abs($1)) }
    for row in 0..<width {
      for column in 0..<row {
        let difference = covariance[row * width + column] - covariance[column * width + row]
        guard abs(difference) <= 1e-9 * largest else {
          throw .notSymmetric(row: row, column: column)
        }
      }
    }
  }

  private static func negativeEigenvalue(
    _ covariance: [Double], _ mean: [Double], precision: Double
  ) throws(FrechetError) -> Double? {
    var matrix = covariance
    let values = try LinearAlgebra.eigenvalues(ofSymmetric: &matrix, order: mean.count)
    guard let smallest = values.first, let largest = values.last, smallest < 0 else { return nil }
    let unit = Double(mean.count) * max(largest, 0)
    let rounded = unit + Double(mean.count) * mean.reduce(0) { $0 + $1 * $1 }
    guard smallest >= -precision * rounded else {
      throw .notPositiveSemidefinite(smallest: smallest, bound: -precision * rounded)
    }
    return smallest < -.ulpOfOne * unit ? smallest : nil
  }

  /// Sum of the variances, `tr Σ`.
  package var trace: Double {
    (0..<dimensions).reduce(0) { $0 + covariance[$1 * dimensions + $1] }
  }

  /// Divides the lower triangle and mirrors it.
  private static func finish(
    _ matrix: UnsafeMutableBufferPointer<Double>, width: Int, divisor: Double
  ) {
    for row in 0..<width {
      for column in 0...row {
        let value = matrix[row * width + column] / divisor
        matrix[row * width + column] = value
        matrix[column * width + row] = value
      }
    }
  }
}
