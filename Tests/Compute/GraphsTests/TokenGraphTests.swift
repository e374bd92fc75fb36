import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A small transformer with every operation on tokens, views into views, and a row picked at its end.
struct TokenZoo: SingleInputNetwork {
  let name = "token zoo"
  let inputShape = [3, 9, 12]
  var isCausal = false

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let patches = scope["patches"].convolution(input, to: 24, kernel: 3, stride: 3, bias: false)
    var x = scope.prepending("class", to: patches.asTokens())
    x = scope.adding("positions", rows: 13, to: x.tapped("tokens"))
    for index in 0..<2 { x = block(scope["block"][index], x).tapped("block.\(index)") }
    let feature = scope["norm"].layerNorm(x).row(0).tapped("feature")
    let pooled = pool(scope["pool"], patches.asTokens().prependingMean())
    let joined = Value.concatenated([feature.asMap(), pooled.asMap()]).flattened()
    return scope.projected(joined, by: "matrix", to: 7)
  }

  private func block(_ scope: Scope, _ x: Value) -> Value {
    let packed = scope["in"].linear(scope["first"].layerNorm(x), to: 72)
    let parts = (0..<3).map { packed.channels(from: $0 * 24, count: 24) }
    let mixed = Value.attention(
      queries: parts[0], keys: parts[1], values: parts[2],
      Attention(heads: 3, isCausal: isCausal))
    let x = x + scope["out"].linear(mixed, to: 24)
    let hidden = scope["up"].linear(scope["second"].layerNorm(x), to: 40)
    return x + scope["down"].linear(hidden.channels(from: 8, count: 32).gelu(), to: 24)
  }

  private func pool(_ scope: Scope, _ x: Value) -> Value {
    let hidden = scope["hidden"].linear(x.row(0), to: 24).quickGELU()
    return Value.attention(
      queries: hidden, keys: scope["keys"].linear(x, to: 24), values: x, Attention(heads: 4))
  }
}

/// Token numbers to the feature of the largest.
private struct Reader: SingleInputNetwork {
  let name = "reader"
  let inputShape = [11]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = scope["table"].embedding(input, vocabulary: 30, to: 16)
    x = x + scope["mix"].linear(x, to: 16).quickGELU()
    x = x + Value.attention(queries: x, keys: x, values: x, Attention(heads: 2, isCausal: true))
    x = scope["norm"].layerNorm(x + scope["last"].linear(x, to: 16)).tapped("all")
    return scope.projected(x.row(ofLargestIn: input), by: "matrix", to: 5)
  }
}

