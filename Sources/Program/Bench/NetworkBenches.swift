import Graphs
import Kernels
import Models
import Networks
import Provenance
import Tensors

/// Every network of the catalogue at its published input size.
enum NetworkBenches {
  /// The seed of weights and inputs; speed does not depend on it.
  static let seed: UInt64 = 20_260_102

  static var subjects: [BenchSubject] {
    NetworkCatalogue.networks.map { network in
      BenchSubject(
        name: network.name, kind: .network,
        input: network.inputs.map(\.shape.extents).joined(separator: ", "),
        summary: network.summary
      ) { try work(network, workers: $0) }
    }
  }

  /// A network on seeded weights, made layer by layer as a checkpoint's are read.
  static func seeded(_ network: any Network) throws -> LoadedNetwork {
    let shapes = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map { ($0.name, $0.shape) })
    return LoadedNetwork(
      network: network, weights: WeightFile(path: "seeded", sha256: "seeded"),
      parameters: SeededWeights(shapes: shapes, seed: seed))
  }

  /// Timed is what a measurement does with prepared inputs: lay them out channels last, run all stages,
  /// leave the results in the worker's memory.
  private static func work(_ network: any PublishedNetwork, workers: Int) throws -> BenchWork {
    // The graph as published: what the executable saves counts as speed, not as fewer operations.
    let operations = try Graph(tracing: network).cost(computing: [Graph.mainOutput]).operations
    let executable = try seeded(network).executable(outputs: [Graph.mainOutput])
    let input = sample(of: network)
    let group = [[String: Tensor]](repeating: input, count: executable.groupSize)
    let memories = (0..<workers).map { _ in WorkerMemory() }
    let run: @Sendable ([[String: Tensor]], Int, Int) throws -> Double = {
      samples, worker, threads in
      let workspace = memories[worker].main
      workspace.threads = threads
      try executable.compute(named: samples, in: workspace)
      return Double(executable.features(Graph.mainOutput, in: workspace).withValues { $0[0] })
    }
    return BenchWork(
      operations: operations, one: { try run([input], $0, workers) },
      group: { try run(group, $0, 1) },
      groupSize: group.count)
  }

  /// Seeded values for each input, or, for a network that reads tokens, a short sentence of them.
  static func sample(of network: any PublishedNetwork) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: network.inputs.map { input in
        let isText = network.inputs.count == 1 && input.shape.count == 1
        return (
          input.name,
          isText ? sentence(input.shape) : SeededParameters.input(shape: input.shape, seed: seed)
        )
      })
  }

  private static func sentence(_ shape: [Int]) -> Tensor {
    var tokens = Tensor(shape: shape)
    // Numbers that every vocabulary has; the largest ends a text, and nothing is behind it.
    let words = (0..<10).map { Float(11 + 10 * $0) }
    tokens.values.replaceSubrange(0..<12, with: [1] + words + [511])
    return tokens
  }
}

/// Weights that are made from their names on demand.
private struct SeededWeights: ParameterSource {
  let shapes: [String: [Int]]
  let seed: UInt64

  func tensor(named name: String) -> Tensor? {
    shapes[name].map { SeededParameters.tensor(named: name, shape: $0, seed: seed) }
  }
}
