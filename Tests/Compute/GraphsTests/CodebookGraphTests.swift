import Gradients
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A map whose pixels become codes, and a layer behind it.
private struct Quantized: SingleInputNetwork {
  let name = "quantized"
  let inputShape = [3, 6, 5]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let codes = scope["codes"].nearestCodes(input, count: 50).tapped("codes")
    return scope["out"].convolution(codes, to: 4, kernel: 1)
  }
}

@Suite struct CodebookGraphTests {
  private let graph: Graph
  private let parameters: [String: Tensor]

  init() throws {
    graph = try Graph(tracing: Quantized())
    parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 61))
      })
  }

  @Test func pixelsBecomeTheirNearestCodes() throws {
    let input = SeededParameters.input(shape: graph.inputShape, seed: 62)
    let expected = try graph.evaluate(input, parameters: parameters)
    for level in CPULevel.allCases where level <= .best {
      let executable = try Executable(
        graph, parameters: parameters, outputs: ["codes", Graph.mainOutput], level: level)
      let found = executable.run(input, in: executable.makeWorkspace())
      #expect(found["codes"] == expected["codes"])
      let (one, other) = (found[Graph.mainOutput], expected[Graph.mainOutput])
      #expect(Agreement(one?.values ?? [], other?.values ?? []).nmse <= 1e-12)
    }
  }

  @Test func distancesCount() throws {
    let node = try #require(graph.outputs["codes"])
    #expect(graph.costs()[node] == Cost(parameters: 50 * 3, multiplyAdds: 30 * 50 * 3))
    #expect(graph.nodes[node].operation.name == "nearest code")
  }

  @Test func nothingIsTrainedThroughCodes() {
    let error = #expect(throws: GraphError.self) {
      try GradientProgram(
        graph, capacity: 1, settings: GradientSettings(parameters: ["out.weight"]))
    }
    #expect(error?.description.contains("nearest code") == true)
  }
}
