import Graphs
import Kernels
import Networks
import Tensors

/// Every network of the catalogue at its published input size.
enum NetworkBenches {
  /// The seed of weights and inputs; speed does not depend on it.
  static let seed: UInt64 = 20_260_102

  static var subjects: [BenchSubject] {
    NetworkCatalogue.networks.map { network in
      BenchSubject(
        name: network.name, kind: .network, input: network.inputShape.extents,
        summary: network.summary
      ) { try work(network, workers: $0) }
    }
  }

  /// A network on seeded weights, loaded as a checkpoint would be.
  static func seeded(_ network: any Network) throws -> LoadedNetwork {
    let parameters = try Graph(tracing: network).parameters.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
    }
    return LoadedNetwork(
      network: network, parameters: Dictionary(uniqueKeysWithValues: parameters),
      weights: WeightFile(path: "seeded", sha256: "seeded"))
  }

  /// Timed is what a measurement does with a prepared input: lay it out channels last, run all stages,
  /// leave the result in the worker's memory.
  private static func work(_ network: some PublishedNetwork, workers: Int) throws -> BenchWork {
    let executable = try seeded(network).executable(outputs: [Graph.mainOutput])
    let input = SeededParameters.input(shape: network.inputShape, seed: seed)
    let memories = (0..<workers).map { _ in WorkerMemory() }
    return BenchWork(
      operations: executable.graph.cost(computing: [Graph.mainOutput]).operations
    ) { worker in
      let workspace = memories[worker].main
      executable.compute(input, in: workspace)
      return Double(executable.features(Graph.mainOutput, in: workspace).base.pointee)
    }
  }
}
