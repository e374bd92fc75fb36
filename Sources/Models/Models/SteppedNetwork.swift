import Graphs
import Kernels
import Tensors

/// A network that a sampler asks at every step, of which what depends on the conditions alone is computed once.
///
/// Both parts together give the whole's bits; see `Graphs.SplitGraph`.
package struct SteppedNetwork: Sendable {
  /// The network.
  package let network: LoadedNetwork
  private let lasting: LastingPart
  private let varying: LoadedNetwork
  private let resultShape: [Int]

  /// Splits a network.
  ///
  /// - Parameters:
  ///   - network: with weights.
  ///   - inputs: names of those that change from step to step.
  /// - Throws: `GraphError`.
  package init(_ network: LoadedNetwork, varying inputs: Set<String>) throws {
    self.network = network
    let graph = try Graph(tracing: network.network)
    let split = try SplitGraph(graph, varying: inputs)
    lasting = try LastingPart(split, of: network)
    varying = try LoadedNetwork(partOf: network, split.varying, outputs: [Graph.mainOutput])
    resultShape = graph.shape(of: Graph.mainOutput) ?? []
  }

  /// What a step reads of conditions.
  ///
  /// - Parameters:
  ///   - conditions: the inputs that stay, one sample an image.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: for ``results(_:conditions:workers:)``.
  /// - Throws: `GraphError` for inputs that are not the network's and for values that are not finite.
  package func prepared(
    _ conditions: [[String: Tensor]], workers: Workers
  ) throws -> [[String: Tensor]] {
    try lasting.values(of: conditions, workers: workers)
  }

  /// The network's results at a step.
  ///
  /// - Parameters:
  ///   - samples: the inputs that vary, one sample an image.
  ///   - conditions: what ``prepared(_:workers:)`` gave for each.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: one result an image.
  /// - Throws: `GraphError` for a result that is not finite.
  package func results(
    _ samples: [[String: Tensor]], conditions: [[String: Tensor]], workers: Workers
  ) throws -> [Tensor] {
    let shape = resultShape
    return try varying.map(samples.count, workers: workers) {
      samples[$0].merging(conditions[$0]) { $1 }
    } read: { _, result in
      result(Graph.mainOutput).planar(shape: shape)
    }
  }
}
