import Foundation

/// A positive definite kernel between two feature vectors of width `D`.
package enum SimilarityKernel: Equatable, Sendable {
  /// `(x·y / D + 1)³`, the kernel of KID.
  case cubic
  /// `exp(−‖x − y‖² / 2σ²)`, the kernel of CMMD.
  ///
  /// Values are kept as `exp(…) − 1`: a maximum mean discrepancy does not notice a constant, and what
  /// is left of nearby vectors keeps all its digits.
  case gaussian(sigma: Double)

  /// Turns a block of dot products into kernel values.
  ///
  /// - Parameters:
  ///   - products: `[R, C]`, row-major, overwritten.
  ///   - rowNorms: squared norms of the block's rows, `[R]`.
  ///   - columnNorms: squared norms of its columns, `[C]` or more.
  ///   - width: `D`.
  func apply(
    to products: inout [Double], rowNorms: ArraySlice<Double>, columnNorms: [Double], width: Int
  ) {
    let columns = rowNorms.isEmpty ? 0 : products.count / rowNorms.count
    products.withUnsafeMutableBufferPointer { products in
      switch self {
      case .cubic:
        let scale = 1 / Double(width)
        for index in products.indices {
          let base = products[index] * scale + 1
          products[index] = base * base * base
        }
      case .gaussian(let sigma):
        let rate = -1 / (2 * sigma * sigma)
        for (row, norm) in rowNorms.enumerated() {
          for column in 0..<columns {
            let index = row * columns + column
            let square = norm + columnNorms[column] - 2 * products[index]
            // Rounding can leave the square of a zero distance slightly negative.
            products[index] = expm1(rate * max(0, square))
          }
        }
      }
    }
  }
}

/// The rows of one set in Float64, as kernels read them.
struct KernelRows: Sendable {
  /// Images.
  let count: Int
  /// `D`.
  let width: Int
  /// `[N, D]`, row-major.
  let values: [Double]
  /// `[N]`.
  let squaredNorms: [Double]

  /// Takes features as they are.
  init(_ features: FeatureMatrix) {
    self.init(
      count: features.rows, width: features.columns, values: features.values.map(Double.init))
  }

  /// Takes features divided by their norm.
  ///
  /// - Throws: `KernelDistanceError.zeroRow`.
  init(normalizing features: FeatureMatrix) throws(KernelDistanceError) {
    var values = features.values.map(Double.init)
    for row in 0..<features.rows {
      let range = row * features.columns..<(row + 1) * features.columns
      let norm = values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard norm > 0 else { throw .zeroRow(row: row) }
      for index in range { values[index] /= norm }
    }
    self.init(count: features.rows, width: features.columns, values: values)
  }

  private init(count: Int, width: Int, values: [Double]) {
    self.count = count
    self.width = width
    self.values = values
    squaredNorms = (0..<count).map { row in
      values[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }
    }
  }

  /// Some of the rows, in the order given.
  func selecting(_ chosen: [Int]) -> KernelRows {
    var selected: [Double] = []
    selected.reserveCapacity(chosen.count * width)
    for row in chosen { selected += values[row * width..<(row + 1) * width] }
    return KernelRows(count: chosen.count, width: width, values: selected)
  }

  /// Kernel values of some rows with the first rows of another set, `[range.count, columns]`.
  func block(
    _ range: Range<Int>, with other: KernelRows, columns: Int, kernel: SimilarityKernel
  ) -> [Double] {
    var products = values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return [Double]() }
      return LinearAlgebra.product(
        base + range.lowerBound * width, other.values, rows: range.count, columns: columns,
        inner: width, transposed: true)
    }
    kernel.apply(
      to: &products, rowNorms: squaredNorms[range], columnNorms: other.squaredNorms, width: width)
    return products
  }
}
