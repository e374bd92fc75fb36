import ArrayKernels
import Graphs
import Kernels
import Tensors

/// Finds the differentiable step of every operation that some results need, and which nodes are parts of
/// others.
///
/// A ReLU is fused behind convolutions, linear layers and batch norms, a residual sum also behind batch
/// norms, where nobody else reads what lies between.
struct DifferentiableStepBuilder {
  let graph: Graph
  let settings: GradientSettings
  let level: CPULevel
  private let capacity: Int
  private let requested: Set<Int>
  private let needed: [Int]
  private var consumers: [Int: [Int]] = [:]
  private var absorbed: Set<Int> = []
  private var chains: [Int: Chain] = [:]

  private(set) var steps: [any DifferentiableStep] = []
  private(set) var views: [BatchMemory.View]
  /// Whether a node's value depends on something whose gradient is wanted.
  private(set) var isActive: [Bool]

  /// A step and what is fused behind it.
  private struct Chain {
    let start: Int
    var residual: Int?
    var isReLU = false
    /// Only behind a group norm.
    var isSiLU = false
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
      BatchMemory.View(root: $0, offset: 0, stride: graph.nodes[$0].shape[0], isWhole: true)
    }
    isActive = [Bool](repeating: false, count: graph.nodes.count)
    for node in needed {
      for input in graph.nodes[node].inputs { consumers[input, default: []].append(node) }
    }
    // Also inputs that no result needs, whose gradients are zeros.
    for input in graph.inputs { isActive[input.node] = settings.inputs.contains(input.name) }
    for node in needed where !absorbed.contains(node) { fuse(from: node) }
    for node in needed {
      if isDifferentiated(graph.nodes[node]) { isActive[node] = true }
      if let chain = chains[node] {
        steps.append(try step(chain, output: node))
      } else if !absorbed.contains(node) {
        try add(node)
      }
    }
  }

  /// Whether the gradient of a node's parameter is wanted, or of something that it reads.
  private func isDifferentiated(_ node: Node) -> Bool {
    !settings.parameters.isDisjoint(with: node.operation.trainableNames)
      || node.differentiableInputs.contains { isActive[$0] }
  }

  // MARK: Chains

  private mutating func fuse(from start: Int) {
    var chain = Chain(start: start)
    var end = start
    switch graph.nodes[start].operation {
    case .convolution(let geometry, _, _) where isDepthwise(geometry, start): return
    case .convolution, .linear, .projection: break
    case .groupNorm:
      guard let next = soleConsumer(of: end), case .silu = graph.nodes[next].operation else {
        return
      }
      absorbed.formUnion([end, next])
      chains[next] = Chain(start: start, isSiLU: true)
      return
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

  private func step(_ chain: Chain, output: Int) throws(GraphError) -> any DifferentiableStep {
    let node = graph.nodes[chain.start]
    if case .groupNorm(let norm, let prefix, let affine) = node.operation {
      return GroupNormStep(
        norm, names: affine ? (prefix.parameter("weight"), prefix.parameter("bias")) : nil,
        channels: node.shape[0], inputs: node.inputs, output: output, isSiLU: chain.isSiLU)
    }
    guard case .batchNorm(let prefix, let epsilon, let affine) = node.operation else {
      return try layer(chain.start, output: output, isReLU: chain.isReLU)
    }
    if settings.batchNorms != .evaluation, capacity * node.extent.rows * node.extent.columns < 2 {
      throw .refused(
        network: node.scope,
        reason: "a batch norm cannot learn from one value a channel; use larger batches")
    }
    return BatchNormStep(
      BatchNormStep.Names(prefix: prefix, isAffine: affine), epsilon: epsilon,
      mode: settings.batchNorms, channels: node.shape[0], input: node.inputs[0],
      residual: chain.residual, output: output, isReLU: chain.isReLU,
      isTrained: !settings.parameters.isDisjoint(with: node.operation.trainableNames))
  }

  // MARK: Everything else

  private mutating func add(_ index: Int) throws(GraphError) {
    let node = graph.nodes[index]
    switch node.operation {
    case .input: return
    case .tokens: view(index, pixel: 0, channel: 0, isWhole: true)
    case .array(.reinterpret) where graph.nodes[node.inputs[0]].shape[0] == node.shape[0]:
      view(index, pixel: 0, channel: 0, isWhole: true)
    // The same memory in pixels of other lengths.
    case .array(.reinterpret) where views[node.inputs[0]].isWhole && !requested.contains(index):
      views[index] = BatchMemory.View(
        root: views[node.inputs[0]].root, offset: 0, stride: node.shape[0], isWhole: true)
    case .flatten where graph.nodes[node.inputs[0]].extent == 1:
      view(index, pixel: 0, channel: 0, isWhole: true)
    case .channels(let first): view(index, pixel: 0, channel: first, isWhole: false)
    case .row(let row): view(index, pixel: row, channel: 0, isWhole: false)
    default: steps.append(try step(of: index))
    }
  }

  /// Notes that a node is part of another; a part that is asked for by itself is copied.
  private mutating func view(_ index: Int, pixel: Int, channel: Int, isWhole: Bool) {
    let input = graph.nodes[index].inputs[0]
    if requested.contains(index) {
      steps.append(
        CopyStep(
          part: CopyStep.Part(pixel: pixel, channel: channel), of: input, output: index))
      return
    }
    let source = views[input]
    views[index] = BatchMemory.View(
      root: source.root, offset: source.offset + pixel * source.stride + channel,
      stride: source.stride, isWhole: source.isWhole && isWhole)
  }

  private func step(of index: Int) throws(GraphError) -> any DifferentiableStep {
    let node = graph.nodes[index]
    if case .style(let operation) = node.operation { return styleStep(operation, index) }
    // Stored values read nothing.
    guard let input = node.inputs.first else { throw noGradient(node) }
    let channels = node.shape[0]
    switch node.operation {
    case .convolution(let geometry, let weight, let bias) where isDepthwise(geometry, index):
      return DepthwiseStep(
        geometry, weight: weight, bias: bias, input: input, output: index, channels: channels,
        level: level)
    case .convolution, .linear, .projection: return try layer(index, output: index, isReLU: false)
    case .batchNorm, .groupNorm: return try step(Chain(start: index), output: index)
    case .prelu(let weight):
      return PReLUStep(weight: weight, channels: channels, input: input, output: index)
    case .relu: return FunctionStep(.relu, input: input, output: index)
    case .sigmoid: return FunctionStep(.sigmoid, input: input, output: index)
    case .quickGELU: return FunctionStep(.quickGELU, input: input, output: index)
    case .gelu: return FunctionStep(.gelu, input: input, output: index)
    case .silu: return FunctionStep(.silu, input: input, output: index)
    case .array(.function(.tanh)): return FunctionStep(.tanh, input: input, output: index)
    case .array(.function(.softplus)): return FunctionStep(.softplus, input: input, output: index)
    case .affine(let scale, let shift):
      return AffineStep(scale: scale, shift: shift, input: input, output: index)
    case .add, .multiply:
      return CombinationStep(
        isProduct: node.operation == .multiply, inputs: node.inputs, output: index,
        broadcasts: graph.nodes[node.inputs[1]].shape != node.shape,
        isActive: node.inputs.map { isActive[$0] })
    case .maxPool, .averagePool, .adaptiveAveragePool, .resizeNearest, .resizeBilinear,
      .subsample, .flatten, .prependMean, .rowOfLargest, .pixelUnshuffle, .pixelShuffle,
      .rowsByClass, .classMeans, .array(.softmax), .array(.resample):
      return MapStep(node.operation, inputs: node.inputs, output: index)
    case .broadcast: return BroadcastStep(input: input, output: index)
    case .concatenate:
      return CopyStep(
        joining: node.inputs, channels: node.inputs.map { graph.nodes[$0].shape[0] },
        output: index)
    case .l2Normalize: return L2NormalizeStep(input: input, output: index)
    default: return try tokenStep(of: index)
    }
  }

  private func styleStep(_ operation: StyleOperation, _ index: Int) -> any DifferentiableStep {
    let node = graph.nodes[index]
    let input = node.inputs.first ?? index
    switch operation {
    case .constant(let weight):
      return ConstantStep(weight: weight, shape: node.shape, output: index)
    case .demodulation(let weight, let epsilon):
      return DemodulationStep(
        weight: weight, isTrained: settings.parameters.contains(weight), epsilon: epsilon,
        channels: graph.nodes[input].shape[0], outputs: node.shape[0],
        weightCount: graph.parameters.first { $0.name == weight }?.shape.elementCount ?? 0,
        input: input, output: index)
    case .leakyReLU(let function, let bias):
      return LeakyReLUStep(
        function, bias: bias, channels: node.shape[0], input: input, output: index)
    case .noise(let noise, let strength):
      return NoiseStep(noise: noise, strength: strength, input: input, output: index)
    case .mixture(let share): return MixtureStep(share: share, inputs: node.inputs, output: index)
    }
  }

  private func tokenStep(of index: Int) throws(GraphError) -> any DifferentiableStep {
    let node = graph.nodes[index]
    let input = node.inputs[0]
    let channels = node.shape[0]
    switch node.operation {
    case .layerNorm(let prefix, let epsilon):
      return LayerNormStep(
        prefix: prefix, epsilon: epsilon, channels: channels, input: input, output: index)
    case .attention(let attention):
      return AttentionStep(attention, inputs: node.inputs, output: index)
    case .prepend(let weight):
      return LearnedRowsStep(
        weight: weight, shape: [1, channels], isPrepended: true, input: input, output: index)
    case .addRows(let weight):
      return LearnedRowsStep(
        weight: weight, shape: [node.shape[1], channels], isPrepended: false, input: input,
        output: index)
    case .embedding(let weight):
      let shape = graph.parameters.first { $0.name == weight }?.shape ?? [0, channels]
      return EmbeddingStep(weight: weight, shape: shape, input: input, output: index)
    case .timestepEmbedding(let embedding):
      return TimestepEmbeddingStep(embedding, input: input, output: index)
    default: throw noGradient(node)
    }
  }

  func noGradient(_ node: Node) -> GraphError {
    .refused(
      network: node.scope.isEmpty ? "the network" : node.scope,
      reason: "no gradient is known for the operation '\(node.operation.name)'")
  }
}

extension Node {
  /// Inputs on whose values the result depends smoothly; numbers of rows are not among them.
  var differentiableInputs: [Int] {
    switch operation {
    case .embedding, .timestepEmbedding: []
    case .rowOfLargest, .rowsByClass, .classMeans: [inputs[0]]
    default: inputs
    }
  }
}
