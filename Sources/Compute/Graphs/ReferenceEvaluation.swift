import Foundation
import Kernels
import ReferenceKernels
import Tensors

extension Graph {
  /// Evaluates every named result node by node with the reference operations, planar and unfused.
  ///
  /// It is slow and meant to be read: what ``Executable`` computes is tested against it.
  ///
  /// - Parameters:
  ///   - inputs: one sample, planar tensors by the inputs' names.
  ///   - parameters: tensors by name.
  /// - Returns: every named result, planar.
  /// - Throws: ``GraphError`` for inputs and parameters that are missing or have another shape.
  package func evaluate(named inputs: [String: Tensor], parameters: [String: Tensor])
    throws(GraphError) -> [String: Tensor]
  {
    try evaluate(try arranged(inputs), parameters)
  }

  /// Evaluates a graph with a single input.
  ///
  /// - Precondition: there is one input, and the tensor has its shape.
  /// - Throws: ``GraphError/missingParameter(name:)``.
  package func evaluate(_ input: Tensor, parameters: [String: Tensor]) throws(GraphError)
    -> [String: Tensor]
  {
    try evaluate(sole(input), parameters)
  }

  private func evaluate(_ sample: [Tensor], _ parameters: [String: Tensor]) throws(GraphError)
    -> [String: Tensor]
  {
    let given = Dictionary(uniqueKeysWithValues: zip(inputs.map(\.node), sample))
    let evaluation = Evaluation(parameters: parameters)
    var values: [Tensor] = []
    for (index, node) in nodes.enumerated() {
      if let input = given[index] {
        values.append(input)
      } else {
        values.append(try evaluation.result(of: node, node.inputs.map { values[$0] }))
      }
    }
    return outputs.mapValues { values[$0] }
  }
}

/// The meaning of each operation.
private struct Evaluation {
  let parameters: [String: Tensor]

  func parameter(_ name: String) throws(GraphError) -> Tensor {
    guard let tensor = parameters[name] else { throw .missingParameter(name: name) }
    return tensor
  }

  func bias(_ name: String?) throws(GraphError) -> [Float]? {
    guard let name else { return nil }
    return try parameter(name).values
  }

