import Foundation
import Kernels
import Tensors

/// Turns the part of a graph that some results need into stages: batch norms are folded into the
/// convolutions before them, residual sums and activations are fused behind convolutions and
/// products.
struct Lowering {
  private let graph: Graph
  private let parameters: any ParameterSource
  private let level: CPULevel
  private let arithmetic: Arithmetic
  /// Nodes whose values somebody asked for; nothing may be fused past them.
  private let requested: Set<Int>
  private let consumers: [Int: [Int]]
  private let needed: [Int]
  private var absorbed: Set<Int> = []
  private(set) var stages: [Stage] = []

  /// - Throws: ``GraphError`` for missing, misshapen or unreadable parameters.
  init(
    _ graph: Graph, outputs: [String], parameters: any ParameterSource, level: CPULevel,
    arithmetic: Arithmetic
  ) throws(GraphError) {
    self.graph = graph
    self.parameters = parameters
    self.level = level
    self.arithmetic = arithmetic
    needed = graph.nodes(neededFor: outputs)
    requested = Set(outputs.compactMap { graph.outputs[$0] })
    var consumers: [Int: [Int]] = [:]
    for node in needed {
      for input in graph.nodes[node].inputs { consumers[input, default: []].append(node) }
    }
    self.consumers = consumers
    // A chain is emitted where it ends: by then everything it reads has been emitted.
    var chains: [Int: Chain] = [:]
    for node in needed where !absorbed.contains(node) {
      if let chain = try chain(from: node) { chains[chain.end] = chain }
    }
    // Packing weights is most of the work, and no layer waits for another.
    let (lowering, ends) = (self, chains)
    let lowered = try Workers().map(needed.count) { (index, _) throws(GraphError) in
      try lowering.stages(of: lowering.needed[index], chains: ends)
    }
    stages = lowered.flatMap(\.self)
  }

  /// What a node becomes; nothing where it is fused into another.
  private func stages(of node: Int, chains: [Int: Chain]) throws(GraphError) -> [Stage] {
    if let chain = chains[node] { return [try stage(of: chain)] }
    return absorbed.contains(node) ? [] : try plainStages(of: node)
  }

  // MARK: Chains

  /// A layer, or an operation on each value, and what is fused behind it.
  private struct Chain {
    let start: Int
    var batchNorms: [Int] = []
    var residual: Int?
    var activation: Int?
    var end: Int
  }

  private mutating func chain(from start: Int) throws(GraphError) -> Chain? {
    switch graph.nodes[start].operation {
    case .convolution, .linear, .projection: break
    case .multiply, .add, .batchNorm, .affine: return elementwiseChain(from: start)
    default: return nil
    }
    var chain = Chain(start: start, end: start)
    while let next = soleConsumer(of: chain.end), case .batchNorm = graph.nodes[next].operation {
      chain.batchNorms.append(next)
      absorb(next, into: &chain)
    }
    if let next = soleConsumer(of: chain.end), case .add = graph.nodes[next].operation {
      let operands = graph.nodes[next].inputs
      let other = operands[0] == chain.end ? operands[1] : operands[0]
      if other != chain.end, graph.nodes[other].shape == graph.nodes[chain.end].shape {
        chain.residual = other
        absorb(next, into: &chain)
      }
    }
    if let next = soleConsumer(of: chain.end), isActivation(next, behind: graph.nodes[start]) {
      chain.activation = next
      absorb(next, into: &chain)
    }
    absorbed.insert(start)
    return chain
  }

  /// A product takes a sum along, and all operations on each value an activation: a map is then read
  /// and written once.
  private mutating func elementwiseChain(from start: Int) -> Chain? {
    var chain = Chain(start: start, end: start)
    if case .multiply = graph.nodes[start].operation, let next = soleConsumer(of: start),
      case .add = graph.nodes[next].operation,
      graph.nodes[next].shape == graph.nodes[start].shape
    {
      let operands = graph.nodes[next].inputs
      let other = operands[0] == start ? operands[1] : operands[0]
      if other != start {
        chain.residual = other
        absorb(next, into: &chain)
      }
    }
    if let next = soleConsumer(of: chain.end), isActivation(next, behind: graph.nodes[start]) {
      chain.activation = next
      absorb(next, into: &chain)
    }
    guard chain.end != start else { return nil }
    absorbed.insert(start)
    return chain
  }

