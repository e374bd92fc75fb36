import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A network whose parameters are named in full, as imported ones are.
private struct Imported: SingleInputNetwork {
  let name = "imported"
  let inputShape = [4, 5, 5]
  var refuses = false

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let shared = ParameterSpecification(name: "w", shape: [4, 2, 3, 3])
    let geometry = ConvolutionGeometry(kernel: 3, padding: 1, groups: 2)
    var x = scope["a"].convolution(input, geometry, weight: shared, bias: nil)
    x = scope["b"].convolution(
      x, geometry, weight: shared, bias: ParameterSpecification(name: "685", shape: [4]))
    let squeezed = scope.linear(
      x.globalAveragePool().flattened(),
      weight: ParameterSpecification(name: "fc", shape: [4, 4]), bias: nil)
    let gate = scope.prelu(squeezed, weight: ParameterSpecification(name: "s", shape: [4])).asMap()
    return refuses ? x.refused(because: "'b' is not possible") : x * gate
  }
}

@Suite struct ImportedNamesTests {
  @Test func namesAreTakenAsTheyAre() throws {
    let graph = try Graph(tracing: Imported())
    #expect(graph.parameters.map(\.name) == ["w", "685", "fc", "s"])
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 7))
      })
    let input = SeededParameters.input(shape: graph.inputShape, seed: 8)
    let executable = try Executable(graph, parameters: parameters)
    let found = try #require(
      executable.run(input, in: executable.makeWorkspace())[Graph.mainOutput])
    let expected = try #require(
      try graph.evaluate(input, parameters: parameters)[Graph.mainOutput])
    #expect(found.shape == [4, 5, 5])
    // Four layers of Float32 sums of at most 25 terms.
    #expect(Agreement(found.values, expected.values).nmse <= 1e-12)
  }

  @Test func shapesThatDisagreeAreRefused() {
    #expect(throws: GraphError.self) { try Graph(tracing: Imported(), inputShape: [6, 5, 5]) }
    #expect(throws: GraphError.self) { try Graph(tracing: Imported(), inputShape: [4]) }
  }

  @Test func descriptionsCanRefuse() {
    #expect(throws: GraphError.refused(network: "imported", reason: "'b' is not possible")) {
      try Graph(tracing: Imported(refuses: true))
    }
  }
}