  func result(of node: Node, _ x: [Tensor]) throws(GraphError) -> Tensor {
    let shape = node.shape
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      let weights = try parameter(weight)
      let filters = weights.reshaped(Array(weights.shape.suffix(4)))
      return Reference.convolution(
        x[0], weights: geometry.isOutputFirst ? filters.exchangingFirstAxes : filters,
        bias: try self.bias(bias), geometry: geometry)
    case .linear(let weight, let bias):
      return Reference.pixelwiseLinear(
        x[0], weights: try parameter(weight), bias: try self.bias(bias))
    case .batchNorm(let prefix, let epsilon, let affine):
      return try batchNorm(x[0], prefix: prefix, epsilon: epsilon, affine: affine)
    case .prelu(let weight):
      let slopes = try parameter(weight).values
      return eachChannel(x[0]) { $0 < 0 ? $0 * Double(slopes[$1]) : $0 }
    case .relu: return eachChannel(x[0]) { value, _ in max(value, 0) }
    case .sigmoid: return eachChannel(x[0]) { value, _ in 1 / (1 + exp(-value)) }
    case .maxPool(let pooling): return Reference.maxPool(x[0], pooling)
    case .averagePool(let pooling, let countIncludePad):
      return Reference.averagePool(x[0], pooling, countIncludePad: countIncludePad)
    case .adaptiveAveragePool:
      return Reference.adaptiveAveragePool(x[0], rows: shape[1], columns: shape[2])
    case .resizeNearest: return Reference.nearest(x[0], rows: shape[1], columns: shape[2])
    case .resizeBilinear(let alignCorners):
      return Reference.bilinear(
        x[0], rows: shape[1], columns: shape[2], alignCorners: alignCorners)
    case .broadcast: return Reference.broadcast(x[0], rows: shape[1], columns: shape[2])
    case .subsample(let stride):
      return Reference.maxPool(x[0], Pooling(kernel: 1, stride: stride))
    case .flatten: return x[0].reshaped(shape)
    case .l2Normalize:
      let norm = sqrt(x[0].values.reduce(0.0) { $0 + Double($1) * Double($1) })
      return eachChannel(x[0]) { value, _ in value / norm }
    case .affine(let scale, let shift):
      return eachChannel(x[0]) { $0 * Double(scale[$1]) + Double(shift[$1]) }
    case .add: return elementwise(x[0], x[1], +)
    case .multiply: return elementwise(x[0], x[1], *)
    case .concatenate: return Tensor(shape: shape, values: x.flatMap(\.values))
    default: return try tokens(node, x)
    }
  }

  /// The operations of transformers.
  private func tokens(_ node: Node, _ x: [Tensor]) throws(GraphError) -> Tensor {
    let shape = node.shape
    switch node.operation {
    case .projection(let weight):
      return Reference.pixelwiseLinear(x[0], weights: try parameter(weight).transposed, bias: nil)
    case .layerNorm(let prefix, let epsilon):
      return Reference.layerNorm(
        x[0], weight: try parameter("\(prefix).weight").values,
        bias: try parameter("\(prefix).bias").values, epsilon: epsilon)
    case .groupNorm(let norm, let prefix, let affine):
      return Reference.groupNorm(
        x[0], norm, weight: affine ? try parameter(prefix.parameter("weight")).values : nil,
        bias: affine ? try parameter(prefix.parameter("bias")).values : nil,
        scale: x.count > 1 ? x[1].values : nil, shift: x.count > 1 ? x[2].values : nil)
    case .silu: return eachChannel(x[0]) { value, _ in Reference.silu(value) }
    case .pixelUnshuffle(let block): return Reference.pixelUnshuffled(x[0], block: block)
    case .pixelShuffle(let block): return Reference.pixelShuffled(x[0], block: block)
    case .rowsByClass: return Reference.rows(of: x[0], byClassIn: x[1])
    case .classMeans(let epsilon): return Reference.classMeans(x[0], in: x[1], epsilon: epsilon)
    case .timestepEmbedding(let embedding):
      return Tensor(shape: shape, values: embedding.values(at: x[0].values[0]))
    case .quickGELU: return eachChannel(x[0]) { value, _ in Reference.quickGELU(value) }
    case .gelu: return eachChannel(x[0]) { value, _ in Reference.gelu(value) }
    case .attention(let attention):
      return Reference.attention(
        attention, queries: x[0], keys: x.count > 1 ? x[1] : x[0],
        values: x.count > 1 ? x[2] : x[0])
    case .tokens: return x[0].reshaped(shape)
    case .channels(let first):
      let plane = x[0].count / x[0].shape[0]
      return Tensor(
        shape: shape, values: Array(x[0].values[first * plane..<(first + shape[0]) * plane]))
    case .row(let index): return row(index, of: x[0])
    case .rowOfLargest:
      let largest = x[1].values.max() ?? 0
      return row(x[1].values.firstIndex(of: largest) ?? 0, of: x[0])
    case .prepend(let weight): return prepend(try parameter(weight).values, to: x[0])
    case .prependMean:
      let means = Reference.adaptiveAveragePool(x[0], rows: 1, columns: 1)
      return prepend(means.values, to: x[0])
    case .addRows(let weight):
      return elementwise(x[0], try parameter(weight).transposed, +)
    case .embedding(let weight):
      let table = try parameter(weight)
      let depth = table.shape[1]
      let rows = x[0].values.flatMap { id in
        table.values[Int(id) * depth..<(Int(id) + 1) * depth]
      }
      return Tensor(shape: [x[0].count, depth], values: rows).transposed.reshaped(shape)
    case .nearestCode(let weight):
      return Reference.nearestCodes(x[0], table: try parameter(weight))
    case .array(let operation):
      return try operation.evaluate(x, shape: shape, parameter: parameter)
    case .style(let operation):
      return try operation.evaluate(x, shape: shape, parameter: parameter)
    default: preconditionFailure("\(node.operation.name) has no readable form")
    }
  }

  private func row(_ index: Int, of x: Tensor) -> Tensor {
    let tokens = x.shape[1]
    return Tensor(
      shape: [x.shape[0]], values: (0..<x.shape[0]).map { x.values[$0 * tokens + index] })
  }

  private func prepend(_ row: [Float], to x: Tensor) -> Tensor {
    let tokens = x.shape[1]
    return Tensor(
      shape: [x.shape[0], tokens + 1, 1],
      values: row.indices.flatMap { [row[$0]] + x.values[$0 * tokens..<($0 + 1) * tokens] })
  }

  private func batchNorm(_ x: Tensor, prefix: String, epsilon: Float, affine: Bool)
    throws(GraphError) -> Tensor
  {
    let mean = try parameter("\(prefix).running_mean").values
    let variance = try parameter("\(prefix).running_var").values
    let weight = affine ? try parameter("\(prefix).weight").values : nil
    let bias = affine ? try parameter("\(prefix).bias").values : nil
    return eachChannel(x) { value, channel in
      let deviation = (Double(variance[channel]) + Double(epsilon)).squareRoot()
      return (value - Double(mean[channel])) / deviation * Double(weight?[channel] ?? 1)
        + Double(bias?[channel] ?? 0)
    }
  }

  private func eachChannel(_ x: Tensor, _ transform: (Double, Int) -> Double) -> Tensor {
    let plane = x.count / x.shape[0]
    return Tensor(
      shape: x.shape,
      values: x.values.indices.map { Float(transform(Double(x.values[$0]), $0 / plane)) })
  }

  private func elementwise(_ x: Tensor, _ y: Tensor, _ combine: (Double, Double) -> Double)
    -> Tensor
  {
    let plane = x.count / y.count
    return Tensor(
      shape: x.shape,
      values: x.values.indices.map {
        Float(combine(Double(x.values[$0]), Double(y.values[$0 / plane])))
      })
  }
}