  /// Moves the end of a chain on; all its nodes but the end's stage vanish.
  private mutating func absorb(_ node: Int, into chain: inout Chain) {
    absorbed.insert(node)
    chain.end = node
  }

  private func soleConsumer(of node: Int) -> Int? {
    guard !requested.contains(node), let list = consumers[node], list.count == 1,
      !absorbed.contains(list[0])
    else { return nil }
    return list[0]
  }

  private func isActivation(_ node: Int, behind layer: Node) -> Bool {
    switch (graph.nodes[node].operation, layer.operation) {
    case (.relu, _), (.prelu, _): true
    // The tile of matrix products knows these alone.
    case (.quickGELU, .linear), (.gelu, .linear): true
    default: false
    }
  }

  private func stage(of chain: Chain) throws(GraphError) -> Stage {
    let activation: Activation
    if let node = chain.activation {
      activation = try self.activation(node)
    } else {
      activation = .none
    }
    let node = graph.nodes[chain.start]
    switch node.operation {
    case .convolution, .linear, .projection:
      return try layerStage(of: chain, activation: activation)
    default:
      return Stage(
        action: try elementwiseAction(of: node, adding: chain.residual, activation: activation),
        inputs: node.inputs + (chain.residual.map { [$0] } ?? []), output: chain.end, level: level)
    }
  }

  private func layerStage(of chain: Chain, activation: Activation) throws(GraphError) -> Stage {
    let node = graph.nodes[chain.start]
    var (input, layer) = try layer(of: node)
    for batchNorm in chain.batchNorms {
      let (scale, shift) = try batchNormFactors(graph.nodes[batchNorm])
      layer.fold(scale: scale, shift: shift)
    }
    let inputs = [input] + (chain.residual.map { [$0] } ?? [])
    let action: Stage.Action
    if layer.isDepthwise {
      action = .depthwise(
        PackedDepthwise(
          weights: layer.weights, bias: layer.bias, geometry: layer.geometry,
          activation: activation, level: level), residual: chain.residual)
    } else {
      action = .convolution(
        PackedConvolution(
          weights: layer.weights, bias: layer.bias, geometry: layer.geometry,
          activation: activation, size: graph.nodes[input].extent, level: level,
          arithmetic: arithmetic),
        residual: chain.residual)
    }
    return Stage(action: action, inputs: inputs, output: chain.end, level: level)
  }

  /// What computes a sum, product, batch norm or affine map with what is fused behind it.
  private func elementwiseAction(
    of node: Node, adding residual: Int? = nil, activation: Activation = .none
  ) throws(GraphError) -> Stage.Action {
    switch node.operation {
    case .add: return .sum(activation)
    case .multiply: return .product(adding: residual, activation)
    case .affine(let scale, let shift): return .affine(scale: scale, shift: shift, activation)
    case .batchNorm:
      let (scale, shift) = try batchNormFactors(node)
      return .affine(scale: scale.map(Float.init), shift: shift.map(Float.init), activation)
    default: preconditionFailure("\(node.operation.name) is lowered elsewhere")
    }
  }

  private func activation(_ node: Int) throws(GraphError) -> Activation {
    switch graph.nodes[node].operation {
    case .prelu(let weight):
      return .prelu(try parameter(weight, shape: [graph.nodes[node].shape[0]]).values)
    case .quickGELU: return .quickGELU
    case .gelu: return .gelu
    default: return .relu
    }
  }

  // MARK: Layers

