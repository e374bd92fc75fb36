import ArrayKernels
import Foundation
import Gradients
import Graphs
import Kernels
import ReferenceKernels
import Tensors

/// A planar array of Float64 values.
struct WideTensor {
  let shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    (self.shape, self.values) = (shape, values)
  }

  init(_ tensor: Tensor) { self.init(tensor.shape, tensor.values.map(Double.init)) }

  var channels: Int { shape[0] }
  var rows: Int { shape.count == 3 ? shape[1] : 1 }
  var columns: Int { shape.count == 3 ? shape[2] : 1 }
  var pixels: Int { rows * columns }

  subscript(channel: Int, row: Int, column: Int) -> Double {
    values[(channel * rows + row) * columns + column]
  }

  /// Every value from its channel, row and column.
  static func computed(_ shape: [Int], _ value: (Int, Int, Int) -> Double) -> WideTensor {
    var result = WideTensor(shape, [])
    for c in 0..<result.channels {
      for i in 0..<result.rows {
        for j in 0..<result.columns { result.values.append(value(c, i, j)) }
      }
    }
    return result
  }

  /// Every value from itself and its channel.
  func map(_ transform: (Double, Int) -> Double) -> WideTensor {
    WideTensor(shape, values.indices.map { transform(values[$0], $0 / pixels) })
  }
}

/// A graph on a batch in Float64 throughout, batch norms in either mode: what central differences are
/// taken of.
struct WideEvaluation {
  let graph: Graph
  var parameters: [String: WideTensor]
  /// Whether batch norms use the batch's statistics.
  let learns: Bool

  /// The results of all images of the only input, by name.
  func results(_ inputs: [WideTensor]) -> [String: [WideTensor]] {
    results(named: inputs.map { [Graph.mainInput: $0] })
  }

  /// The results of all images by name.
  func results(named inputs: [[String: WideTensor]]) -> [String: [WideTensor]] {
    var values: [[WideTensor]] = []
    for node in graph.nodes {
      let operands = node.inputs.map { values[$0] }
      if case .input(let name) = node.operation {
        values.append(inputs.compactMap { $0[name] })
      } else if case .batchNorm(let prefix, let epsilon, let affine) = node.operation {
        values.append(
          batchNorm(operands[0], prefix: prefix, epsilon: Double(epsilon), affine: affine))
      } else {
        values.append(
          inputs.indices.map { image in result(of: node, operands.map { $0[image] }) })
      }
    }
    return graph.outputs.mapValues { values[$0] }
  }

  private func values(_ name: String) -> [Double] { parameters[name]?.values ?? [] }

