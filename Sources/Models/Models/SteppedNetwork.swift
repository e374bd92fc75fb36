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
  /// Shapes of its results by name.
  private let shapes: [String: [Int]]

  /// Splits a network.
  ///
  /// - Parameters:
  ///   - network: with weights.
  ///   - inputs: names of those that change from step to step.
  ///   - outputs: results that steps compute.
  /// - Throws: `GraphError`.
  package init(
    _ network: LoadedNetwork, varying inputs: Set<String>, outputs: [String] = [Graph.mainOutput]
  ) throws {
    self.network = network
    let graph = try Graph(tracing: network.network)
    let split = try SplitGraph(graph, varying: inputs, for: outputs)
    lasting = try LastingPart(split, of: network)
    varying = try LoadedNetwork(partOf: network, split.varying, outputs: outputs)
    shapes = Dictionary(
      uniqueKeysWithValues: outputs.map { ($0, graph.shape(of: $0) ?? []) })
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
    let name = Graph.mainOutput
    return try results(samples, conditions: conditions, named: [name], workers: workers)
      .compactMap { $0[name] }
  }

  /// Several of the network's results at a step.
  ///
  /// - Parameters:
  ///   - samples: the inputs that vary, one sample an image.
  ///   - conditions: what ``prepared(_:workers:)`` gave for each.
  ///   - names: of the results.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: planar results by name, one set an image.
  /// - Throws: `GraphError` for a result that is not finite.
  /// - Precondition: steps compute the results.
  package func results(
    _ samples: [[String: Tensor]], conditions: [[String: Tensor]], named names: [String],
    workers: Workers
  ) throws -> [[String: Tensor]] {
    let shapes = shapes
    return try varying.map(samples.count, workers: workers) {
      samples[$0].merging(conditions[$0]) { $1 }
    } read: { _, result in
      var results: [String: Tensor] = [:]
      for name in names { results[name] = result(name).planar(shape: shapes[name] ?? []) }
      return results
    }
  }
}
