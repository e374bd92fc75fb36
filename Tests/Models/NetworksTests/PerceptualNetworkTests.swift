import Graphs
import Networks
import Tensors
import TestSupport
import Testing

struct PerceptualNetworkTests {
  /// Weights in LPIPS's published heads.
  @Test(arguments: [("alexnet", 5, 1152), ("vgg16", 5, 1472), ("squeezenet1_1", 7, 2240)])
  func headsHaveThePublishedSize(trunk: String, count: Int, weights: Int) throws {
    let network = PerceptualNetwork(trunk: try NetworkCatalogue.perceptualTrunk(named: trunk))
    #expect(network.heads.count == count)
    #expect(network.heads.reduce(0) { $0 + $1.shape.elementCount } == weights)
    #expect(network.heads.first?.name == "lin0.model.1.weight")
    #expect(network.heads.last?.name == "lin\(count - 1).model.1.weight")
    #expect(network.heads.allSatisfy { $0.shape.count == 4 && $0.shape[0] == 1 })
  }

  @Test(arguments: ["alexnet", "vgg16", "squeezenet1_1"])
  func tapsHaveTheChannelsTheyState(trunk: String) throws {
    let trunk = try NetworkCatalogue.perceptualTrunk(named: trunk)
    let graph = try Graph(tracing: PerceptualNetwork(trunk: trunk))
    for tap in trunk.perceptualTaps {
      #expect(graph.shape(of: tap.name)?.first == tap.channels, "\(tap.name)")
    }
    #expect(graph.parameters == (try Graph(tracing: trunk)).parameters)
  }

  @Test func scalesBeforeTheTrunk() throws {
    let shape = [3, 32, 40]
    let seed: UInt64 = 7
    let trunk = SqueezeNet()
    let taps = trunk.perceptualTaps.map(\.name)
    let plain = try Graph(tracing: trunk, inputShape: shape)
    let scaled = try Graph(tracing: PerceptualNetwork(trunk: trunk), inputShape: shape)
    let parameters = Dictionary(
      uniqueKeysWithValues: plain.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
    let input = SeededParameters.input(shape: shape, seed: seed)
    // lpips/lpips.py: (x − shift) / scale, written out.
    let shift: [Float] = [-0.030, -0.088, -0.188]
    let scale: [Float] = [0.458, 0.448, 0.450]
    let plane = 32 * 40
    let normalized = Tensor(
      shape: shape,
      values: input.values.enumerated().map {
        ($0.element - shift[$0.offset / plane]) / scale[$0.offset / plane]
      })
    let expected = try results(plain, parameters, taps, normalized)
    let found = try results(scaled, parameters, taps, input)
    for tap in taps {
      let agreement = Agreement(
        try #require(found[tap]).values, try #require(expected[tap]).values)
      // Both paths are float32 and differ by roundings of the input alone: relative error 2 ε,
      // amplified a few times by cancellation in eight layers.
      #expect(agreement.nmse < 1e-11, "\(tap), seed \(seed): \(agreement)")
    }
  }

  private func results(
    _ graph: Graph, _ parameters: [String: Tensor], _ taps: [String], _ input: Tensor
  ) throws -> [String: Tensor] {
    let executable = try Executable(graph, parameters: parameters, outputs: taps)
    return executable.run(input, in: executable.makeWorkspace())
  }
}
