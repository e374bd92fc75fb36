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

  /// Timed is what a measurement does with prepared inputs: lay them out channels last, run all stages,
  /// leave the results in the worker's memory.
  private static func work(_ network: some PublishedNetwork, workers: Int) throws -> BenchWork {
    let executable = try seeded(network).executable(outputs: [Graph.mainOutput])
    let input = input(of: network)
    let group = [Tensor](repeating: input, count: executable.groupSize)
    let memories = (0..<workers).map { _ in WorkerMemory() }
    @Sendable func compute(_ inputs: [Tensor], _ worker: Int) -> Double {
      let workspace = memories[worker].main
      executable.compute(inputs, in: workspace)
      return Double(executable.features(Graph.mainOutput, in: workspace).base.pointee)
    }
    return BenchWork(
      operations: executable.graph.cost(computing: [Graph.mainOutput]).operations,
      one: { compute([input], $0) }, group: { compute(group, $0) }, groupSize: group.count)
  }

  /// Noise for images; for texts, words without meaning that fill the context.
  private static func input(of network: some PublishedNetwork) -> Tensor {
    var input = SeededParameters.input(shape: network.inputShape, seed: seed)
    if network is CLIPTextTransformer {
      for index in input.values.indices {
        input.values[index] = (20_000 * (input.values[index] + 1)).rounded(.down)
      }
    }
    return input
  }
}
