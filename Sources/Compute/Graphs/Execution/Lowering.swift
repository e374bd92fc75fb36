import Foundation
import Kernels
import Tensors

/// Turns the part of a graph that some results need into stages: batch norms and affine steps are
/// folded into the layers before them, residual sums and activations are fused behind convolutions and
/// products.
struct Lowering {
  let graph: Graph
  let parameters: any ParameterSource
  let level: CPULevel
  private let arithmetic: Arithmetic
  /// Nodes whose values somebody asked for; nothing may be fused past them.
  let requested: Set<Int>
  let consumers: [Int: [Int]]
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
    /// Batch norms and affine steps.
    var factors: [Int] = []
    var residual: Int?
    var activation: Int?
    var end: Int
  }

  private mutating func chain(from start: Int) throws(GraphError) -> Chain? {
    switch graph.nodes[start].operation {
    case .convolution, .linear, .projection: break
    case .multiply, .add, .batchNorm, .affine, .groupNorm: return elementwiseChain(from: start)
    default: return nil
    }
    var chain = Chain(start: start, end: start)
    while let next = soleConsumer(of: chain.end), isFactorPerChannel(graph.nodes[next]) {
      chain.factors.append(next)
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

  /// A sum is fused into a product, and an activation into every operation on single values: a map is then read
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

  /// Moves the end of a chain on; only the node at its end becomes a stage.
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

  private func isFactorPerChannel(_ node: Node) -> Bool {
    switch node.operation {
    case .batchNorm, .affine: true
    default: false
    }
  }

  private func isActivation(_ node: Int, behind layer: Node) -> Bool {
    switch (graph.nodes[node].operation, layer.operation) {
    case (.relu, _), (.prelu, _): true
    // The tile of matrix products applies no activations but these.
    case (.quickGELU, .linear), (.gelu, .linear), (.silu, .linear): true
    // Operations on single values apply this one too.
    case (.silu, .groupNorm), (.silu, .batchNorm), (.silu, .affine), (.silu, .add),
      (.silu, .multiply):
      true
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
    for node in chain.factors {
      let (scale, shift) = try factors(of: graph.nodes[node])
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

  /// What computes a sum, product, norm over pixels or affine map with what is fused behind it.
  func elementwiseAction(
    of node: Node, adding residual: Int? = nil, activation: Activation = .none
  ) throws(GraphError) -> Stage.Action {
    switch node.operation {
    case .add: return .sum(activation)
    case .multiply: return .product(adding: residual, activation)
    case .affine(let scale, let shift): return .affine(scale: scale, shift: shift, activation)
    case .batchNorm:
      let (scale, shift) = try factors(of: node)
      return .affine(scale: scale.map(Float.init), shift: shift.map(Float.init), activation)
    case .groupNorm(let norm, let prefix, let affine):
      func values(_ name: String) throws(GraphError) -> [Float]? {
        affine ? try parameter(prefix.parameter(name), shape: [node.shape[0]]).values : nil
      }
      return .groupNorm(norm, weight: try values("weight"), bias: try values("bias"), activation)
    default: preconditionFailure("\(node.operation.name) is lowered elsewhere")
    }
  }

  func activation(_ node: Int) throws(GraphError) -> Activation {
    switch graph.nodes[node].operation {
    case .prelu(let weight):
      return .prelu(try parameter(weight, shape: [graph.nodes[node].shape[0]]).values)
    case .quickGELU: return .quickGELU
    case .gelu: return .gelu
    case .silu: return .silu
    default: return .relu
    }
  }
}
