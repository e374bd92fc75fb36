import Kernels
import Tensors

/// A graph ready to run: weights folded and packed, memory planned, for one input shape.
///
/// It is immutable and shared by all workers; each worker brings a ``Workspace``. One call treats one
/// image, so a result cannot depend on batch size or on which worker computed it.
package final class Executable: Sendable {
  /// The graph it came from.
  package let graph: Graph
  /// The results it computes.
  package let outputs: [String]

  private let stages: [Stage]
  private let plan: MemoryPlan

  /// Compiles the part of a graph that the wanted results need.
  ///
  /// - Parameters:
  ///   - graph: the traced network.
  ///   - parameters: tensors by name; more than needed is allowed, binding decides what is surplus.
  ///   - outputs: names of the results wanted.
  ///   - level: instruction set of the kernels.
  /// - Throws: ``GraphError`` for unknown results and for missing or misshapen parameters.
  package init(
    _ graph: Graph, parameters: [String: Tensor], outputs: [String] = [Graph.mainOutput],
    level: CPULevel = .current
  ) throws(GraphError) {
    for name in outputs where graph.outputs[name] == nil {
      throw .unknownOutput(name: name, available: graph.outputNames)
    }
    self.graph = graph
    self.outputs = outputs
    let lowering = try Lowering(graph, outputs: outputs, parameters: parameters, level: level)
    let plan = MemoryPlan(
      graph, stages: lowering.stages, kept: Set(outputs.compactMap { graph.outputs[$0] }))
    self.plan = plan
    stages = lowering.stages.filter { !plan.isInPlace($0) }
  }

  /// Memory for one worker.
  package func makeWorkspace() -> Workspace { Workspace(floats: plan.size) }

  /// Floats of activation memory that a worker needs.
  package var workspaceSize: Int { plan.size }

  /// Computes all results for one input, shaped like the graph's, and leaves them in the workspace.
  package func compute(_ input: Tensor, in workspace: Workspace) {
    precondition(
      input.shape == graph.inputShape, "input \(input.shape), compiled for \(graph.inputShape)")
    workspace.reserve(floats: plan.size)
    map(0, in: workspace).fill(from: input)
    for stage in stages {
      stage.run(map: { self.map($0, in: workspace) }, scratch: workspace.scratch)
    }
  }

  /// Computes all results for one input and copies them out, planar, by name.
  package func run(_ input: Tensor, in workspace: Workspace) -> [String: Tensor] {
    compute(input, in: workspace)
    var results: [String: Tensor] = [:]
    for name in outputs {
      guard let node = graph.outputs[name] else { continue }
      results[name] = map(node, in: workspace).planar(shape: graph.nodes[node].shape)
    }
    return results
  }

  /// A computed result where it lies, `[H, W, C]`; valid until the workspace is used again.
  ///
  /// - Precondition: `name` is one of ``outputs``.
  package func features(_ name: String, in workspace: Workspace) -> FeatureMap {
    guard outputs.contains(name), let node = graph.outputs[name] else {
      preconditionFailure("'\(name)' was not compiled")
    }
    return map(node, in: workspace)
  }

  private func map(_ node: Int, in workspace: Workspace) -> FeatureMap {
    guard let place = plan.places[node] else { preconditionFailure("node \(node) has no memory") }
    let shape = graph.nodes[node].shape
    return FeatureMap(
      base: workspace.memory.base + plan.offsets[place.buffer] + place.channelOffset,
      rows: shape.count == 3 ? shape[1] : 1, columns: shape.count == 3 ? shape[2] : 1,
      channels: shape[0], pixelStride: place.pixelStride)
  }
}

/// One worker's memory for running executables, reused from image to image.
package final class Workspace {
  fileprivate var memory: AlignedMemory
  fileprivate let scratch = KernelScratch()

  /// Reserves room for activations.
  package init(floats: Int = 0) { memory = AlignedMemory(count: floats) }

  /// One workspace can serve several executables in turn; it grows to the largest.
  fileprivate func reserve(floats: Int) {
    if floats > memory.count { memory = AlignedMemory(count: floats) }
  }
}
