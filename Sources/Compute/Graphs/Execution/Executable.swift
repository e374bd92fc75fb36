import Kernels
import Tensors

/// A graph ready to run: weights folded and packed, memory planned, for one shape of each input.
///
/// It is immutable and shared by all workers; each worker brings a ``Workspace``. One call treats a few
/// images, each in memory of its own: layers with many weights read them once for all images, layers
/// with large maps are run image after image. An image's bits depend neither on its neighbors nor on
/// their number.
package final class Executable: Sendable {
  /// The graph it runs: the one it came from as far as ``outputs`` need it.
  package let graph: Graph
  /// The results it computes.
  package let outputs: [String]

  /// How many images are worth computing at once; any number works.
  ///
  /// As many as keep the memory that they do not share within 16 MB, at most 8.
  package let groupSize: Int

  private let plan: MemoryPlan

  private static let largestGroup = 8
  /// 16 MB: every worker holds such a group, and a second one while it compares images.
  private static let ownFloats = 4 << 20

  /// Compiles the part of a graph that the wanted results need.
  ///
  /// - Parameters:
  ///   - graph: the traced network.
  ///   - parameters: tensors by name, each asked for when its layer is packed and then let go; more than
  ///     needed is allowed, binding decides what is surplus.
  ///   - outputs: names of the results wanted.
  ///   - level: instruction set of the kernels.
  ///   - arithmetic: which algorithms convolutions may use.
  ///   - groupSize: replaces the rule of ``groupSize``.
  /// - Throws: ``GraphError`` for unknown results and for missing, misshapen or unreadable
  ///   parameters.
  package init(
    _ graph: Graph, parameters: any ParameterSource, outputs: [String] = [Graph.mainOutput],
    level: CPULevel = .current, arithmetic: Arithmetic = .fast, groupSize: Int? = nil
  ) throws(GraphError) {
    for name in outputs where graph.outputs[name] == nil {
      throw .unknownOutput(name: name, available: graph.outputNames)
    }
    let graph = graph.pickingRowsEarly(for: outputs)
    self.graph = graph
    self.outputs = outputs
    let lowering = try Lowering(
      graph, outputs: outputs, parameters: parameters, level: level, arithmetic: arithmetic)
    let kept = Set(outputs.compactMap { graph.outputs[$0] })
    let shared = MemoryPlan(graph, stages: lowering.stages, kept: kept)
    let fitting = min(max(Self.ownFloats / max(shared.ownSize, 1), 1), Self.largestGroup)
    self.groupSize = groupSize ?? fitting
    plan =
      self.groupSize > 1
      ? shared : MemoryPlan(graph, stages: lowering.stages, kept: kept, sharing: false)
  }

  /// Memory for one worker.
  package func makeWorkspace() -> Workspace { Workspace(floats: plan.size(images: groupSize)) }

  var segments: [Segment] { plan.segments }

  /// Floats of activation memory that a worker needs for one image.
  package var workspaceSize: Int { plan.size(images: 1) }

  /// Computes all results for samples of named inputs and leaves them in the workspace.
  ///
  /// - Parameters:
  ///   - samples: planar tensors by the names of the graph's inputs, a few images.
  ///   - workspace: the worker's memory.
  /// - Throws: ``GraphError`` for inputs that are missing, misshapen or unknown; then nothing is computed.
  package func compute(named samples: [[String: Tensor]], in workspace: Workspace)
    throws(GraphError)
  {
    compute(arranged: try graph.arranged(samples), in: workspace)
  }

  /// Computes all results for samples of the only input and leaves them in the workspace.
  ///
  /// - Precondition: the graph has one input, and every tensor has its shape.
  package func compute(_ inputs: [Tensor], in workspace: Workspace) {
    compute(arranged: inputs.map(graph.sole), in: workspace)
  }

  /// Computes all results for samples whose tensors stand in the order of the graph's inputs.
  func compute(arranged samples: [[Tensor]], in workspace: Workspace) {
    workspace.reserve(floats: plan.size(images: max(samples.count, groupSize)))
    for (image, sample) in samples.enumerated() { fill(from: sample, image: image, in: workspace) }
    for segment in segments {
      segment.run(
        images: samples.count, map: { map($0, image: $1, in: workspace) },
        scratch: workspace.scratch)
    }
  }

  /// Puts a sample's inputs, in the graph's order, where the first stages read them.
  func fill(from sample: [Tensor], image: Int = 0, in workspace: Workspace) {
    for (input, tensor) in zip(graph.inputs, sample) {
      map(input.node, image: image, in: workspace).fill(from: tensor)
    }
  }

  /// Runs one stage for the first image on what the stages before it left.
  func run(_ stage: Stage, in workspace: Workspace) {
    stage.run(
      images: 0..<1, map: { map($0, image: $1, in: workspace) }, scratch: workspace.scratch)
  }

  /// Computes all results for any number of samples of named inputs, group by group, and copies them out,
  /// planar, by name.
  ///
  /// - Throws: ``GraphError`` for inputs that are missing, misshapen or unknown.
  package func run(named samples: [[String: Tensor]], in workspace: Workspace)
    throws(GraphError) -> [[String: Tensor]]
  {
    run(arranged: try graph.arranged(samples), in: workspace)
  }

  /// Computes all results for one sample of named inputs and copies them out, planar, by name.
  ///
  /// - Throws: ``GraphError`` for inputs that are missing, misshapen or unknown.
  package func run(named sample: [String: Tensor], in workspace: Workspace)
    throws(GraphError) -> [String: Tensor]
  {
    run(arranged: [try graph.arranged(sample)], in: workspace)[0]
  }

  /// Computes all results for any number of samples of the only input and copies them out, planar, by name.
  ///
  /// - Precondition: the graph has one input, and every tensor has its shape.
  package func run(_ inputs: [Tensor], in workspace: Workspace) -> [[String: Tensor]] {
    run(arranged: inputs.map(graph.sole), in: workspace)
  }

  /// Computes all results for one sample of the only input and copies them out, planar, by name.
  ///
  /// - Precondition: the graph has one input, and the tensor has its shape.
  package func run(_ input: Tensor, in workspace: Workspace) -> [String: Tensor] {
    run(arranged: [graph.sole(input)], in: workspace)[0]
  }

  private func run(arranged samples: [[Tensor]], in workspace: Workspace) -> [[String: Tensor]] {
    stride(from: 0, to: samples.count, by: groupSize).flatMap { start in
      let group = Array(samples[start..<min(start + groupSize, samples.count)])
      compute(arranged: group, in: workspace)
      return group.indices.map { image in
        Dictionary(
          uniqueKeysWithValues: Set(outputs).map { ($0, result($0, image: image, in: workspace)) })
      }
    }
  }

  /// A computed result of one image, copied out planar, `[C, H, W]`.
  ///
  /// - Precondition: `name` is one of ``outputs``; `image` was among the last inputs.
  package func result(_ name: String, image: Int = 0, in workspace: Workspace) -> Tensor {
    let node = node(of: name)
    return map(node, image: image, in: workspace).planar(shape: graph.nodes[node].shape)
  }

  /// A computed result of one image where it lies, `[H, W, C]`; the next run in the workspace overwrites it.
  ///
  /// - Precondition: as for ``result(_:image:in:)``.
  package func features(_ name: String, image: Int = 0, in workspace: Workspace) -> MapView {
    MapView(map(node(of: name), image: image, in: workspace), in: workspace.memory)
  }

  /// Refuses an image whose results hold a value that is not finite, as a single NaN among the weights causes.
  ///
  /// - Precondition: as for ``result(_:image:in:)``.
  /// - Throws: ``GraphError/notFinite(network:output:index:)`` for the first such value.
  package func requireFinite(image: Int = 0, in workspace: Workspace) throws(GraphError) {
    for name in outputs {
      if let index = features(name, image: image, in: workspace).map.firstNonFinite {
        throw .notFinite(network: graph.network, output: name, index: index)
      }
    }
  }

  private func node(of name: String) -> Int {
    guard outputs.contains(name), let node = graph.outputs[name] else {
      preconditionFailure("'\(name)' was not compiled")
    }
    return node
  }

  private func map(_ node: Int, image: Int, in workspace: Workspace) -> FeatureMap {
    guard let place = plan.places[node] else { preconditionFailure("node \(node) has no memory") }
    let shape = graph.nodes[node].shape
    return FeatureMap(
      base: workspace.memory.base + plan.start(of: place, image: image),
      rows: shape.count == 3 ? shape[1] : 1, columns: shape.count == 3 ? shape[2] : 1,
      channels: shape[0], pixelStride: place.pixelStride)
  }
}
