extension LinearAlgebra {
  /// Columns that one step of the first stage of ``singularValues(of:height:width:)`` treats.
  ///
  /// More make its products faster and the second stage, whose work grows with them, slower.
  private static let panel = 32

  /// Singular values of a matrix, descending, without vectors.
  ///
  /// Two orthogonal stages: blocked Householder reflections from both sides leave a band of
  /// `panel` diagonals above the main one, and rotations then chase all but one of these out. The
  /// usual single stage (LAPACK's `dgesdd`) spends half of its operations in products of the whole
  /// matrix with one vector, which wait for memory; here they are products of matrices, and an order
  /// of 2,000 takes half the time. Both are backward stable: every value is off by a small multiple
  /// of `ε` times the largest one.
  ///
  /// Source: Großer and Lang, "Efficient parallel reduction to bidiagonal form", Parallel Computing
  /// 25, 1999; LAPACK's `dgeqrf`, `dgelqf`, `dlarfb`, `dgbbrd` and `dlasq1`.
  /// - Parameters:
  ///   - matrix: `[height, width]`, column-major. Overwritten.
  ///   - height: rows of the matrix.
  ///   - width: columns of the matrix, at most `height`.
  /// - Returns: `width` values, descending.
  /// - Throws: `FrechetError.decompositionFailed`, `.tooLarge`.
  static func singularValues(
    of matrix: inout [Double], height: Int, width: Int
  ) throws(FrechetError) -> [Double] {
    precondition(width >= 1 && width <= height && matrix.count == height * width, "not upright")
    guard height <= 32_000 else { throw .tooLarge(order: height) }
    let band = min(panel, width - 1)
    var reduction = BandReduction(height: height, width: width, panel: max(band, 1))
    try matrix.withUnsafeMutableBufferPointer { matrix throws(FrechetError) in
      guard let start = matrix.baseAddress else { return }
      try reduction.run(start)
    }
    var (diagonal, superdiagonal) = try bidiagonal(
      ofBand: band, in: matrix, height: height, width: width)
    var order = Int32(width)
    var info: Int32 = 0
    var work = [Double](repeating: 0, count: 4 * width)
    library.dlasq1(&order, &diagonal, &superdiagonal, &work, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dlasq1", code: Int(info)) }
    return diagonal
  }

  /// The bidiagonal form of an upper band matrix that lies in a larger one.
  private static func bidiagonal(
    ofBand band: Int, in matrix: [Double], height: Int, width: Int
  ) throws(FrechetError) -> (diagonal: [Double], superdiagonal: [Double]) {
    var rows = Int32(band + 1)
    var packed = [Double](repeating: 0, count: (band + 1) * width)
    for column in 0..<width {
      for row in max(0, column - band)...column {
        packed[column * (band + 1) + band + row - column] = matrix[column * height + row]
      }
    }
    var diagonal = [Double](repeating: 0, count: width)
    var superdiagonal = [Double](repeating: 0, count: width)
    var job = CChar(UInt8(ascii: "N"))
    var order = Int32(width)
    var (none, lower, upper, one): (Int32, Int32, Int32, Int32) = (0, 0, Int32(band), 1)
    var (left, right, other): (Double, Double, Double) = (0, 0, 0)
    var (alsoOne, againOne, info): (Int32, Int32, Int32) = (1, 1, 0)
    var work = [Double](repeating: 0, count: 2 * width)
    library.dgbbrd(
      &job, &order, &order, &none, &lower, &upper, &packed, &rows, &diagonal, &superdiagonal,
      &left, &one, &right, &alsoOne, &other, &againOne, &work, &info)
    guard info == 0 else { throw .decompositionFailed(routine: "dgbbrd", code: Int(info)) }
    return (diagonal, superdiagonal)
  }
}

/// The first stage: a matrix `[height, width]`, column-major, becomes an upper band.
///
/// In turn the next columns are made triangular by reflections of the rows, and what is to the right
/// of that triangle is made triangular by reflections of the columns. Reflections are collected and
/// applied to the rest as `1 − V·T·Vᵀ`.
private struct BandReduction {
  let height: Int
  let width: Int
  let panel: Int
  private var scales: [Double]
  private var triangle: [Double]
  private var work: [Double]

  init(height: Int, width: Int, panel: Int) {
    (self.height, self.width, self.panel) = (height, width, panel)
    scales = [Double](repeating: 0, count: panel)
    triangle = [Double](repeating: 0, count: panel * panel)
    work = [Double](repeating: 0, count: panel * height)
  }

  mutating func run(_ matrix: UnsafeMutablePointer<Double>) throws(FrechetError) {
    for first in stride(from: 0, to: width, by: panel) {
      let columns = min(panel, width - first)
      let next = first + columns
      try factor("dgeqrf", matrix + first + first * height, height - first, columns)
      guard next < width else { return }
      apply(
        reflections: matrix + first + first * height, columns, onLeft: true,
        to: matrix + first + next * height, height - first, width - next)
      let rows = min(columns, width - next)
      try factor("dgelqf", matrix + first + next * height, columns, width - next)
      apply(
        reflections: matrix + first + next * height, rows, onLeft: false,
        to: matrix + next + next * height, height - next, width - next)
    }
  }

  private mutating func factor(
    _ routine: String, _ block: UnsafeMutablePointer<Double>, _ rows: Int, _ columns: Int
  ) throws(FrechetError) {
    var (m, n, leading) = (Int32(rows), Int32(columns), Int32(height))
    var (count, info) = (Int32(work.count), Int32(0))
    if routine == "dgeqrf" {
      LinearAlgebra.library.dgeqrf(&m, &n, block, &leading, &scales, &work, &count, &info)
    } else {
      LinearAlgebra.library.dgelqf(&m, &n, block, &leading, &scales, &work, &count, &info)
    }
    guard info == 0 else { throw .decompositionFailed(routine: routine, code: Int(info)) }
  }

  /// Multiplies a block of the rest with the collected reflections.
  ///
  /// Those of the rows stand in the columns below the diagonal, those of the columns in the rows
  /// right of it.
  private mutating func apply(
    reflections: UnsafeMutablePointer<Double>, _ count: Int, onLeft: Bool,
    to block: UnsafeMutablePointer<Double>, _ rows: Int, _ columns: Int
  ) {
    var side = CChar(UInt8(ascii: onLeft ? "L" : "R"))
    var transpose = CChar(UInt8(ascii: onLeft ? "T" : "N"))
    var storage = CChar(UInt8(ascii: onLeft ? "C" : "R"))
    var forward = CChar(UInt8(ascii: "F"))
    var (m, n, k) = (Int32(rows), Int32(columns), Int32(count))
    var length = onLeft ? m : n
    var (leading, order) = (Int32(height), Int32(panel))
    var workLeading = onLeft ? n : m
    LinearAlgebra.library.dlarft(
      &forward, &storage, &length, &k, reflections, &leading, &scales, &triangle, &order)
    LinearAlgebra.library.dlarfb(
      &side, &transpose, &forward, &storage, &m, &n, &k, reflections, &leading, &triangle, &order,
      block, &leading, &work, &workLeading)
  }
}