@Suite struct TokenGraphTests {
  private func parameters(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 51))
      })
  }

  private static let ids = Tensor(shape: [11], values: [28, 4, 0, 17, 29, 3, 3, 29, 0, 0, 0])

  private func expectAgreement(_ graph: Graph, _ input: Tensor) throws {
    let parameters = parameters(graph)
    let expected = try graph.evaluate(input, parameters: parameters)
    for level in CPULevel.allCases where level <= .best {
      let executable = try Executable(
        graph, parameters: parameters, outputs: graph.outputNames, level: level)
      let found = executable.run(input, in: executable.makeWorkspace())
      for name in graph.outputNames {
        let (one, other) = try (#require(found[name]), #require(expected[name]))
        #expect(one.shape == other.shape)
        // A dozen layers of Float32 sums of up to 80 products: √(12·80)·ε in relative error.
        #expect(Agreement(one.values, other.values).nmse <= 1e-11, "\(name) on \(level)")
      }
    }
  }

  @Test(arguments: [false, true])
  func fusedAndPlannedEqualsPlain(isCausal: Bool) throws {
    let graph = try Graph(tracing: TokenZoo(isCausal: isCausal))
    try expectAgreement(graph, SeededParameters.input(shape: graph.inputShape, seed: 52))
  }

  @Test func numbersBecomeTokens() throws {
    try expectAgreement(try Graph(tracing: Reader()), Self.ids)
  }

  /// A result alone computes only the rows that it reads; its bits stay.
  @Test(arguments: ["tokens", "block.0", "block.1", "feature", Graph.mainOutput])
  func oneResultAloneHasTheBitsOfAllTogether(name: String) throws {
    let graph = try Graph(tracing: TokenZoo())
    let parameters = parameters(graph)
    let input = SeededParameters.input(shape: graph.inputShape, seed: 53)
    let all = try Executable(graph, parameters: parameters, outputs: graph.outputNames)
    let one = try Executable(graph, parameters: parameters, outputs: [name])
    let workspace = Workspace()
    let expected = try #require(all.run(input, in: workspace)[name])
    #expect(one.run(input, in: workspace)[name] == expected)
  }

  @Test func theLargestTokenAloneHasTheBitsOfAll() throws {
    let graph = try Graph(tracing: Reader())
    let parameters = parameters(graph)
    let all = try Executable(graph, parameters: parameters, outputs: graph.outputNames)
    let one = try Executable(graph, parameters: parameters)
    let workspace = Workspace()
    let expected = try #require(all.run(Self.ids, in: workspace)[Graph.mainOutput])
    #expect(one.run(Self.ids, in: workspace)[Graph.mainOutput] == expected)
  }

  /// Behind the last attention one of thirteen rows is left.
  @Test func rowsThatNobodyReadsAreNotComputed() throws {
    let graph = try Graph(tracing: TokenZoo())
    let one = try Executable(graph, parameters: parameters(graph)).graph
    func shapes(_ scope: String) -> Set<[Int]> {
      Set(
        one.nodes(neededFor: [Graph.mainOutput]).map { one.nodes[$0] }
          .filter { $0.scope == scope }.map(\.shape))
    }
    #expect(shapes("block.1.up") == [[40], [32]])
    #expect(shapes("block.1.down") == [[24]])
    #expect(shapes("block.0.down") == [[24, 13, 1]])
    #expect(shapes("block.1.in").contains([72, 13, 1]))
    // A causal token sees others by its place, which a row alone does not tell.
    let causal = try Graph(tracing: TokenZoo(isCausal: true))
    let kept = try Executable(causal, parameters: parameters(causal)).graph
    let attention = kept.nodes.last { $0.operation.name == "causal attention /3" }
    #expect(attention?.shape == [24, 13, 1])
  }

  @Test func resultsDoNotDependOnTheWorkspacesPast() throws {
    let graph = try Graph(tracing: TokenZoo())
    let executable = try Executable(graph, parameters: parameters(graph))
    let input = SeededParameters.input(shape: graph.inputShape, seed: 54)
    let used = executable.makeWorkspace()
    _ = executable.run(Tensor(shape: graph.inputShape, repeating: .nan), in: used)
    #expect(
      executable.run(input, in: used) == executable.run(input, in: executable.makeWorkspace()))
  }

  @Test func refusesWhatDoesNotFit() throws {
    // Twelve patches are described; another size has other positions.
    let error = #expect(throws: GraphError.self) {
      try Graph(tracing: TokenZoo(), inputShape: [3, 9, 15])
    }
    #expect(error?.description.contains("add rows") == true)
    let graph = try Graph(tracing: Reader())
    var parameters = parameters(graph)
    parameters["table.weight"] = Tensor(shape: [29, 16])
    #expect(
      throws: GraphError.misshapenParameter(
        name: "table.weight", expected: [30, 16], found: [29, 16])
    ) {
      try Executable(graph, parameters: parameters)
    }
  }

  @Test func attentionCountsBothProducts() throws {
    let costs = try Graph(tracing: TokenZoo()).costs()
    let nodes = try Graph(tracing: TokenZoo()).nodes
    func cost(_ name: String, _ place: String) -> Cost? {
      nodes.indices.first { nodes[$0].operation.name == name && nodes[$0].scope.hasPrefix(place) }
        .map { costs[$0] }
    }
    #expect(cost("attention /3", "block.0") == Cost(parameters: 0, multiplyAdds: 2 * 13 * 13 * 24))
    #expect(cost("attention /4", "pool") == Cost(parameters: 0, multiplyAdds: 2 * 13 * 24))
    #expect(
      cost("linear", "block.0.in") == Cost(parameters: 72 * 25, multiplyAdds: 13 * 24 * 72))
    #expect(cost("projection", "") == Cost(parameters: 48 * 7, multiplyAdds: 48 * 7))
    #expect(cost("add rows", "") == Cost(parameters: 13 * 24, multiplyAdds: 0))
    #expect(cost("layer norm", "norm") == Cost(parameters: 48, multiplyAdds: 0))
  }
}
