/// The dense Float64 products and decompositions that the metrics need, from OpenBLAS and LAPACK.
///
/// Every call runs on the calling thread alone: a threaded BLAS splits sums by the number of its
/// threads, and scores must not depend on that. ``OpenBLAS`` says which kernels compute.
package enum LinearAlgebra {
  static var library: OpenBLAS { OpenBLAS.shared }

  /// CBLAS's names of layouts and of what is done to a matrix.
  private enum Layout {
    static let rowMajor: Int32 = 101
    static let columnMajor: Int32 = 102
  }
  private enum Form {
    static let asItIs: Int32 = 111
    static let transposed: Int32 = 112
  }
  private enum Triangle {
    static let upper: Int32 = 121
    static let lower: Int32 = 122
  }
  private static let anyDiagonal: Int32 = 131
  private static let onTheLeft: Int32 = 141

  /// Adds `Xᵀ·X` to the lower triangle of a symmetric matrix.
  ///
  /// `X` is `[rows, columns]`, the symmetric matrix `[columns, columns]`, both row-major; the upper
  /// triangle is left alone.
  static func addGram(
    of matrix: UnsafePointer<Double>, rows: Int, columns: Int,
    to symmetric: UnsafeMutablePointer<Double>
  ) {
    library.dsyrk(
      Layout.rowMajor, Triangle.lower, Form.transposed, Int32(columns), Int32(rows), 1, matrix,
      Int32(columns), 1, symmetric, Int32(columns))
  }

  /// The lower triangle of `X·Xᵀ`, `[rows, rows]`, with zeros above; `X` is `[rows, columns]`, all
  /// row-major.
  static func gram(
    ofRowsIn matrix: UnsafePointer<Double>, rows: Int, columns: Int
  ) -> [Double] {
    var gram = [Double](repeating: 0, count: rows * rows)
    library.dsyrk(
      Layout.rowMajor, Triangle.lower, Form.asItIs, Int32(rows), Int32(columns), 1, matrix,
      Int32(columns), 0, &gram, Int32(rows))
    return gram
  }

  /// `A·B` or `A·Bᵀ`, all row-major.
  ///
  /// `A` is `[rows, inner]`, `B` is `[inner, columns]`, or `[columns, inner]` when `transposed`; the
  /// result is `[rows, columns]`.
  static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, columns: Int, inner: Int,
    transposed: Bool
  ) -> [Double] {
    return [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      library.dgemm(
        Layout.rowMajor, Form.asItIs, transposed ? Form.transposed : Form.asItIs, Int32(rows),
        Int32(columns), Int32(inner), 1, a, Int32(inner), b, Int32(transposed ? inner : columns),
        0, buffer.baseAddress, Int32(columns))
      count = rows * columns
    }
  }

  /// The lower triangle (row-major) of `Xᵀ·X`, `[columns, columns]`, with zeros above; `X` is
  /// `[rows, columns]`, row-major.
  static func gram(ofColumnsIn matrix: [Double], rows: Int, columns: Int) -> [Double] {
    var gram = [Double](repeating: 0, count: columns * columns)
    addGram(of: matrix, rows: rows, columns: columns, to: &gram)
    return gram
  }

  /// Eigenvalues of a symmetric matrix, ascending, without vectors; LAPACK's `dsyevd`.
  ///
  /// - Parameters:
  ///   - matrix: `[order, order]`, of which the lower triangle (row-major) is read. Overwritten.
  ///   - order: rows and columns of the matrix.
  /// - Returns: `order` eigenvalues, ascending.
  /// - Throws: `FrechetError.decompositionFailed`, `.tooLarge`.
  static func eigenvalues(
    ofSymmetric matrix: inout [Double], order: Int
  ) throws(FrechetError) -> [Double] {
    try decompose(symmetric: &matrix, order: order, job: "N")
  }

  /// Eigenvalues as ``eigenvalues(ofSymmetric:order:)`` gives them; `matrix` becomes the orthonormal
  /// eigenvectors, one a row (row-major).
  static func eigenvectors(
    ofSymmetric matrix: inout [Double], order: Int
  ) throws(FrechetError) -> [Double] {
    try decompose(symmetric: &matrix, order: order, job: "V")
  }

  private static func decompose(
    symmetric matrix: inout [Double], order: Int, job: Unicode.Scalar
  ) throws(FrechetError) -> [Double] {
    // LAPACK counts its scratch in 32 bits.
    guard order <= 32_000 else { throw .tooLarge(order: order) }
    var values = [Double](repeating: 0, count: order)
    var size = Int32(order)
    var leading = Int32(order)
    // Row-major lower is column-major upper.
    var job = CChar(UInt8(ascii: job))
    var triangle = CChar(UInt8(ascii: "U"))
    var info: Int32 = 0
    var wanted = 0.0
    var wantedIntegers: Int32 = 0
    var query: Int32 = -1
    library.dsyevd(
      &job, &triangle, &size, &matrix, &leading, &values, &wanted, &query, &wantedIntegers,
      &query, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", code: Int(info)) }
    var work = [Double](repeating: 0, count: max(1, Int(wanted)))
    var integers = [Int32](repeating: 0, count: max(1, Int(wantedIntegers)))
    var workCount = Int32(work.count)
    var integerCount = Int32(integers.count)
    library.dsyevd(
      &job, &triangle, &size, &matrix, &leading, &values, &work, &workCount, &integers,
      &integerCount, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", code: Int(info)) }
    return values
  }

  /// `Pᵀ·A·P = Uᵀ·U` for a symmetric matrix without negative eigenvalues; LAPACK's `dpstrf`.
  ///
  /// Pivots are taken largest first until the rest is noise, `order · ε` of the largest diagonal
  /// value; so the factor has about as many rows as the matrix has rank.
  /// - Parameters:
  ///   - matrix: `[order, order]`, column-major, of which the upper triangle is read. It becomes
  ///     `U`, with zeros in the rows from `rank` on; below it nothing changes.
  ///   - order: rows and columns of the matrix.
  /// - Returns: rows of `U` that are not zero, and for every row of `Pᵀ·A·P` that of `A`.
  /// - Throws: `FrechetError.decompositionFailed`, `.tooLarge`.
  static func pivotedCholesky(
    _ matrix: inout [Double], order: Int
  ) throws(FrechetError) -> (rank: Int, pivots: [Int]) {
    guard order <= 32_000 else { throw .tooLarge(order: order) }
    var pivots = [Int32](repeating: 0, count: order)
    var work = [Double](repeating: 0, count: 2 * order)
    var (size, leading) = (Int32(order), Int32(order))
    var triangle = CChar(UInt8(ascii: "U"))
    var (rank, info): (Int32, Int32) = (0, 0)
    var usualTolerance = -1.0
    library.dpstrf(
      &triangle, &size, &matrix, &leading, &pivots, &rank, &usualTolerance, &work, &info)
    // A positive code says that the rank is not full.
    guard info >= 0 else { throw .decompositionFailed(routine: "dpstrf", code: Int(info)) }
    for column in Int(rank)..<order {
      for row in Int(rank)...column { matrix[column * order + row] = 0 }
    }
    return (Int(rank), pivots.map { Int($0) - 1 })
  }

  /// `U·X` in place; `U` is upper triangular, `[order, order]`, `X` is `[order, columns]`, both
  /// column-major.
  static func multiply(
    upperTriangle factor: [Double], order: Int, into matrix: inout [Double], columns: Int
  ) {
    library.dtrmm(
      Layout.columnMajor, onTheLeft, Triangle.upper, Form.asItIs, anyDiagonal, Int32(order),
      Int32(columns), 1, factor, Int32(order), &matrix, Int32(order))
  }
}
