import Graphs
import Kernels
import Tensors

/// A graph that runs forwards and backwards on batches of images.
///
/// Call ``fill(named:)`` or write to ``input(_:count:)``, then ``forward(count:parameters:buffers:repacks:)``,
/// read ``values(of:)``, write ``gradients(of:)`` of one result or several, then ``backward(into:)``. Batches
/// of any size up to the capacity run in the same memory.
///
/// Every step treats the whole batch before the next begins; images are handed to workers, and sums over
/// images are made in up to eight parts of the batch that are added in order. So no bit depends on the
/// number of workers.
package final class GradientProgram {
  /// The graph it runs.
  package let graph: Graph
  /// The results that can be read and whose gradients can be given.
  package let outputs: [String]
  /// Images of the largest batch.
  package let capacity: Int

  private let level: CPULevel
  private let workers: Workers
  private let scratches: [GradientScratch]
  private let sums = GrowingMemory()
  private let steps: [any DifferentiableStep]
  private let memory: BatchMemory
  private let flow: GradientFlow
  private let settings: GradientSettings
  private var context: StepContext?

  /// Prepares the part of a graph that the results need.
  ///
  /// - Parameters:
  ///   - graph: the traced network.
  ///   - outputs: names of the results wanted.
  ///   - capacity: images of the largest batch.
  ///   - settings: what is differentiated.
  ///   - level: instruction set of the kernels.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: ``GraphError`` for unknown results and inputs, and for operations that have no gradient.
  package init(
    _ graph: Graph, outputs: [String] = [Graph.mainOutput], capacity: Int,
    settings: GradientSettings, level: CPULevel = .current, workers: Workers = Workers()
  ) throws(GraphError) {
    precondition(capacity > 0, "a batch has at least one image")
    for name in outputs where graph.outputs[name] == nil {
      throw .unknownOutput(name: name, available: graph.outputNames)
    }
    for name in settings.inputs.sorted() { _ = try graph.input(name) }
    let builder = try DifferentiableStepBuilder(
      graph, outputs: outputs, capacity: capacity, settings: settings, level: level)
    let requested = Set(outputs.compactMap { graph.outputs[$0] })
    flow = GradientFlow(
      builder.steps, views: builder.views, isActive: builder.isActive,
      inputs: graph.inputs.map(\.node), requested: requested)
    memory = BatchMemory(
      graph, views: builder.views, capacity: capacity, values: flow.values,
      gradients: flow.gradients)
    steps = builder.steps
    self.settings = settings
    self.graph = graph
    self.outputs = outputs
    self.capacity = capacity
    self.level = level
    self.workers = workers
    scratches = (0..<workers.count).map { _ in GradientScratch() }
  }

  /// Bytes of values and gradients.
  package var byteCount: Int { memory.count * MemoryLayout<Float>.stride }

  /// Where a batch of an input goes, `[N·H, W, C]`, image below image.
  ///
  /// - Parameters:
  ///   - name: the input's; nil means the first.
  ///   - count: images in the batch.
  /// - Returns: memory to write to before the next forward pass.
  /// - Precondition: the graph has such an input.
  package func input(_ name: String? = nil, count: Int) -> MapView {
    memory.values(node(ofInput: name), count: count)
  }

  /// Copies samples of named inputs in, planar tensors by name.
  ///
  /// - Throws: ``GraphError`` for inputs that are missing, misshapen or unknown.
  package func fill(named samples: [[String: Tensor]]) throws(GraphError) {
    for (image, sample) in samples.enumerated() {
      fill(image, with: try graph.arranged(sample))
    }
  }

  /// Copies samples of the only input in, planar `[C, H, W]`.
  ///
  /// - Precondition: the graph has one input, and every tensor has its shape.
  package func fill(_ inputs: [Tensor]) {
    for (image, input) in inputs.enumerated() { fill(image, with: graph.sole(input)) }
  }

  /// Copies one input of a batch in, where others are written by themselves or fed by another program.
  ///
  /// - Parameters:
  ///   - name: the input's.
  ///   - tensors: planar, one an image.
  /// - Throws: ``GraphError`` for an unknown input and tensors of another shape.
  package func fill(_ name: String, with tensors: [Tensor]) throws(GraphError) {
    let input = try graph.input(name)
    for (image, tensor) in tensors.enumerated() {
      try graph.check(tensor, for: input)
      memory.value(input.node, image).fill(from: tensor, level: level)
    }
  }

  private func fill(_ image: Int, with sample: [Tensor]) {
    for (input, tensor) in zip(graph.inputs, sample) {
      memory.value(input.node, image).fill(from: tensor, level: level)
    }
  }

  /// Computes all results.
  ///
  /// - Parameters:
  ///   - count: images in the batch.
  ///   - parameters: what the network holds; those that are not trained may lie in `buffers`.
  ///   - buffers: batch norms' running values, which training mode changes, and frozen parameters.
  ///   - repacks: whether parameters may have changed since the last call.
  package func forward(
    count: Int, parameters: ParameterBlock, buffers: ParameterBlock = ParameterBlock([]),
    repacks: Bool = true
  ) {
    precondition((1...capacity).contains(count), "\(count) images, capacity \(capacity)")
    let context = makeContext(count, parameters, buffers, gradients: nil)
    self.context = context
    if repacks { pack(context) }
    for step in steps { step.forward(context) }
    for output in Set(outputs) { gradients(of: output).map.clear() }
  }

  private func makeContext(
    _ count: Int, _ parameters: ParameterBlock, _ buffers: ParameterBlock,
    gradients: ParameterBlock?
  ) -> StepContext {
    StepContext(
      memory: memory, images: count, workers: workers, scratches: scratches, sums: sums,
      level: level, parameters: parameters, buffers: buffers, gradients: gradients)
  }

  /// No layer waits for another, so all are packed at once.
  private func pack(_ context: StepContext) {
    let pieces = steps.compactMap(\.packing).flatMap { packing in
      (0..<packing.pieces).map { (packing, $0) }
    }
    workers.forEach(pieces.count) { index, _ in
      let (packing, piece) = pieces[index]
      packing.pack(
        piece, context.weights(packing.weight), packing.bias.map { context.weights($0) })
    }
  }

  /// Packs the weights of a network that is not trained, layer by layer, so that no second copy of them stays in
  /// memory.
  ///
  /// - Parameter source: what the network holds.
  /// - Returns: what passes read beside packed weights; ``forward(count:parameters:buffers:repacks:)`` takes it, with
  ///   `repacks` false.
  /// - Throws: ``GraphError`` for a tensor that is missing or misshapen.
  package func pack(from source: any ParameterSource) throws(GraphError) -> ParameterBlock {
    let packings = steps.compactMap(\.packing)
    for packing in packings {
      let weight = try graph.tensor(packing.weight, from: source)
      let bias: Tensor? =
        if let bias = packing.bias { try graph.tensor(bias, from: source) } else { nil }
      workers.forEach(packing.pieces) { piece, _ in
        packing.pack(piece, weight.values, bias?.values)
      }
    }
    let packed = Set(packings.flatMap(\.names))
    let others = ParameterBlock(
      graph.parameters.filter { !$0.isCounter && !packed.contains($0.name) })
    try others.fill(from: source)
    return others
  }

  /// A computed result where it lies, `[N·H, W, C]`; valid until the next pass.
  package func values(of output: String) -> MapView {
    memory.values(node(of: output), count: context?.images ?? capacity)
  }

  /// Where the gradient of a result goes before ``backward(into:)``, shaped like ``values(of:)``; zeros
  /// after a forward pass.
  package func gradients(of output: String) -> MapView {
    memory.gradients(node(of: output), count: context?.images ?? capacity)
  }

  /// The gradient of an input after ``backward(into:)``, `[N·H, W, C]`; valid until the next pass.
  ///
  /// - Parameter name: the input's; nil means the first.
  /// - Returns: shaped like ``input(_:count:)``.
  /// - Precondition: the settings asked for it.
  package func gradients(ofInput name: String? = nil) -> MapView {
    memory.gradients(node(ofInput: name), count: context?.images ?? capacity)
  }

  /// Whether the gradient of an input is computed.
  func differentiates(input name: String) -> Bool { settings.inputs.contains(name) }

  private func node(ofInput name: String?) -> Int {
    let input = name.map { name in graph.inputs.first { $0.name == name } } ?? graph.inputs.first
    guard let input else {
      preconditionFailure("\(graph.network) reads \(graph.inputs.map(\.name))")
    }
    return input.node
  }

  private func node(of name: String) -> Int {
    guard outputs.contains(name), let node = graph.outputs[name] else {
      preconditionFailure("'\(name)' was not prepared")
    }
    return node
  }

  /// Takes the results' gradients back to the parameters and inputs.
  ///
  /// - Parameter gradients: the parameters' gradients, which are added to; nil if none are wanted.
  /// - Precondition: a forward pass came before.
  package func backward(into gradients: ParameterBlock?) {
    guard let forward = context else { preconditionFailure("nothing was computed yet") }
    let context = makeContext(
      forward.images, forward.parameters, forward.buffers, gradients: gradients)
    for turn in flow.turns {
      for node in turn.cleared {
        context.forEachImage { image, _ in context.gradient(node, image).clear() }
      }
      steps[turn.step].backward(context, destinations: turn.destinations)
    }
    for input in flow.unreachedInputs {
      memory.gradients(input, count: context.images).map.clear()
    }
  }
}