  /// A convolution's or linear layer's unpacked weights, and the node it reads.
  private func layer(of node: Node) throws(GraphError) -> (input: Int, layer: FoldableLayer) {
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      let inputChannels = graph.nodes[node.inputs[0]].shape[0]
      let first = geometry.isTransposed ? inputChannels : node.shape[0]
      let second = (geometry.isTransposed ? node.shape[0] : inputChannels) / geometry.groups
      let weights = try parameter(
        weight, shape: [first, second, geometry.kernel.rows, geometry.kernel.columns])
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
    let weights = try parameter(weight, shape: [node.shape[0], source.shape[0]])
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

  private func bias(_ name: String?, count: Int) throws(GraphError) -> [Float] {
    guard let name else { return [Float](repeating: 0, count: count) }
    return try parameter(name, shape: [count]).values
  }

  private func parameter(_ name: String) throws(GraphError) -> Tensor {
    guard let tensor = try parameters.tensor(named: name) else {
      throw .missingParameter(name: name)
    }
    if let asked = graph.parameters.first(where: { $0.name == name }), asked.shape != tensor.shape {
      throw .misshapenParameter(name: name, expected: asked.shape, found: tensor.shape)
    }
    return tensor
  }

  private func parameter(_ name: String, shape: [Int]) throws(GraphError) -> Tensor {
    guard let tensor = try parameters.tensor(named: name) else {
      throw .missingParameter(name: name)
    }
    guard tensor.shape == shape else {
      throw .misshapenParameter(name: name, expected: shape, found: tensor.shape)
    }
    return tensor
  }

  /// A batch norm as `x · scale + shift`, in Float64.
  private func batchNormFactors(_ node: Node) throws(GraphError) -> (
    scale: [Double], shift: [Double]
  ) {
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

  // MARK: Everything else

  private func plainStages(of index: Int) throws(GraphError) -> [Stage] {
    let node = graph.nodes[index]
    func stage(_ action: Stage.Action) -> [Stage] {
      [Stage(action: action, inputs: node.inputs, output: index, level: level)]
    }
    switch node.operation {
    case .input: return []
    case .convolution, .linear, .projection: preconditionFailure("layers are lowered as chains")
    case .batchNorm, .affine, .add, .multiply: return stage(try elementwiseAction(of: node))
    case .prelu, .relu, .quickGELU, .gelu: return stage(.activation(try activation(index)))
    case .sigmoid: return stage(.sigmoid)
    case .maxPool(let pooling): return stage(.maxPool(pooling))
    case .averagePool(let pooling, let countIncludePad):
      return stage(.averagePool(pooling, countIncludePad: countIncludePad))
    case .adaptiveAveragePool: return stage(.adaptiveAverage)
    case .resizeNearest: return stage(.nearest)
    case .resizeBilinear(let alignCorners): return stage(.bilinear(alignCorners: alignCorners))
    case .subsample(let stride): return stage(.subsample(stride: stride))
    case .flatten: return isFlattenUnused(index) ? [] : stage(.flatten)
    case .l2Normalize: return stage(.normalize)
    case .concatenate:
      var offset = 0
      return node.inputs.map { input in
        defer { offset += graph.nodes[input].shape[0] }
        return Stage(
          action: .copy(channelOffset: offset), inputs: [input], output: index, level: level)
      }
    default: return stage(try tokenAction(of: node))
    }
  }

  /// The operations of transformers.
  private func tokenAction(of node: Node) throws(GraphError) -> Stage.Action {
    let channels = node.shape[0]
    switch node.operation {
    case .layerNorm(let prefix, let epsilon):
      return .layerNorm(
        weight: try parameter("\(prefix).weight", shape: [channels]).values,
        bias: try parameter("\(prefix).bias", shape: [channels]).values, epsilon: epsilon)
    case .attention(let attention): return .attention(attention)
    case .tokens: return .view(firstPixel: 0, firstChannel: 0)
    case .channels(let first): return .view(firstPixel: 0, firstChannel: first)
    case .row(let index): return .view(firstPixel: index, firstChannel: 0)
    case .rowOfLargest: return .rowOfLargest
    case .prepend(let weight):
      return .prepend(row: try parameter(weight, shape: [channels]).values)
    case .prependMean: return .prependMean
    case .addRows(let weight):
      return .addRows(try parameter(weight, shape: [node.shape[1], channels]))
    case .embedding(let weight):
      return .embedding(try parameter(weight))
    default: preconditionFailure("\(node.operation.name) is lowered elsewhere")
    }
  }

  /// Whether every reader of a flattening reads the map behind it instead.
  private func isFlattenUnused(_ index: Int) -> Bool {
    !requested.contains(index)
      && (consumers[index] ?? []).allSatisfy {
        if case .linear = graph.nodes[$0].operation { true } else { false }
      }
  }
}
