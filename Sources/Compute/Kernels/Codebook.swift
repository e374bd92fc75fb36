import Tensors

/// Rows of a table among which the nearest to a pixel is looked for.
package struct Codebook: Sendable {
  /// Row after row.
  private let rows: [Float]
  /// Column after column, so that neighbors in memory belong to neighboring rows.
  private let columns: [Double]
  /// `|e|²` of each row.
  private let squares: [Double]

  private static let block = 256

  /// Arranges a table `[V, C]`.
  package init(_ table: Tensor) {
    let (count, width) = (table.shape[0], table.shape[1])
    rows = table.values
    columns = (0..<width * count).map { Double(table.values[$0 % count * width + $0 / count]) }
    squares = (0..<count).map { row in
      (0..<width).reduce(0) { sum, column in
        let value = Double(table.values[row * width + column])
        return sum + value * value
      }
    }
  }

  private var width: Int { rows.count / squares.count }

  /// The row at the least `|z|² + |e|² − 2 z·e`, the first of equals; nil where no distance is finite.
  private func nearest(
    to pixel: UnsafePointer<Float>, columns: UnsafePointer<Double>, squares: UnsafePointer<Double>,
    products: UnsafeMutablePointer<Double>
  ) -> Int? {
    let count = self.squares.count
    let own = (0..<width).reduce(0.0) { $0 + Double(pixel[$1]) * Double(pixel[$1]) }
    var best = (distance: Double.infinity, row: Int?.none)
    for first in stride(from: 0, to: count, by: Self.block) {
      let size = min(Self.block, count - first)
      products.update(repeating: 0, count: size)
      for channel in 0..<width {
        let (value, column) = (Double(pixel[channel]), columns + channel * count + first)
        for row in 0..<size { products[row] += value * column[row] }
      }
      for row in 0..<size {
        let distance = own + squares[first + row] - 2 * products[row]
        if distance < best.distance { best = (distance, first + row) }
      }
    }
    return best.row
  }

  fileprivate func write(_ input: FeatureMap, to output: FeatureMap) {
    precondition(
      input.pixels == output.pixels && input.channels == width && output.channels == width,
      "shapes differ")
    columns.withUnsafeBufferPointer { columns in
      squares.withUnsafeBufferPointer { squares in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.block) { products in
          guard let table = columns.baseAddress, let lengths = squares.baseAddress,
            let products = products.baseAddress
          else { return }
          for pixel in 0..<input.pixels {
            let row = nearest(
              to: input.base + pixel * input.pixelStride, columns: table, squares: lengths,
              products: products)
            let target = output.base + pixel * output.pixelStride
            for channel in 0..<width {
              target[channel] = row.map { rows[$0 * width + channel] } ?? .nan
            }
          }
        }
      }
    }
  }
}

extension FeatureMap {
  /// `y[p] = e_v`, the row of a codebook at the least `|x[p]|² + |e_v|² − 2 x[p] · e_v`, the first of equals.
  ///
  /// A pixel that holds an infinity or NaN becomes NaN.
  ///
  /// - Exactness: products are exact in Float64, their sums run in the order of the channels, and the row is copied;
  ///   the same bits at every level.
  package func writeNearestCodes(of input: FeatureMap, _ codebook: Codebook) {
    codebook.write(input, to: self)
  }
}
