import Checkpoints
import Graphs
import Models
import Networks
import Tensors
import TestSupport
import Testing

/// What is computed once gives the bits of what is computed at every step.
struct SteppedNetworkTests {
  private func loaded(_ network: any Network) throws -> LoadedNetwork {
    let parameters = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 3))
      })
    return LoadedNetwork(
      network: network, weights: WeightFile(path: "seeded", sha256: "seeded"),
      parameters: parameters)
  }

  private func sample(_ network: any Network, _ seed: UInt64) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: network.inputs.map { input in
        (input.name, SeededParameters.input(shape: input.shape, seed: seed))
      })
  }

  @Test(
    arguments: [
      CompactNetworks.mapBranch, CompactNetworks.textDiffuser, CompactNetworks.scadm(),
      CompactNetworks.scadm(isMasked: false),
    ] as [any PublishedNetwork])
  func partsGiveTheWholesBits(network: any PublishedNetwork) throws {
    let whole = try loaded(network)
    let stepped = try SteppedNetwork(whole, varying: ["latent", "timestep"])
    let conditions = (1...3).map { number in
      sample(network, UInt64(number)).filter { $0.key != "latent" && $0.key != "timestep" }
    }
    let prepared = try stepped.prepared(conditions, workers: Workers(count: 2))
    for step in 1...2 as ClosedRange<UInt64> {
      let moving = (1...3).map { number in
        sample(network, 10 * step + UInt64(number)).filter {
          $0.key == "latent" || $0.key == "timestep"
        }
      }
      let found = try stepped.results(moving, conditions: prepared, workers: Workers(count: 2))
      for index in 0..<3 {
        let expected = try whole.result(of: moving[index].merging(conditions[index]) { $1 })
        #expect(found[index].shape == expected.shape)
        #expect(found[index].values == expected.values, "\(network.name), image \(index)")
      }
    }
  }
}
