import Graphs
import Networks
import Tensors
import TestSupport
import Testing

/// The compact suite, which no published checkpoint stands behind: its networks against the plain form of
/// every operation, which the published ones are held against PyTorch with.
@Suite struct CompactNetworkTests {
  private static let seed: UInt64 = 17

  @Test(arguments: [
    "compact-inception", "compact-iresnet", "compact-bisenet", "compact-clip", "compact-denoiser",
  ])
  func agreesWithThePlainForm(name: String) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name))
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: Self.seed))
      })
    let input = SeededParameters.input(shape: graph.inputShape, seed: Self.seed)
    let plain = try #require(
      graph.evaluate(input, parameters: parameters)[Graph.mainOutput])
    let executable = try Executable(graph, parameters: parameters)
    let found = try #require(
      executable.run(input, in: executable.makeWorkspace())[Graph.mainOutput])
    #expect(found.shape == plain.shape)
    // The bound of the published networks' parity.
    let agreement = Agreement(found.values, plain.values)
    #expect(agreement.nmse <= 1e-9, "seed \(Self.seed): \(agreement)")
  }

  @Test func shapesAreTheSuites() throws {
    let shapes: [(any Network, [Int], [Int])] = [
      (CompactNetworks.inception, [3, 128, 128], [192]),
      (CompactNetworks.alexNet, [3, 256, 256], [64, 7, 7]),
      (CompactNetworks.iResNet, [3, 96, 96], [128]),
      (CompactNetworks.biSeNet, [3, 128, 128], [19, 128, 128]),
      (CompactNetworks.clip, [3, 96, 96], [128]), (CompactNetworks.clipText, [77], [128]),
      (CompactNetworks.denoiser, [35, 128, 128], [3, 128, 128]),
    ]
    for (network, input, output) in shapes {
      let graph = try Graph(tracing: network)
      #expect(graph.inputShape == input, "\(network.name)")
      #expect(graph.shape(of: Graph.mainOutput) == output, "\(network.name)")
    }
  }

  @Test func theTextTowerStandsBesideTheImageTower() {
    #expect(CLIPModels.textTower(beside: "compact-clip")?.name == "compact-clip-text")
  }
}