  private func result(of node: Node, _ x: [WideTensor]) -> WideTensor {
    let shape = node.shape
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      var filters = values(weight)
      if geometry.isOutputFirst {
        let (first, second) = (shape[0], x[0].channels)
        let taps = filters.count / (first * second)
        filters = (0..<filters.count).map { index in
          let (pair, tap) = index.quotientAndRemainder(dividingBy: taps)
          return filters[(pair % first * second + pair / first) * taps + tap]
        }
      }
      return convolution(x[0], geometry, filters, bias.map(values), shape: shape)
    case .style(let operation): return styled(operation, x, shape: shape)
    case .linear(let weight, let bias):
      let (w, b, depth) = (values(weight), bias.map(values), x[0].channels)
      return .computed(shape) { o, i, j in
        (0..<depth).reduce(b?[o] ?? 0) { $0 + w[o * depth + $1] * x[0][$1, i, j] }
      }
    case .projection(let weight):
      let w = values(weight)
      return .computed(shape) { o, i, j in
        (0..<x[0].channels).reduce(0) { $0 + w[$1 * shape[0] + o] * x[0][$1, i, j] }
      }
    case .prelu(let weight):
      let slopes = values(weight)
      return x[0].map { $0 < 0 ? slopes[$1] * $0 : $0 }
    case .relu: return x[0].map { value, _ in max(value, 0) }
    case .sigmoid: return x[0].map { value, _ in 1 / (1 + exp(-value)) }
    case .quickGELU: return x[0].map { value, _ in Reference.quickGELU(value) }
    case .gelu: return x[0].map { value, _ in Reference.gelu(value) }
    case .silu: return x[0].map { value, _ in Reference.silu(value) }
    case .array(.function(.tanh)): return x[0].map { value, _ in tanh(value) }
    case .array(.function(.softplus)): return x[0].map { value, _ in log1p(exp(value)) }
    case .affine(let scale, let shift):
      return x[0].map { $0 * Double(scale[$1]) + Double(shift[$1]) }
    case .add: return combined(x[0], x[1], +)
    case .multiply: return combined(x[0], x[1], *)
    case .concatenate: return WideTensor(shape, x.flatMap(\.values))
    case .flatten, .tokens: return WideTensor(shape, x[0].values)
    case .l2Normalize:
      let norm = x[0].values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return x[0].map { value, _ in value / norm }
    default: return spatial(node, x)
    }
  }

  private func styled(_ operation: StyleOperation, _ x: [WideTensor], shape: [Int]) -> WideTensor {
    switch operation {
    case .constant(let name): return WideTensor(shape, values(name))
    case .demodulation(let weight, let epsilon):
      let (filters, styles) = (values(weight), x[0].values)
      let taps = filters.count / (shape[0] * styles.count)
      return .computed(shape) { o, _, _ in
        let products = styles.indices.flatMap { c in
          (0..<taps).map { styles[c] * filters[(o * styles.count + c) * taps + $0] }
        }
        return 1 / products.reduce(Double(epsilon)) { $0 + $1 * $1 }.squareRoot()
      }
    case .leakyReLU(let function, let bias):
      let bias = values(bias)
      return x[0].map { value, channel in
        let y = value + Double(function.biasGain) * bias[channel]
        return Double(function.gain) * (y < 0 ? Double(function.slope) * y : y)
      }
    case .noise(let name, let strength):
      let (noise, factor) = (values(name), values(strength)[0])
      return .computed(shape) { c, i, j in
        x[0][c, i, j] + factor * noise[i * shape[2] + j]
      }
    case .mixture(let name):
      let share = 1 / (1 + exp(-values(name)[0]))
      return combined(x[0], x[1]) { share * $0 + (1 - share) * $1 }
    }
  }

  private func combined(
    _ x: WideTensor, _ y: WideTensor, _ operation: (Double, Double) -> Double
  ) -> WideTensor {
    let repeats = x.values.count / y.values.count
    return WideTensor(
      x.shape, x.values.indices.map { operation(x.values[$0], y.values[$0 / repeats]) })
  }

  private func spatial(_ node: Node, _ x: [WideTensor]) -> WideTensor {
    let (shape, source) = (node.shape, x[0])
    switch node.operation {
    case .maxPool(let pooling):
      return .computed(shape) { c, i, j in
        window(source, pooling, i, j).map { source[c, $0.0, $0.1] }.max() ?? 0
      }
    case .averagePool(let pooling, let countIncludePad):
      return .computed(shape) { c, i, j in
        let inside = window(source, pooling, i, j)
        let count = countIncludePad ? pooling.kernel.rows * pooling.kernel.columns : inside.count
        return inside.reduce(0) { $0 + source[c, $1.0, $1.1] } / Double(count)
      }
    case .adaptiveAveragePool:
      func range(_ index: Int, _ outputs: Int, _ inputs: Int) -> Range<Int> {
        index * inputs / outputs..<((index + 1) * inputs + outputs - 1) / outputs
      }
      return .computed(shape) { c, i, j in
        let rows = range(i, shape[1], source.rows)
        let columns = range(j, shape[2], source.columns)
        let sum = rows.reduce(0.0) { sum, row in
          columns.reduce(sum) { $0 + source[c, row, $1] }
        }
        return sum / Double(rows.count * columns.count)
      }
    case .resizeNearest:
      return .computed(shape) { c, i, j in
        source[c, i * source.rows / shape[1], j * source.columns / shape[2]]
      }
    case .resizeBilinear(let alignCorners): return bilinear(source, shape, alignCorners)
    case .broadcast: return .computed(shape) { c, _, _ in source.values[c] }
    case .subsample(let stride):
      return .computed(shape) { c, i, j in source[c, i * stride, j * stride] }
    case .pixelUnshuffle(let block):
      return .computed(shape) { c, i, j in
        let place = c % (block * block)
        return source[c / (block * block), i * block + place / block, j * block + place % block]
      }
    case .pixelShuffle(let block):
      return .computed(shape) { c, i, j in
        source[(c * block + i % block) * block + j % block, i / block, j / block]
      }
    case .array(.resample(let resampling)):
      return .computed(shape) { c, i, j in
        resampling.rows[i].reduce(0.0) { sum, row in
          resampling.columns[j].reduce(sum) {
            $0 + Double(row.weight) * Double($1.weight) * source[c, row.position, $1.position]
          }
        }
      }
    default: return tokens(node, x)
    }
  }

  private func window(
    _ x: WideTensor, _ pooling: Pooling, _ i: Int, _ j: Int
  ) -> [(Int, Int)] {
    let rows = (0..<pooling.kernel.rows).map { i * pooling.stride - pooling.padding.rows + $0 }
    let columns = (0..<pooling.kernel.columns).map {
      j * pooling.stride - pooling.padding.columns + $0
    }
    return rows.filter { (0..<x.rows).contains($0) }.flatMap { row in
      columns.filter { (0..<x.columns).contains($0) }.map { (row, $0) }
    }
  }

  private func bilinear(_ x: WideTensor, _ shape: [Int], _ alignCorners: Bool) -> WideTensor {
    func tap(_ index: Int, _ outputs: Int, _ inputs: Int) -> (Int, Int, Double) {
      let position =
        alignCorners
        ? (outputs > 1 ? Double(index * (inputs - 1)) / Double(outputs - 1) : 0)
        : max(0, (Double(index) + 0.5) * Double(inputs) / Double(outputs) - 0.5)
      let lower = min(Int(position), inputs - 1)
      return (lower, min(lower + 1, inputs - 1), position - Double(lower))
    }
    return .computed(shape) { c, i, j in
      let (top, bottom, down) = tap(i, shape[1], x.rows)
      let (left, right, across) = tap(j, shape[2], x.columns)
      let upper = (1 - across) * x[c, top, left] + across * x[c, top, right]
      let lower = (1 - across) * x[c, bottom, left] + across * x[c, bottom, right]
      return (1 - down) * upper + down * lower
    }
  }

  private func tokens(_ node: Node, _ x: [WideTensor]) -> WideTensor {
    let shape = node.shape
    switch node.operation {
    case .layerNorm(let prefix, let epsilon):
      return layerNorm(x[0], prefix: prefix, epsilon: Double(epsilon))
    case .groupNorm(let norm, let prefix, let affine):
      return groupNorm(x, norm, prefix: prefix, affine: affine)
    case .rowsByClass:
      return .computed(shape) { c, i, j in
        let shares = (0..<x[1].channels).map { x[1][$0, i, j] }
        guard let largest = shares.max(), largest != 0 else {
          return shares.indices.reduce(0) { $0 + x[0][c, $1, 0] } / Double(shares.count)
        }
        return x[0][c, shares.firstIndex(of: largest) ?? 0, 0]
      }
    case .classMeans(let epsilon):
      return .computed(shape) { c, _, _ in
        let label = c * x[1].channels / x[0].channels
        let places = (0..<x[1].rows).flatMap { i in (0..<x[1].columns).map { (i, $0) } }
        let sum = places.reduce(0.0) { $0 + x[0][c, $1.0, $1.1] * x[1][label, $1.0, $1.1] }
        return sum / (places.reduce(0.0) { $0 + x[1][label, $1.0, $1.1] } + Double(epsilon))
      }
    case .array(.reinterpret):
      // The order of the memory, [H, W, C].
      let values = (0..<x[0].values.count).map { index in
        x[0].values[index % x[0].channels * x[0].pixels + index / x[0].channels]
      }
      return .computed(shape) { c, i, j in
        values[(i * (shape.count == 3 ? shape[2] : 1) + j) * shape[0] + c]
      }
    case .array(.softmax):
      return .computed(shape) { c, i, j in
        exp(x[0][c, i, j]) / (0..<shape[0]).reduce(0) { $0 + exp(x[0][$1, i, j]) }
      }
    case .timestepEmbedding(let embedding):
      return WideTensor(
        shape, embedding.values(at: Float(x[0].values[0])).map(Double.init))
    case .attention(let attention):
      guard attention.operands == .joinedByHead else { return mixed(attention, x) }
      let depth = shape[0] / attention.heads
      let parts = (0..<3).map { role in
        WideTensor.computed(shape) { c, t, _ in
          x[0][(3 * (c / depth) + role) * depth + c % depth, t, 0]
        }
      }
      return mixed(attention, parts)
    case .channels(let first):
      return .computed(shape) { c, i, j in x[0][first + c, i, j] }
    case .row(let index): return .computed(shape) { c, _, _ in x[0][c, index, 0] }
    case .rowOfLargest:
      let largest = x[1].values.firstIndex(of: x[1].values.max() ?? 0) ?? 0
      return .computed(shape) { c, _, _ in x[0][c, largest, 0] }
    case .prepend(let weight):
      let row = values(weight)
      return .computed(shape) { c, t, _ in t == 0 ? row[c] : x[0][c, t - 1, 0] }
    case .prependMean:
      let count = Double(x[0].rows)
      return .computed(shape) { c, t, _ in
        t > 0 ? x[0][c, t - 1, 0] : (0..<x[0].rows).reduce(0) { $0 + x[0][c, $1, 0] } / count
      }
    case .addRows(let weight):
      let rows = values(weight)
      return .computed(shape) { c, t, _ in x[0][c, t, 0] + rows[t * shape[0] + c] }
    case .embedding(let weight):
      let table = values(weight)
      return .computed(shape) { c, t, _ in table[Int(x[0].values[t]) * shape[0] + c] }
    default: preconditionFailure("\(node.operation.name) is not written in Float64")
    }
  }

  private func layerNorm(_ x: WideTensor, prefix: String, epsilon: Double) -> WideTensor {
    let (weight, bias) = (values("\(prefix).weight"), values("\(prefix).bias"))
    let count = Double(x.channels)
    func statistics(_ i: Int, _ j: Int) -> (Double, Double) {
      let mean = (0..<x.channels).reduce(0) { $0 + x[$1, i, j] } / count
      let squares = (0..<x.channels).reduce(0.0) {
        $0 + (x[$1, i, j] - mean) * (x[$1, i, j] - mean)
      }
      return (mean, (squares / count + epsilon).squareRoot())
    }
    return .computed(x.shape) { c, i, j in
      let (mean, deviation) = statistics(i, j)
      return (x[c, i, j] - mean) / deviation * weight[c] + bias[c]
    }
  }

  private func groupNorm(
    _ x: [WideTensor], _ norm: GroupNorm, prefix: String, affine: Bool
  ) -> WideTensor {
    let start = prefix.isEmpty ? "" : "\(prefix)."
    let weight = affine ? values("\(start)weight") : nil
    let bias = affine ? values("\(start)bias") : nil
    let size = x[0].values.count / norm.groups
    let statistics = (0..<norm.groups).map { group in
      let all = x[0].values[group * size..<(group + 1) * size]
      let mean = all.reduce(0, +) / Double(size)
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
      return (mean, (variance + Double(norm.epsilon)).squareRoot())
    }
    return x[0].map { value, channel in
      let (mean, deviation) = statistics[channel * norm.groups / x[0].channels]
      let own = (value - mean) / deviation * (weight?[channel] ?? 1) + (bias?[channel] ?? 0)
      return x.count > 1 ? own * (1 + x[1].values[channel]) + x[2].values[channel] : own
    }
  }

  private func mixed(_ attention: Attention, _ x: [WideTensor]) -> WideTensor {
    let depth = x[0].channels / attention.heads
    return .computed(x[0].shape) { c, t, _ in
      let channels = c / depth * depth..<(c / depth + 1) * depth
      let seen = attention.isCausal ? t + 1 : x[1].rows
      let shares = (0..<seen).map { s in
        exp(
          channels.reduce(0) { $0 + x[0][$1, t, 0] * x[1][$1, s, 0] }
            * (attention.scale.map(Double.init) ?? 1 / Double(depth).squareRoot()))
      }
      return (0..<seen).reduce(0) { $0 + shares[$1] * x[2][c, $1, 0] } / shares.reduce(0, +)
    }
  }

  private func convolution(
    _ x: WideTensor, _ geometry: ConvolutionGeometry, _ weights: [Double], _ bias: [Double]?,
    shape: [Int]
  ) -> WideTensor {
    var y = WideTensor.computed(shape) { o, _, _ in bias?[o] ?? 0 }
    let kernel = geometry.kernel
    let (inputs, outputs) = (x.channels / geometry.groups, shape[0] / geometry.groups)
    // The small side of a window is the output, or the input of a transposed convolution.
    let small = geometry.isTransposed ? x : y
    let large = geometry.isTransposed ? y : x
    for group in 0..<geometry.groups {
      for (o, c) in (0..<outputs).flatMap({ o in (0..<inputs).map { (o, $0) } }) {
        let filter =
          geometry.isTransposed
          ? (group * inputs + c) * outputs + o : (group * outputs + o) * inputs + c
        for (i, j) in (0..<small.rows).flatMap({ i in (0..<small.columns).map { (i, $0) } }) {
          for (r, s) in (0..<kernel.rows).flatMap({ r in (0..<kernel.columns).map { (r, $0) } }) {
            let row = i * geometry.stride - geometry.padding.rows + r * geometry.dilation
            let column = j * geometry.stride - geometry.padding.columns + s * geometry.dilation
            guard (0..<large.rows).contains(row), (0..<large.columns).contains(column) else {
              continue
            }
            let weight = weights[(filter * kernel.rows + r) * kernel.columns + s]
            let (output, input) = (group * outputs + o, group * inputs + c)
            if geometry.isTransposed {
              y.values[(output * y.rows + row) * y.columns + column] += weight * x[input, i, j]
            } else {
              y.values[(output * y.rows + i) * y.columns + j] += weight * x[input, row, column]
            }
          }
        }
      }
    }
    return y
  }

  private func batchNorm(
    _ x: [WideTensor], prefix: String, epsilon: Double, affine: Bool
  ) -> [WideTensor] {
    let start = prefix.isEmpty ? "" : "\(prefix)."
    var (means, variances) = (values("\(start)running_mean"), values("\(start)running_var"))
    if learns {
      for c in means.indices {
        let all = x.flatMap { image in image.values[c * image.pixels..<(c + 1) * image.pixels] }
        means[c] = all.reduce(0, +) / Double(all.count)
        variances[c] =
          all.reduce(0) { $0 + ($1 - means[c]) * ($1 - means[c]) } / Double(all.count)
      }
    }
    let weight = affine ? values("\(start)weight") : nil
    let bias = affine ? values("\(start)bias") : nil
    return x.map { image in
      image.map { value, c in
        (value - means[c]) / (variances[c] + epsilon).squareRoot() * (weight?[c] ?? 1)
          + (bias?[c] ?? 0)
      }
    }
  }
}
