import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// Gated maps in all the ways in which networks join them to something else.
private struct Gates: SingleInputNetwork {
  let name = "gates"
  let inputShape = [17, 6, 5]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let gate = scope["gate"].convolution(input.globalAveragePool(), to: 17, kernel: 1).sigmoid()
    var x = (input * gate + input).tapped("features added")
    x = (x + x * gate).relu().tapped("added from the left")
    x = scope["prelu"].prelu(x * gate).tapped("activated")
    // One pixel, added everywhere.
    x = (x * gate + x.globalAveragePool()).relu().tapped("mean added")
    // The product is the side that is added everywhere, so it stands alone.
    x = (x + x.globalAveragePool() * gate).relu().tapped("small product")
    x = scope["norm"].batchNorm(x).relu().tapped("normalized")
    // Read twice: its value is needed by itself.
    let product = x * gate
    return product + product.relu()
  }
}

@Suite struct FusionTests {
  private let seed: UInt64 = 51

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func fusedGatesEqualPlainOnes(level: CPULevel) throws {
    let graph = try Graph(tracing: Gates())
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
    let input = SeededParameters.input(shape: graph.inputShape, seed: seed)
    let expected = try graph.evaluate(input, parameters: parameters)
    // Each result alone, since what is asked for is not fused past.
    for name in graph.outputNames {
      let executable = try Executable(
        graph, parameters: parameters, outputs: [name], level: level)
      let found = executable.run(input, in: executable.makeWorkspace())
      let (one, other) = try (#require(found[name]), #require(expected[name]))
      // A dozen Float32 roundings a value: 12·ε², squared and relative.
      #expect(Agreement(one.values, other.values).nmse <= 1e-12, "\(name), seed \(seed)")
    }
  }

  @Test func whatFollowsAGateIsFused() throws {
    let graph = try Graph(tracing: Gates())
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
    let executable = try Executable(graph, parameters: parameters)
    let times = executable.timeStages(
      SeededParameters.input(shape: graph.inputShape, seed: seed), in: executable.makeWorkspace(),
      repetitions: 1)
    let names = times.map(\.name)
    #expect(names.filter { $0 == "product + sum" }.count == 3)
    // The small product, the one behind a PReLU and the one that is read twice.
    #expect(names.filter { $0 == "product" }.count == 3)
    #expect(names.filter { $0 == "relu" }.count == 1)
    #expect(!names.contains("prelu") && names.filter { $0 == "affine" }.count == 1)
  }
}
