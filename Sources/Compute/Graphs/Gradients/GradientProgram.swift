import Kernels
import Tensors

/// What a program differentiates and how.
package struct GradientSettings: Sendable {
  /// Names of the parameters whose gradients are wanted; the others stay as they are.
  package let parameters: Set<String>
  /// Whether the gradient of the input is wanted.
  package let wantsInputGradient: Bool
  /// What batch norms do.
  package let batchNorms: BatchNormMode
  /// Which algorithms convolutions may use.
  package let arithmetic: Arithmetic

  /// Training of some parameters, by default without the input's gradient.
  package init(
    parameters: Set<String>, wantsInputGradient: Bool = false,
    batchNorms: BatchNormMode = .training(), arithmetic: Arithmetic = .fast
  ) {
    self.parameters = parameters
    self.wantsInputGradient = wantsInputGradient
    self.batchNorms = batchNorms
    self.arithmetic = arithmetic
  }

  /// The gradient of a network's input alone, the network being used as it is.
  package static let ofInput = GradientSettings(
    parameters: [], wantsInputGradient: true, batchNorms: .evaluation)
}

/// A graph that runs forwards and backwards on batches of images.
///
/// Call ``fill(_:)`` or write to ``input(count:)``, then ``forward(count:parameters:statistics:repacks:)``,
/// read ``values(of:)``, write ``gradients(of:)``, then ``backward(into:)``. Batches of any size up to the
/// capacity run in the same memory.
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
  private let rules: [any Rule]
  private let memory: BatchMemory
  private let flow: GradientFlow
  private var context: RuleContext?

  /// Prepares the part of a graph that the results need.
  ///
  /// - Parameters:
  ///   - graph: the traced network.
  ///   - outputs: names of the results wanted.
  ///   - capacity: images of the largest batch.
  ///   - settings: what is differentiated.
  ///   - level: instruction set of the kernels.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: ``GraphError`` for unknown results and operations that have no gradient.
  package init(
    _ graph: Graph, outputs: [String] = [Graph.mainOutput], capacity: Int,
    settings: GradientSettings, level: CPULevel = .current, workers: Workers = Workers()
  ) throws(GraphError) {
    precondition(capacity > 0, "a batch has at least one image")
    for name in outputs where graph.outputs[name] == nil {
      throw .unknownOutput(name: name, available: graph.outputNames)
    }
    let builder = try RuleBuilder(
      graph, outputs: outputs, capacity: capacity, settings: settings, level: level)
    let requested = Set(outputs.compactMap { graph.outputs[$0] })
    flow = GradientFlow(
      builder.rules, views: builder.views, isActive: builder.isActive, requested: requested)
    memory = BatchMemory(
      graph, views: builder.views, capacity: capacity, values: flow.values,
      gradients: flow.gradients)
    rules = builder.rules
    self.graph = graph
    self.outputs = outputs
    self.capacity = capacity
    self.level = level
    self.workers = workers
    scratches = (0..<workers.count).map { _ in GradientScratch() }
  }

  /// Bytes of values and gradients.
  package var byteCount: Int { memory.count * MemoryLayout<Float>.stride }

  /// Where the inputs of a batch go, `[N·H, W, C]`, image below image.
  package func input(count: Int) -> FeatureMap { memory.values(0, count: count) }

  /// Copies planar inputs `[C, H, W]` in.
  package func fill(_ inputs: [Tensor]) {
    for (image, input) in inputs.enumerated() {
      precondition(input.shape == graph.inputShape, "input \(input.shape)")
      memory.value(0, image).fill(from: input, level: level)
    }
  }

  /// Computes all results.
  ///
  /// - Parameters:
  ///   - count: images in the batch.
  ///   - parameters: what the network holds; those that are not trained may lie in `statistics`.
  ///   - statistics: batch norms' running values, which training mode changes, and frozen parameters.
  ///   - repacks: whether parameters may have changed since the last call.
  package func forward(
    count: Int, parameters: ParameterBlock, statistics: ParameterBlock, repacks: Bool = true
  ) {
    precondition((1...capacity).contains(count), "\(count) images, capacity \(capacity)")
    let context = makeContext(count, parameters, statistics, gradients: nil)
    self.context = context
    if repacks { pack(context) }
    for rule in rules { rule.forward(context) }
    for output in Set(outputs) { gradients(of: output).clear() }
  }

  private func makeContext(
    _ count: Int, _ parameters: ParameterBlock, _ statistics: ParameterBlock,
    gradients: ParameterBlock?
  ) -> RuleContext {
    RuleContext(
      memory: memory, images: count, workers: workers, scratches: scratches, sums: sums,
      level: level, parameters: parameters, statistics: statistics, gradients: gradients)
  }

  /// No layer waits for another, so all are packed at once.
  private func pack(_ context: RuleContext) {
    let pieces = rules.flatMap { rule in (0..<rule.packingPieces).map { (rule, $0) } }
    workers.forEach(pieces.count) { index, _ in
      let (rule, piece) = pieces[index]
      rule.pack(piece, context)
    }
  }

  /// A computed result where it lies, `[N·H, W, C]`; valid until the next pass.
  package func values(of output: String) -> FeatureMap {
    memory.values(node(of: output), count: context?.images ?? capacity)
  }

  /// Where the gradient of a result goes before ``backward(into:)``, shaped like ``values(of:)``; zeros
  /// after a forward pass.
  package func gradients(of output: String) -> FeatureMap {
    memory.gradients(node(of: output), count: context?.images ?? capacity)
  }

  /// The gradient of the input after ``backward(into:)``, `[N·H, W, C]`.
  ///
  /// - Precondition: the settings asked for it.
  package var inputGradients: FeatureMap {
    memory.gradients(0, count: context?.images ?? capacity)
  }

  private func node(of name: String) -> Int {
    guard outputs.contains(name), let node = graph.outputs[name] else {
      preconditionFailure("'\(name)' was not prepared")
    }
    return node
  }

  /// Takes the results' gradients back to the parameters and the input.
  ///
  /// - Parameter gradients: the parameters' gradients, which are added to; nil if none are wanted.
  /// - Precondition: a forward pass came before.
  package func backward(into gradients: ParameterBlock?) {
    guard let forward = context else { preconditionFailure("nothing was computed yet") }
    let context = makeContext(
      forward.images, forward.parameters, forward.statistics, gradients: gradients)
    for step in flow.steps {
      for node in step.cleared {
        context.forEachImage { image, _ in context.gradient(node, image).clear() }
      }
      rules[step.rule].backward(context, targets: step.targets)
    }
    if flow.leavesInputUntouched { inputGradients.clear() }
  }
}
