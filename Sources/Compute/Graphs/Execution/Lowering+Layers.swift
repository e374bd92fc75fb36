import Kernels
import Tensors

/// Parameters, and layers as weights and bias that are ready for folding.
extension Lowering {
  /// A convolution's or linear layer's unpacked weights, and the node it reads.
  func layer(of node: Node) throws(GraphError) -> (input: Int, layer: FoldableLayer) {
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      let inputChannels = graph.nodes[node.inputs[0]].shape[0]
      let first = geometry.isTransposed ? inputChannels : node.shape[0]
      let second = (geometry.isTransposed ? node.shape[0] : inputChannels) / geometry.groups
      let weights = try convolutionWeight(
        weight, geometry, shape: [first, second, geometry.kernel.rows, geometry.kernel.columns])
      let layer = FoldableLayer(
        weights: weights, bias: try self.bias(bias, count: node.shape[0]), geometry: geometry)
      return (node.inputs[0], layer)
    case .linear(let weight, let bias):
      return try linear(node, weight: weight, bias: bias)
    case .projection(let weight):
      let shape = [graph.nodes[node.inputs[0]].shape[0], node.shape[0]]
      let layer = FoldableLayer(
        weights: try parameter(weight, shape: shape).transposed.reshaped(
          shape.reversed() + [1, 1]),
        bias: try self.bias(nil, count: node.shape[0]), geometry: ConvolutionGeometry(kernel: 1))
      return (node.inputs[0], layer)
    default: preconditionFailure("\(node.operation.name) is not a layer")
    }
  }

  /// A linear layer on a flattened map is a convolution whose filter covers the whole map, so the
  /// flattening needs no copy.
  private func linear(_ node: Node, weight: String, bias: String?) throws(GraphError) -> (
    input: Int, layer: FoldableLayer
  ) {
    var input = node.inputs[0]
    let source = graph.nodes[input]
    // As large as the layer; a `Conv1d` that is one names a third axis.
    let weights = try parameter(weight)
    var map = [source.shape[0], 1, 1]
    if case .flatten = source.operation, !requested.contains(input) {
      input = source.inputs[0]
      map = graph.nodes[input].shape
    }
    let layer = FoldableLayer(
      weights: weights.reshaped([node.shape[0]] + map),
      bias: try self.bias(bias, count: node.shape[0]),
      geometry: ConvolutionGeometry(kernel: Extent(map[1], map[2])))
    return (input, layer)
  }

  /// Weights as a transposed convolution has them, whichever of its channels come first in the file.
  private func convolutionWeight(
    _ name: String, _ geometry: ConvolutionGeometry, shape: [Int]
  ) throws(GraphError) -> Tensor {
    guard geometry.isOutputFirst else { return try parameter(name, shape: shape) }
    let stored = try parameter(name, shape: [shape[1], shape[0]] + shape[2...])
    return stored.exchangingFirstAxes
  }

  private func bias(_ name: String?, count: Int) throws(GraphError) -> [Float] {
    guard let name else { return [Float](repeating: 0, count: count) }
    return try parameter(name, shape: [count]).values
  }

  func parameter(_ name: String) throws(GraphError) -> Tensor {
    try graph.tensor(name, from: parameters)
  }

  func parameter(_ name: String, shape: [Int]) throws(GraphError) -> Tensor {
    let tensor = try parameters.required(name)
    // The filters of a `Conv1d` have no last axis, those of a modulated convolution one before the first.
    guard tensor.shape == shape || tensor.shape + [1] == shape || tensor.shape == [1] + shape else {
      throw .misshapenParameter(name: name, expected: shape, found: tensor.shape)
    }
    return tensor.reshaped(shape)
  }

  /// A batch norm or affine step as `x · scale + shift`, in Float64.
  func factors(of node: Node) throws(GraphError) -> (scale: [Double], shift: [Double]) {
    if case .affine(let scale, let shift) = node.operation {
      return (scale.map(Double.init), shift.map(Double.init))
    }
    guard case .batchNorm(let prefix, let epsilon, let affine) = node.operation else {
      preconditionFailure("not a batch norm")
    }
    let shape = [node.shape[0]]
    let mean = try parameter("\(prefix).running_mean", shape: shape).values
    let variance = try parameter("\(prefix).running_var", shape: shape).values
    let weight = affine ? try parameter("\(prefix).weight", shape: shape).values : nil
    let bias = affine ? try parameter("\(prefix).bias", shape: shape).values : nil
    let scale = variance.indices.map {
      Double(weight?[$0] ?? 1) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    let shift = mean.indices.map { Double(bias?[$0] ?? 0) - Double(mean[$0]) * scale[$0] }
    return (scale, shift)
  }
}
