import COpenBLAS

/// The dense Float64 products and decompositions that the metrics need, from OpenBLAS and LAPACK.
///
/// Every call runs on the calling thread alone: a threaded BLAS splits sums by the number of its
/// threads, and scores must not depend on that. The last bits still depend on which processor
/// family OpenBLAS was started for.
package enum LinearAlgebra {
  /// Sets OpenBLAS to one thread; the work is done once however often this is called.
  ///
  /// Every function of this type calls it, so callers need it only before their own BLAS calls.
  package static func configure() { _ = oneThread }

  private static let oneThread: Void = openblas_set_num_threads(1)

  /// Adds `Xᵀ·X` to the lower triangle of a symmetric matrix.
  ///
  /// `X` is `[rows, columns]`, the symmetric matrix `[columns, columns]`, both row-major; the upper
  /// triangle is left alone.
  static func addGram(
    of matrix: UnsafePointer<Double>, rows: Int, columns: Int,
    to symmetric: UnsafeMutablePointer<Double>
  ) {
    configure()
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, Int32(columns), Int32(rows), 1, matrix,
      Int32(columns), 1, symmetric, Int32(columns))
  }

  /// `A·B` or `A·Bᵀ`, all row-major.
  ///
  /// `A` is `[rows, inner]`, `B` is `[inner, columns]`, or `[columns, inner]` when `transposed`; the
  /// result is `[rows, columns]`.
  static func product(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, rows: Int, columns: Int, inner: Int,
    transposed: Bool
  ) -> [Double] {
    configure()
    return [Double](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(rows),
        Int32(columns), Int32(inner), 1, a, Int32(inner), b, Int32(transposed ? inner : columns),
        0, buffer.baseAddress, Int32(columns))
      count = rows * columns
    }
  }

  /// Eigenvalues of a symmetric matrix, ascending; LAPACK's `dsyevd`.
  ///
  /// - Parameters:
  ///   - matrix: `[order, order]`, of which the lower triangle (row-major) is read. Overwritten:
  ///     with `vectors`, row `i` becomes the unit eigenvector of eigenvalue `i`; without, rubbish.
  ///   - order: rows and columns of the matrix.
  ///   - vectors: whether eigenvectors are wanted; without them it takes about a third of the time.
  /// - Returns: `order` eigenvalues, ascending.
  /// - Throws: `FrechetError.decompositionFailed`, `.tooLarge`.
  static func eigenvalues(
    ofSymmetric matrix: inout [Double], order: Int, vectors: Bool
  ) throws(FrechetError) -> [Double] {
    configure()
    // LAPACK counts its scratch, up to 2·order² here, in 32 bits.
    guard order <= 32_000 else { throw .tooLarge(order: order) }
    var values = [Double](repeating: 0, count: order)
    var size = Int32(order)
    // Row-major lower is column-major upper.
    var job = CChar(UInt8(ascii: vectors ? "V" : "N"))
    var triangle = CChar(UInt8(ascii: "U"))
    var info: Int32 = 0
    var wanted = 0.0
    var wantedIntegers: Int32 = 0
    var query: Int32 = -1
    var leading = size
    dsyevd_(
      &job, &triangle, &size, &matrix, &leading, &values, &wanted, &query, &wantedIntegers,
      &query, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", code: Int(info)) }
    var work = [Double](repeating: 0, count: max(1, Int(wanted)))
    var integers = [Int32](repeating: 0, count: max(1, Int(wantedIntegers)))
    var workCount = Int32(work.count)
    var integerCount = Int32(integers.count)
    dsyevd_(
      &job, &triangle, &size, &matrix, &leading, &values, &work, &workCount, &integers,
      &integerCount, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dsyevd", code: Int(info)) }
    return values
  }

  /// Singular values of a matrix, descending; LAPACK's `dgesdd`.
  ///
  /// - Parameters:
  ///   - matrix: `[rows, columns]`, row-major. Overwritten.
  ///   - rows: rows of the matrix.
  ///   - columns: columns of the matrix.
  /// - Returns: the smaller of `rows` and `columns` many values, descending.
  /// - Throws: `FrechetError.decompositionFailed`, `.tooLarge`.
  static func singularValues(
    of matrix: inout [Double], rows: Int, columns: Int
  ) throws(FrechetError) -> [Double] {
    configure()
    guard max(rows, columns) <= 32_000 else { throw .tooLarge(order: max(rows, columns)) }
    let rank = min(rows, columns)
    var values = [Double](repeating: 0, count: rank)
    // Column-major, the buffer holds the transpose.
    var height = Int32(columns)
    var width = Int32(rows)
    var leading = height
    var job = CChar(UInt8(ascii: "N"))
    var info: Int32 = 0
    var wanted = 0.0
    var query: Int32 = -1
    var none = 0.0
    var one: Int32 = 1
    var unused: Double = 0
    var alsoOne: Int32 = 1
    var integers = [Int32](repeating: 0, count: 8 * rank)
    dgesdd_(
      &job, &height, &width, &matrix, &leading, &values, &none, &one, &unused, &alsoOne, &wanted,
      &query, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", code: Int(info)) }
    var work = [Double](repeating: 0, count: max(1, Int(wanted)))
    var workCount = Int32(work.count)
    dgesdd_(
      &job, &height, &width, &matrix, &leading, &values, &none, &one, &unused, &alsoOne, &work,
      &workCount, &integers, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgesdd", code: Int(info)) }
    return values
  }
}
