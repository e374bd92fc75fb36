/// Why two feature sets have no Fréchet distance.
package enum FrechetError: Error, Equatable, CustomStringConvertible {
  /// Fewer than two rows, of which no covariance can be estimated.
  case tooFewRows(count: Int)
  /// Too few images for two sizes of subsets.
  case tooFewForExtrapolation(count: Int)
  /// The rows hold no values, or not `rows · columns` of them.
  case wrongCount(values: Int, rows: Int, columns: Int)
  /// A feature is infinite or not a number.
  case notFinite(row: Int, column: Int)
  /// A stored mean or covariance holds a value that is infinite or not a number.
  case notFiniteStatistics(name: String)
  /// A stored covariance does not have the square shape that its mean calls for.
  case wrongCovariance(values: Int, dimensions: Int)
  /// A stored covariance is not symmetric.
  case notSymmetric(row: Int, column: Int)
  /// A stored covariance has an eigenvalue below 0 that rounding does not explain.
  case notPositiveSemidefinite(smallest: Double, bound: Double)
  /// The two sets' features differ in width.
  case dimensionMismatch(first: Int, second: Int)
  /// A matrix is too large for LAPACK's 32-bit indices.
  case tooLarge(order: Int)
  /// LAPACK gave up.
  case decompositionFailed(routine: String, code: Int)

  /// Which features or statistics give no distance, and what to do.
  package var description: String {
    switch self {
    case .tooFewRows(let count):
      "a distance of sets needs at least 2 images in each, but one has \(count): add images to it"
    case .tooFewForExtrapolation(let count):
      "FID∞ needs at least 3 generated images to draw a line through, but there are \(count): add "
        + "images to them"
    case .wrongCount(let values, let rows, let columns):
      "\(values) feature values do not fill \(rows) rows of \(columns) columns"
    case .notFinite(let row, let column):
      "feature \(column) of row \(row) (counted from 0) is not finite: check that image and the "
        + "network's weights"
    case .notFiniteStatistics(let name):
      "the stored \(name) holds a value that is not finite: write the statistics file again"
    case .wrongCovariance(let values, let dimensions):
      "the stored covariance has \(values) values, but a mean of \(dimensions) dimensions needs "
        + "\(dimensions)×\(dimensions): write the statistics file again"
    case .notSymmetric(let row, let column):
      "the stored covariance is not symmetric: [\(row), \(column)] and [\(column), \(row)] differ"
    case .notPositiveSemidefinite(let smallest, let bound):
      "the stored covariance has the eigenvalue \(smallest), but no covariance has one below 0, and rounding "
        + "explains none below \(bound): write the statistics file again"
    case .dimensionMismatch(let first, let second):
      "the features of the first set have \(first) dimensions, those of the second \(second): use "
        + "the same network and tap for both"
    case .tooLarge(let order):
      "a matrix of order \(order) is too large to decompose; the limit is 32000"
    case .decompositionFailed(let routine, let code):
      "LAPACK's \(routine) failed with code \(code): check the features for extreme values"
    }
  }
}
