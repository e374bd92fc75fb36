import Graphs
import Kernels
import Tensors

/// What of a network does not depend on the inputs that vary, to be computed once for each condition.
///
/// Together with the rest it gives the whole's bits; see `Graphs.SplitGraph`.
package struct LastingPart: Sendable {
  private let network: LoadedNetwork?
  /// Results, with their shapes.
  private let names: [(name: String, shape: [Int])]
  /// Conditions that results are made of.
  private let read: Set<String>
  /// What of the conditions themselves the rest reads.
  private let passed: Set<String>

  /// Packs the weights.
  ///
  /// - Parameters:
  ///   - split: of the network's graph.
  ///   - whole: the network.
  /// - Throws: `GraphError`.
  package init(_ split: SplitGraph, of whole: LoadedNetwork) throws {
    names = split.names.map { ($0, split.lasting.shape(of: $0) ?? []) }
    read = Set(split.lasting.inputs.map(\.name))
    passed = Set(split.varying.inputs.map(\.name)).subtracting(split.names)
    network =
      split.names.isEmpty
      ? nil : try LoadedNetwork(partOf: whole, split.lasting, outputs: split.names)
  }

  /// What the rest of the network reads of conditions, by the names of its inputs.
  ///
  /// - Parameters:
  ///   - conditions: the inputs that stay, one sample each.
  ///   - workers: threads; no bit depends on them.
  /// - Returns: one sample each.
  /// - Throws: `GraphError` for inputs that are not the network's and for values that are not finite.
  package func values(
    of conditions: [[String: Tensor]], workers: Workers
  ) throws -> [[String: Tensor]] {
    let (names, read, passed) = (names, read, passed)
    guard let network else { return conditions.map { $0.filter { passed.contains($0.key) } } }
    return try network.map(conditions.count, workers: workers) {
      conditions[$0].filter { read.contains($0.key) }
    } read: { index, result in
      var values = conditions[index].filter { passed.contains($0.key) }
      for (name, shape) in names { values[name] = result(name).planar(shape: shape) }
      return values
    }
  }
}
