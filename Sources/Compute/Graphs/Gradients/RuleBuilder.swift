import Kernels

/// Finds the rule of every step that some results need, and which nodes are parts of others.
///
/// A ReLU is fused behind convolutions, linear layers and batch norms, a residual sum also behind batch
/// norms, where nobody else reads what lies between.
struct RuleBuilder {
  private let graph: Graph
  private let settings: GradientSettings
  private let level: CPULevel
  private let capacity: Int
  private let requested: Set<Int>
  private let needed: [Int]
  private var consumers: [Int: [Int]] = [:]
  private var absorbed: Set<Int> = []
  private var chains: [Int: Chain] = [:]

  private(set) var rules: [any Rule] = []
  private(set) var views: [BatchMemory.View]
  /// Whether a node's value depends on something whose gradient is wanted.
  private(set) var isActive: [Bool]

  /// A step and what is fused behind it.
  private struct Chain {
    let start: Int
    var residual: Int?
    var isReLU = false
  }

  /// - Throws: ``GraphError`` if an operation has no gradient.
  init(
    _ graph: Graph, outputs: [String], capacity: Int, settings: GradientSettings, level: CPULevel
  ) throws(GraphError) {
    self.graph = graph
    self.settings = settings
    self.level = level
    self.capacity = capacity
    requested = Set(outputs.compactMap { graph.outputs[$0] })
    needed = graph.nodes(neededFor: outputs)
    views = graph.nodes.indices.map {
      BatchMemory.View(root: $0, pixel: 0, channel: 0, isWhole: true)
    }
    isActive = [Bool](repeating: false, count: graph.nodes.count)
    for node in needed {
      for input in graph.nodes[node].inputs { consumers[input, default: []].append(node) }
    }
    for node in needed where !absorbed.contains(node) { fuse(from: node) }
    for node in needed {
      let operation = graph.nodes[node]
      isActive[node] =
        operation.operation == .input
        ? settings.wantsInputGradient
        : !settings.parameters.isDisjoint(with: operation.operation.trainableNames)
          || operation.smoothInputs.contains { isActive[$0] }
      if let chain = chains[node] {
        rules.append(try rule(chain, output: node))
      } else if !absorbed.contains(node) {
        try add(node)
      }
    }
  }

  // MARK: Chains

  private mutating func fuse(from start: Int) {
    var chain = Chain(start: start)
    var end = start
    switch graph.nodes[start].operation {
    case .convolution(let geometry, _, _) where isDepthwise(geometry, start): return
    case .convolution, .linear, .projection: break
    case .batchNorm:
      if let next = soleConsumer(of: end), case .add = graph.nodes[next].operation {
        let operands = graph.nodes[next].inputs
        let other = operands[0] == end ? operands[1] : operands[0]
        if other != end, graph.nodes[other].shape == graph.nodes[end].shape {
          chain.residual = other
          absorbed.insert(end)
          end = next
        }
      }
    default: return
    }
    if let next = soleConsumer(of: end), case .relu = graph.nodes[next].operation {
      chain.isReLU = true
      absorbed.insert(end)
      end = next
    }
    guard end != start else { return }
    absorbed.insert(end)
    chains[end] = chain
  }

  private func soleConsumer(of node: Int) -> Int? {
    guard !requested.contains(node), let list = consumers[node], list.count == 1,
      !absorbed.contains(list[0])
    else { return nil }
    return list[0]
  }

  private func isDepthwise(_ geometry: ConvolutionGeometry, _ node: Int) -> Bool {
    let inputs = graph.nodes[graph.nodes[node].inputs[0]].shape[0]
    return geometry.groups > 1 && !geometry.isTransposed && geometry.groups == inputs
      && geometry.groups == graph.nodes[node].shape[0]
  }

