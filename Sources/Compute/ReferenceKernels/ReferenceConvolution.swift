import Kernels
import Tensors

/// Operations written for reading, on planar tensors, every sum in Float64.
///
/// They are the other half of each kernel's test and of `Graph.evaluate`; nothing fast calls them.
package enum Reference {
  /// A convolution of `x [C, H, W]` with `weights [O, C / groups, R, S]` and a bias `[O]`.
  ///
  /// `y[o, i, j] = bias[o] + Σ_c Σ_r Σ_s x[c, i·stride − padding + r·dilation, …] · w[o, c, r, s]`
  package static func convolution(
    _ x: Tensor, weights: Tensor, bias: [Float]?, geometry: ConvolutionGeometry
  ) -> Tensor {
    if geometry.isTransposed {
      return transposedConvolution(x, weights: weights, bias: bias, geometry: geometry)
    }
    let (height, width) = (x.shape[1], x.shape[2])
    let outputs = weights.shape[0]
    let perGroup = weights.shape[1]
    var y = Tensor(
      shape: [outputs, geometry.outputRows(height), geometry.outputColumns(width)])
    y.fill { o, i, j in
      let group = o / (outputs / geometry.groups)
      var sum = Double(bias?[o] ?? 0)
      for c in 0..<perGroup {
        for r in 0..<geometry.kernel.rows {
          for s in 0..<geometry.kernel.columns {
            let row = i * geometry.stride - geometry.padding.rows + r * geometry.dilation
            let column = j * geometry.stride - geometry.padding.columns + s * geometry.dilation
            guard row >= 0, row < height, column >= 0, column < width else { continue }
            let weight = weights.values[
              ((o * perGroup + c) * geometry.kernel.rows + r) * geometry.kernel.columns + s]
            sum += Double(x[group * perGroup + c, row, column]) * Double(weight)
          }
        }
      }
      return sum
    }
    return y
  }

  /// Every input is spread over the filter's footprint, weights `[C, O / groups, R, S]`.
  private static func transposedConvolution(
    _ x: Tensor, weights: Tensor, bias: [Float]?, geometry: ConvolutionGeometry
  ) -> Tensor {
    let outputsPerGroup = weights.shape[1]
    let inputsPerGroup = x.shape[0] / geometry.groups
    let rows = geometry.outputRows(x.shape[1])
    let columns = geometry.outputColumns(x.shape[2])
    let outputs = outputsPerGroup * geometry.groups
    var sums = (0..<outputs).flatMap {
      [Double](repeating: Double(bias?[$0] ?? 0), count: rows * columns)
    }
    for c in 0..<x.shape[0] {
      for i in 0..<x.shape[1] {
        for j in 0..<x.shape[2] {
          for o in 0..<outputsPerGroup {
            for r in 0..<geometry.kernel.rows {
              for s in 0..<geometry.kernel.columns {
                let row = i * geometry.stride - geometry.padding.rows + r * geometry.dilation
                let column =
                  j * geometry.stride - geometry.padding.columns + s * geometry.dilation
                guard row >= 0, row < rows, column >= 0, column < columns else { continue }
                let weight = weights.values[
                  ((c * outputsPerGroup + o) * geometry.kernel.rows + r)
                    * geometry.kernel.columns + s]
                let output = (c / inputsPerGroup) * outputsPerGroup + o
                sums[(output * rows + row) * columns + column] +=
                  Double(x[c, i, j]) * Double(weight)
              }
            }
          }
        }
      }
    }
    return Tensor(shape: [outputs, rows, columns], values: sums.map(Float.init))
  }

  /// `y[o] = bias[o] + Σ_d x[d] · w[o, d]`.
  package static func linear(_ x: Tensor, weights: Tensor, bias: [Float]?) -> Tensor {
    let depth = weights.shape[1]
    return Tensor(
      shape: [weights.shape[0]],
      values: (0..<weights.shape[0]).map { o in
        var sum = Double(bias?[o] ?? 0)
        for d in 0..<depth { sum += Double(x.values[d]) * Double(weights.values[o * depth + d]) }
        return Float(sum)
      })
  }
}

extension Tensor {
  /// One value of a `[C, H, W]` tensor.
  subscript(channel: Int, row: Int, column: Int) -> Float {
    values[(channel * shape[1] + row) * shape[2] + column]
  }

  /// Sets every value of a `[C, H, W]` tensor from its position.
  mutating func fill(_ value: (_ channel: Int, _ row: Int, _ column: Int) -> Double) {
    var index = 0
    for channel in 0..<shape[0] {
      for row in 0..<shape[1] {
        for column in 0..<shape[2] {
          values[index] = Float(value(channel, row, column))
          index += 1
        }
      }
    }
  }
}
