import Foundation
import Kernels
import Tensors

extension Reference {
  /// Largest value of each window.
  package static func maxPool(_ x: Tensor, _ pooling: Pooling) -> Tensor {
    var y = pooled(x, pooling)
    y.fill { c, i, j in
      var largest = -Double.infinity
      for (row, column) in positions(i, j, x, pooling) {
        largest = max(largest, Double(x[c, row, column]))
      }
      return largest
    }
    return y
  }

  /// Mean of each window, counting the padding or not.
  ///
  /// - Precondition: not in ceil mode, where PyTorch's divisor follows a rule of its own.
  package static func averagePool(_ x: Tensor, _ pooling: Pooling, countIncludePad: Bool) -> Tensor
  {
    precondition(!pooling.ceilMode, "no reference for ceil mode")
    var y = pooled(x, pooling)
    y.fill { c, i, j in
      let window = positions(i, j, x, pooling)
      let full = pooling.kernel.rows * pooling.kernel.columns
      let sum = window.reduce(0.0) { $0 + Double(x[c, $1.0, $1.1]) }
      return sum / Double(countIncludePad ? full : window.count)
    }
    return y
  }

  private static func pooled(_ x: Tensor, _ pooling: Pooling) -> Tensor {
    Tensor(
      shape: [x.shape[0], pooling.outputRows(x.shape[1]), pooling.outputColumns(x.shape[2])])
  }

  private static func positions(_ i: Int, _ j: Int, _ x: Tensor, _ pooling: Pooling) -> [(Int, Int)]
  {
    var found: [(Int, Int)] = []
    for r in 0..<pooling.kernel.rows {
      for s in 0..<pooling.kernel.columns {
        let row = i * pooling.stride - pooling.padding.rows + r
        let column = j * pooling.stride - pooling.padding.columns + s
        if row >= 0, row < x.shape[1], column >= 0, column < x.shape[2] {
          found.append((row, column))
        }
      }
    }
    return found
  }

  /// Mean over `[⌊i·H/H'⌋, ⌈(i+1)·H/H'⌉)` on both axes.
  package static func adaptiveAveragePool(_ x: Tensor, rows: Int, columns: Int) -> Tensor {
    var y = Tensor(shape: [x.shape[0], rows, columns])
    y.fill { c, i, j in
      var sum = 0.0
      var count = 0.0
      let top = Int(floor(Double(i * x.shape[1]) / Double(rows)))
      let bottom = Int(ceil(Double((i + 1) * x.shape[1]) / Double(rows)))
      let left = Int(floor(Double(j * x.shape[2]) / Double(columns)))
      let right = Int(ceil(Double((j + 1) * x.shape[2]) / Double(columns)))
      for row in top..<bottom {
        for column in left..<right {
          sum += Double(x[c, row, column])
          count += 1
        }
      }
      return sum / count
    }
    return y
  }

  /// `x[⌊i·H/H'⌋, ⌊j·W/W'⌋]`.
  package static func nearest(_ x: Tensor, rows: Int, columns: Int) -> Tensor {
    var y = Tensor(shape: [x.shape[0], rows, columns])
    y.fill { c, i, j in Double(x[c, i * x.shape[1] / rows, j * x.shape[2] / columns]) }
    return y
  }

  /// `x[c]` everywhere.
  package static func broadcast(_ x: Tensor, rows: Int, columns: Int) -> Tensor {
    Tensor(
      shape: [x.count, rows, columns],
      values: x.values.flatMap { [Float](repeating: $0, count: rows * columns) })
  }

  /// Two-tap interpolation with half-pixel centers or aligned corners.
  package static func bilinear(_ x: Tensor, rows: Int, columns: Int, alignCorners: Bool) -> Tensor {
    func position(_ index: Int, _ outputs: Int, _ inputs: Int) -> Double {
      if alignCorners {
        return outputs > 1 ? Double(index * (inputs - 1)) / Double(outputs - 1) : 0
      }
      return max(0, (Double(index) + 0.5) * Double(inputs) / Double(outputs) - 0.5)
    }
    var y = Tensor(shape: [x.shape[0], rows, columns])
    y.fill { c, i, j in
      let (v, u) = (position(i, rows, x.shape[1]), position(j, columns, x.shape[2]))
      let (top, left) = (Int(v), Int(u))
      let (bottom, right) = (min(top + 1, x.shape[1] - 1), min(left + 1, x.shape[2] - 1))
      let (down, across) = (v - Double(top), u - Double(left))
      let upper = (1 - across) * Double(x[c, top, left]) + across * Double(x[c, top, right])
      let lower = (1 - across) * Double(x[c, bottom, left]) + across * Double(x[c, bottom, right])
      return (1 - down) * upper + down * lower
    }
    return y
  }

  /// `((x − mean_g) / √(variance_g + ε) · weight + bias) · (1 + scale) + shift`, in groups of channels.
  package static func groupNorm(
    _ x: Tensor, _ norm: GroupNorm, weight: [Float]?, bias: [Float]?, scale: [Float]? = nil,
    shift: [Float]? = nil
  ) -> Tensor {
    var y = x
    let (width, plane) = (x.shape[0] / norm.groups, x.count / x.shape[0])
    for group in 0..<norm.groups {
      let places = group * width * plane..<(group + 1) * width * plane
      let values = x.values[places].map(Double.init)
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      for place in places {
        let channel = place / plane
        let normal =
          (Double(x.values[place]) - mean) / (variance + Double(norm.epsilon)).squareRoot()
        let value = normal * Double(weight?[channel] ?? 1) + Double(bias?[channel] ?? 0)
        y.values[place] = Float(
          value * (1 + Double(scale?[channel] ?? 0)) + Double(shift?[channel] ?? 0))
      }
    }
    return y
  }

  /// PyTorch's `PixelUnshuffle`.
  package static func pixelUnshuffled(_ x: Tensor, block: Int) -> Tensor {
    var y = Tensor(
      shape: [x.shape[0] * block * block, x.shape[1] / block, x.shape[2] / block])
    y.fill { c, i, j in
      let place = c % (block * block)
      return Double(x[c / (block * block), i * block + place / block, j * block + place % block])
    }
    return y
  }

  /// PyTorch's `PixelShuffle`.
  package static func pixelShuffled(_ x: Tensor, block: Int) -> Tensor {
    var y = Tensor(
      shape: [x.shape[0] / (block * block), x.shape[1] * block, x.shape[2] * block])
    y.fill { c, i, j in
      Double(x[(c * block + i % block) * block + j % block, i / block, j / block])
    }
    return y
  }
}
