import ArrayKernels
import Foundation
import Kernels
import Tensors

/// Arrays of any shape lie in planar maps `[C, H, W]` as their memory order `[H, W, C]` has them.
extension Reference {
  /// The values of a planar map in the order `[H, W, C]`.
  package static func memoryOrder(_ x: Tensor) -> [Float] {
    x.reshaped([x.shape[0], x.count / x.shape[0]]).transposed.values
  }

  /// A planar map from its values in the order `[H, W, C]`.
  package static func planar(_ values: [Float], shape: [Int]) -> Tensor {
    Tensor(shape: [values.count / shape[0], shape[0]], values: values).transposed.reshaped(shape)
  }

  /// What a view reads of a map, as another map.
  package static func rearranged(_ x: Tensor, _ view: StridedView, shape: [Int]) -> Tensor {
    let source = memoryOrder(x)
    return planar(view.elements.map { source[$0] }, shape: shape)
  }

  /// `y[b, m, n] = Σ_k x[b, m, k] · w[b, k, n]`, each row a pixel.
  package static func matrixProduct(_ x: Tensor, _ w: Tensor, batches: Int, shape: [Int]) -> Tensor
  {
    let (rows, matrix) = (memoryOrder(x), memoryOrder(w))
    let (depth, width) = (x.shape[0], w.shape[0])
    let height = x.count / depth / batches
    var values: [Float] = []
    for batch in 0..<batches {
      for m in batch * height..<(batch + 1) * height {
        for n in 0..<width {
          let sum = (0..<depth).reduce(0.0) { sum, k in
            sum + Double(rows[m * depth + k]) * Double(matrix[(batch * depth + k) * width + n])
          }
          values.append(Float(sum))
        }
      }
    }
    return planar(values, shape: shape)
  }

  /// `e^x / Σ e^x` over the channels of each pixel.
  package static func softmax(_ x: Tensor) -> Tensor {
    let pixels = eachPixel(x) { row in
      let largest = row.max() ?? 0
      let shares = row.map { exp(Double($0) - Double(largest)) }
      let total = shares.reduce(0, +)
      return shares.map { Float($0 / total) }
    }
    return planar(pixels, shape: x.shape)
  }

  /// One number for all channels of a pixel.
  package static func reduced(_ x: Tensor, _ reduction: Reduction, shape: [Int]) -> Tensor {
    planar(eachPixel(x) { [Float(reduction($0))] }, shape: shape)
  }

  private static func eachPixel(_ x: Tensor, _ transform: ([Float]) -> [Float]) -> [Float] {
    let (rows, depth) = (memoryOrder(x), x.shape[0])
    return stride(from: 0, to: rows.count, by: depth).flatMap {
      transform(Array(rows[$0..<$0 + depth]))
    }
  }

  /// Weighted sums of rows and columns.
  package static func resampled(_ x: Tensor, _ resampling: Resampling) -> Tensor {
    var y = Tensor(shape: [x.shape[0], resampling.rows.count, resampling.columns.count])
    y.fill { c, i, j in
      let (rows, columns) = (resampling.rows[i], resampling.columns[j])
      guard !rows.isEmpty, !columns.isEmpty else { return Double(resampling.border) }
      return columns.reduce(0) { sum, column in
        sum
          + rows.reduce(0) { inner, row in
            inner + Double(row.weight) * Double(x[c, row.position, column.position])
          } * Double(column.weight)
      }
    }
    return y
  }
}
