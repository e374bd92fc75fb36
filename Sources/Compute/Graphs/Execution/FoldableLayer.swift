import Kernels
import Tensors

/// Weights and bias into which batch norms are folded before packing.
struct FoldableLayer {
  private(set) var weights: Tensor
  private(set) var bias: [Float]
  let geometry: ConvolutionGeometry

  /// Whether every channel has its own filter.
  var isDepthwise: Bool {
    geometry.groups > 1 && !geometry.isTransposed && weights.shape[0] == geometry.groups
      && weights.shape[1] == 1
  }

  /// Replaces `y` by `y · scale[o] + shift[o]`; products in Float64, rounded once.
  mutating func fold(scale: [Double], shift: [Double]) {
    let shape = weights.shape
    let size = shape[2] * shape[3]
    let perGroup = geometry.isTransposed ? shape[1] : 0
    weights.values.withUnsafeMutableBufferPointer { values in
      for first in 0..<shape[0] {
        for second in 0..<shape[1] {
          let group = perGroup > 0 ? first / (shape[0] / geometry.groups) : 0
          let factor = scale[perGroup > 0 ? group * perGroup + second : first]
          let start = (first * shape[1] + second) * size
          for index in start..<start + size {
            values[index] = Float(Double(values[index]) * factor)
          }
        }
      }
    }
    for index in bias.indices {
      bias[index] = Float(Double(bias[index]) * scale[index] + shift[index])
    }
  }
}

extension Node {
  /// Rows and columns of the result; a vector is one pixel.
  package var extent: Extent { shape.count == 3 ? Extent(shape[1], shape[2]) : 1 }
}
