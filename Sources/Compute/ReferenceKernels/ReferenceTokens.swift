import Foundation
import Kernels
import Tensors

/// Tokens are planar maps `[D, T, 1]`, or `[D]` for a single one.
extension Reference {
  /// `y[o, t] = bias[o] + Σ_d x[d, t] · w[o, d]`, the same for every pixel.
  package static func pixelwiseLinear(_ x: Tensor, weights: Tensor, bias: [Float]?) -> Tensor {
    let (outputs, depth) = (weights.shape[0], weights.shape[1])
    let pixels = x.count / depth
    var values: [Float] = []
    for o in 0..<outputs {
      for t in 0..<pixels {
        var sum = Double(bias?[o] ?? 0)
        for d in 0..<depth {
          sum += Double(x.values[d * pixels + t]) * Double(weights.values[o * depth + d])
        }
        values.append(Float(sum))
      }
    }
    return Tensor(shape: [outputs] + x.shape.dropFirst(), values: values)
  }

  /// `(x − mean) / √(variance + ε) · weight + bias` over axis `D`.
  package static func layerNorm(_ x: Tensor, weight: [Float], bias: [Float], epsilon: Float)
    -> Tensor
  {
    let depth = x.shape[0]
    let tokens = x.count / depth
    var y = x
    for t in 0..<tokens {
      let row = (0..<depth).map { Double(x.values[$0 * tokens + t]) }
      let mean = row.reduce(0, +) / Double(depth)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(depth)
      for d in 0..<depth {
        let normal = (row[d] - mean) / (variance + Double(epsilon)).squareRoot()
        y.values[d * tokens + t] = Float(normal * Double(weight[d]) + Double(bias[d]))
      }
    }
    return y
  }

  /// `y[·, p] = table[·, k]` for the first largest class `k` of a pixel, the mean of all rows where that is 0.
  package static func rows(of table: Tensor, byClassIn map: Tensor) -> Tensor {
    let (classes, pixels) = (map.shape[0], map.count / map.shape[0])
    var y = Tensor(shape: [table.shape[0]] + map.shape.dropFirst())
    for p in 0..<pixels {
      let shares = (0..<classes).map { map.values[$0 * pixels + p] }
      let largest = shares.max() ?? 0
      let chosen = largest == 0 ? Array(0..<classes) : [shares.firstIndex(of: largest) ?? 0]
      for d in 0..<table.shape[0] {
        let sum = chosen.reduce(0.0) { $0 + Double(table.values[d * classes + $1]) }
        y.values[d * pixels + p] = Float(sum / Double(chosen.count))
      }
    }
    return y
  }

  /// `y[c] = Σ_p x[c, p] · m[k, p] / (Σ_p m[k, p] + ε)`, `k = ⌊c · K / C⌋`.
  package static func classMeans(_ x: Tensor, in map: Tensor, epsilon: Float) -> Tensor {
    let pixels = map.count / map.shape[0]
    let means = (0..<x.shape[0]).map { c in
      let shares = map.values[c * map.shape[0] / x.shape[0] * pixels..<map.count].prefix(pixels)
      let values = x.values[c * pixels..<(c + 1) * pixels]
      let sum = zip(values, shares).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      return Float(sum / (shares.reduce(0.0) { $0 + Double($1) } + Double(epsilon)))
    }
    return Tensor(shape: [x.shape[0], 1, 1], values: means)
  }

  /// `x · σ(1.702 x)`.
  package static func quickGELU(_ x: Double) -> Double { x / (1 + exp(-1.702 * x)) }

  /// `x · σ(x)`.
  package static func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }

  /// `x · Φ(x)`.
  package static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

  /// `Σ_s softmax_s(q[t] · k[s] · scale) · v[s]` for each head of `d` channels.
  package static func attention(
    _ attention: Attention, queries: Tensor, keys: Tensor, values: Tensor
  ) -> Tensor {
    let isJoined = attention.operands == .joinedByHead
    let depth = queries.shape[0] / attention.heads / (isJoined ? 3 : 1)
    let scale = attention.scale.map(Double.init) ?? 1 / Double(depth).squareRoot()
    let (tokens, others) = (queries.count / queries.shape[0], keys.count / keys.shape[0])
    var y = Tensor(shape: [attention.heads * depth] + queries.shape.dropFirst())
    for head in 0..<attention.heads {
      func row(_ role: Int, _ channel: Int) -> Int {
        isJoined ? (3 * head + role) * depth + channel : head * depth + channel
      }
      for t in 0..<tokens {
        let visible = attention.isCausal ? t + 1 : others
        let scores = (0..<visible).map { s in
          (0..<depth).reduce(0.0) {
            $0 + Double(queries.values[row(0, $1) * tokens + t])
              * Double(keys.values[row(1, $1) * others + s])
          } * scale
        }
        let largest = scores.max() ?? 0
        let shares = scores.map { exp($0 - largest) }
        let total = shares.reduce(0, +)
        for channel in 0..<depth {
          let sum = shares.indices.reduce(0.0) {
            $0 + shares[$1] * Double(values.values[row(2, channel) * others + $1])
          }
          y.values[(head * depth + channel) * tokens + t] = Float(sum / total)
        }
      }
    }
    return y
  }
}
