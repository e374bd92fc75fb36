/// A dense array of Float32 values with a shape, row-major, last axis contiguous.
///
/// Axis letters used throughout the package: `N` images, `C` channels, `H`, `W` pixels, `O` output
/// channels, `R`, `S` filter rows and columns, `D` feature width, `T` tokens. Images are
/// `[C, H, W]` unless a name says otherwise.
package struct Tensor: Equatable, Sendable {
  /// Extent of every axis; empty for a scalar.
  package let shape: [Int]
  /// The values, `shape.product` of them.
  package var values: [Float]

  /// Wraps values that already lie in row-major order.
  ///
  /// - Precondition: `values.count` equals the product of `shape`.
  package init(shape: [Int], values: [Float]) {
    precondition(
      values.count == shape.elementCount, "\(values.count) values do not fill shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// Fills a shape with one value.
  package init(shape: [Int], repeating value: Float = 0) {
    self.shape = shape
    values = [Float](repeating: value, count: shape.elementCount)
  }

  /// Number of values.
  package var count: Int { values.count }

  /// The same values under another shape of equal size.
  package func reshaped(_ shape: [Int]) -> Tensor { Tensor(shape: shape, values: values) }

  /// `[A, B] → [B, A]`.
  ///
  /// - Precondition: there are two axes.
  package var transposed: Tensor {
    precondition(shape.count == 2, "\(shape) is no matrix")
    let (rows, columns) = (shape[0], shape[1])
    let transposed = [Float](unsafeUninitializedCapacity: count) { target, count in
      for row in 0..<rows {
        for column in 0..<columns { target[column * rows + row] = values[row * columns + column] }
      }
      count = rows * columns
    }
    return Tensor(shape: [columns, rows], values: transposed)
  }

  /// `[A, B, …] → [B, A, …]`.
  ///
  /// - Precondition: there are two axes or more.
  package var exchangingFirstAxes: Tensor {
    precondition(shape.count >= 2, "\(shape) has no two axes")
    let (first, second) = (shape[0], shape[1])
    let block = count / (first * second)
    var exchanged = Tensor(shape: [second, first] + shape[2...])
    for row in 0..<first {
      for column in 0..<second {
        for index in 0..<block {
          exchanged.values[(column * first + row) * block + index] =
            values[(row * second + column) * block + index]
        }
      }
    }
    return exchanged
  }
}

extension [Int] {
  /// Product of all extents; 1 for a scalar's empty shape.
  package var elementCount: Int { reduce(1, *) }
}