  private func rule(_ chain: Chain, output: Int) throws(GraphError) -> any Rule {
    let node = graph.nodes[chain.start]
    guard case .batchNorm(let prefix, let epsilon, let affine) = node.operation else {
      return try layer(chain.start, output: output, isReLU: chain.isReLU)
    }
    if settings.batchNorms != .evaluation, capacity * node.extent.rows * node.extent.columns < 2 {
      throw .refused(
        network: node.scope,
        reason: "a batch norm cannot learn from one value a channel; use larger batches")
    }
    return BatchNormRule(
      BatchNormRule.Names(prefix: prefix, isAffine: affine), epsilon: epsilon,
      mode: settings.batchNorms, channels: node.shape[0], input: node.inputs[0],
      residual: chain.residual, output: output, isReLU: chain.isReLU)
  }

  // MARK: Layers

  private func layer(_ index: Int, output: Int, isReLU: Bool) throws(GraphError) -> any Rule {
    let node = graph.nodes[index]
    let source = graph.nodes[node.inputs[0]]
    let (inputs, outputs) = (source.shape[0], node.shape[0])
    let layer: LayerRule.Layer
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      layer = convolution(
        geometry, inputs: inputs, outputs: outputs, size: source.extent, input: node.inputs[0],
        names: (weight, bias))
    case .linear(let weight, let bias):
      layer = matrix(
        from: inputs, to: outputs, isTransposed: false, input: node.inputs[0],
        names: (weight, bias))
    case .projection(let weight):
      layer = matrix(
        from: inputs, to: outputs, isTransposed: true, input: node.inputs[0],
        names: (weight, nil))
    default: throw noGradient(node)
    }
    return LayerRule(
      layer, input: node.inputs[0], output: output, size: node.extent, isReLU: isReLU)
  }

  private func convolution(
    _ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, size: Extent, input: Int,
    names: (weight: String, bias: String?)
  ) -> LayerRule.Layer {
    let arithmetic = settings.arithmetic
    // The inputs of the ordinary convolution that a transposed one turns round are its outputs.
    let plain = ConvolutionGeometry(
      kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding,
      dilation: geometry.dilation, groups: geometry.groups)
    return LayerRule.Layer(
      forward: UpdatableConvolution(
        geometry, inputs: inputs, outputs: outputs, size: size, level: level,
        arithmetic: arithmetic),
      gradient: isActive[input]
        ? UpdatableConvolution(
          gradientOf: geometry, inputs: inputs, outputs: outputs, size: size, level: level,
          arithmetic: arithmetic) : nil,
      filters: FilterGradient(
        plain, inputs: geometry.isTransposed ? outputs : inputs,
        outputs: geometry.isTransposed ? inputs : outputs, level: level),
      exchanges: geometry.isTransposed, weight: names.weight, bias: names.bias)
  }

  private func matrix(
    from inputs: Int, to outputs: Int, isTransposed: Bool, input: Int,
    names: (weight: String, bias: String?)
  ) -> LayerRule.Layer {
    LayerRule.Layer(
      forward: UpdatableConvolution(
        matrixFrom: inputs, to: outputs, isTransposed: isTransposed, level: level),
      gradient: isActive[input]
        ? UpdatableConvolution(
          matrixFrom: outputs, to: inputs, isTransposed: !isTransposed, level: level) : nil,
      filters: FilterGradient(
        matrixFrom: inputs, to: outputs, isTransposed: isTransposed, level: level),
      exchanges: false, weight: names.weight, bias: names.bias)
  }

  // MARK: Everything else

  private mutating func add(_ index: Int) throws(GraphError) {
    let node = graph.nodes[index]
    switch node.operation {
    case .input: return
    case .tokens: view(index, pixel: 0, channel: 0, isWhole: true)
    case .flatten where graph.nodes[node.inputs[0]].extent == 1:
      view(index, pixel: 0, channel: 0, isWhole: true)
    case .channels(let first): view(index, pixel: 0, channel: first, isWhole: false)
    case .row(let row): view(index, pixel: row, channel: 0, isWhole: false)
    default: rules.append(try rule(of: index))
    }
  }

  /// Notes that a node is part of another; a part that is asked for by itself is copied.
  private mutating func view(_ index: Int, pixel: Int, channel: Int, isWhole: Bool) {
    let input = graph.nodes[index].inputs[0]
    if requested.contains(index) {
      rules.append(
        CopyRule(
          part: CopyRule.Part(pixel: pixel, channel: channel), of: input, output: index))
      return
    }
    let source = views[input]
    views[index] = BatchMemory.View(
      root: source.root, pixel: source.pixel + pixel, channel: source.channel + channel,
      isWhole: source.isWhole && isWhole)
  }

  private func rule(of index: Int) throws(GraphError) -> any Rule {
    let node = graph.nodes[index]
    // Stored values read nothing.
    guard let input = node.inputs.first else { throw noGradient(node) }
    let channels = node.shape[0]
    switch node.operation {
    case .convolution(let geometry, let weight, let bias) where isDepthwise(geometry, index):
      return DepthwiseRule(
        geometry, weight: weight, bias: bias, input: input, output: index, channels: channels,
        level: level)
    case .convolution, .linear, .projection: return try layer(index, output: index, isReLU: false)
    case .batchNorm: return try rule(Chain(start: index), output: index)
    case .prelu(let weight):
      return PReLURule(weight: weight, channels: channels, input: input, output: index)
    case .relu: return FunctionRule(.relu, input: input, output: index)
    case .sigmoid: return FunctionRule(.sigmoid, input: input, output: index)
    case .quickGELU: return FunctionRule(.quickGELU, input: input, output: index)
    case .gelu: return FunctionRule(.gelu, input: input, output: index)
    case .affine(let scale, let shift):
      return AffineRule(scale: scale, shift: shift, input: input, output: index)
    case .add, .multiply:
      return CombinationRule(
        isProduct: node.operation == .multiply, inputs: node.inputs, output: index,
        broadcasts: graph.nodes[node.inputs[1]].shape != node.shape)
    case .maxPool, .averagePool, .adaptiveAveragePool, .resizeNearest, .resizeBilinear,
      .subsample, .flatten, .prependMean, .rowOfLargest:
      return MapRule(node.operation, inputs: node.inputs, output: index)
    case .concatenate:
      return CopyRule(
        joining: node.inputs, channels: node.inputs.map { graph.nodes[$0].shape[0] },
        output: index)
    case .l2Normalize: return L2NormalizeRule(input: input, output: index)
    default: return try tokenRule(of: index)
    }
  }

  private func tokenRule(of index: Int) throws(GraphError) -> any Rule {
    let node = graph.nodes[index]
    let input = node.inputs[0]
    let channels = node.shape[0]
    switch node.operation {
    case .layerNorm(let prefix, let epsilon):
      return LayerNormRule(
        prefix: prefix, epsilon: epsilon, channels: channels, input: input, output: index)
    case .attention(let attention):
      return AttentionRule(attention, inputs: node.inputs, output: index)
    case .prepend(let weight):
      return LearnedRowsRule(
        weight: weight, shape: [1, channels], isPrepended: true, input: input, output: index)
    case .addRows(let weight):
      return LearnedRowsRule(
        weight: weight, shape: [node.shape[1], channels], isPrepended: false, input: input,
        output: index)
    case .embedding(let weight):
      let shape = graph.parameters.first { $0.name == weight }?.shape ?? [0, channels]
      return EmbeddingRule(weight: weight, shape: shape, input: input, output: index)
    default: throw noGradient(node)
    }
  }

  private func noGradient(_ node: Node) -> GraphError {
    .refused(
      network: node.scope.isEmpty ? "the network" : node.scope,
      reason: "no gradient is known for the operation '\(node.operation.name)'")
  }
}

extension Node {
  /// Inputs on whose values the result depends smoothly; numbers of rows are none.
  var smoothInputs: [Int] {
    switch operation {
    case .embedding: []
    case .rowOfLargest: [inputs[0]]
    default: inputs
    }
  }
}
