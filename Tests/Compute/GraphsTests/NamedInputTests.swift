import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// Reads a map, tokens, a vector, a scalar and, where it is there, a second map.
struct Conditioned: Network {
  let name = "conditioned"
  /// Whether the inputs are declared in the opposite order.
  var isReversed = false

  var inputs: [NetworkInput] {
    let inputs: [NetworkInput] = [
      .map("image", channels: 3, rows: 8, columns: 7), .tokens("text", count: 5, width: 6),
      .vector("style", 4), .scalar("noise"),
      .map("mask", channels: 2, rows: 8, columns: 7, isOptional: true),
    ]
    return isReversed ? inputs.reversed() : inputs
  }

  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let image = inputs["image"]
    var x = scope["in"].convolution(image, to: 8, kernel: 3, padding: 1).tapped("first")
    if let mask = inputs[optional: "mask"] {
      x = x + scope["mask"].convolution(mask, to: 8, kernel: 1, bias: false)
    }
    let gate = scope["style"].linear(inputs["style"], to: 8).asMap().sigmoid()
    let noise = inputs["noise"].broadcast(rows: image.rows, columns: image.columns)
    x = Value.concatenated([x * gate, noise])
    let queries = scope["q"].linear(x.asTokens(), to: 6)
    let keys = scope["k"].linear(inputs["text"], to: 6)
    let mixed = Value.attention(
      queries: queries, keys: keys, values: inputs["text"], Attention(heads: 2))
    return scope["out"].linear(mixed.gelu(), to: 3)
  }

  /// Seeded values for the inputs of a graph.
  static func sample(of graph: Graph, seed: UInt64) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.inputs.map { input in
        // The seed follows the name, so that the order of the inputs changes no value.
        let own = input.name.utf8.reduce(seed) { 31 &* $0 &+ UInt64($1) }
        return (input.name, SeededParameters.input(shape: input.shape, seed: own))
      })
  }
}

@Suite struct NamedInputTests {
  private let graph: Graph
  private let parameters: [String: Tensor]

  init() throws {
    graph = try Graph(tracing: Conditioned())
    parameters = seededParameters(of: graph)
  }

  /// What does not depend on some inputs is computed once, and not a bit changes.
  @Test func splitGraphsGiveTheWholesBits() throws {
    let split = try SplitGraph(graph, varying: ["image", "noise", "mask"])
    #expect(split.lasting.inputs.map(\.name) == ["text", "style"])
    // The attention reads the text itself as values.
    #expect(split.varying.inputs.map(\.name) == ["image", "text", "noise", "mask"] + split.names)
    let sample = Conditioned.sample(of: graph, seed: 8)
    let whole = try Executable(graph, parameters: parameters)
    let lasting = try Executable(split.lasting, parameters: parameters, outputs: split.names)
    let varying = try Executable(split.varying, parameters: parameters)
    let kept = try lasting.run(
      named: sample.filter { ["text", "style"].contains($0.key) }, in: lasting.makeWorkspace())
    #expect(kept.count == 2)
    let found = try varying.run(
      named: sample.filter { $0.key != "style" }.merging(kept) { first, _ in first },
      in: varying.makeWorkspace())
    #expect(try found == whole.run(named: sample, in: whole.makeWorkspace()))
    #expect(throws: GraphError.self) { try SplitGraph(graph, varying: ["picture"]) }
    #expect(throws: GraphError.self) {
      try SplitGraph(graph, varying: ["image"], for: ["picture"])
    }
  }

  @Test func inputsAreKnownByNameAndShape() throws {
    #expect(graph.inputs.map(\.name) == ["image", "text", "style", "noise", "mask"])
    #expect(graph.inputs.map(\.shape) == [[3, 8, 7], [6, 5, 1], [4], [1], [2, 8, 7]])
    #expect(graph.inputShape == [3, 8, 7])
    let larger = try Graph(
      tracing: Conditioned(),
      inputShapes: ["image": [3, 6, 9], "mask": [2, 6, 9], "text": [6, 2, 1]])
    #expect(larger.shape(of: Graph.mainOutput) == [3, 54, 1])
    #expect(larger.parameters == graph.parameters)
  }

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func fusedAndPlannedEqualsPlain(level: CPULevel) throws {
    let sample = Conditioned.sample(of: graph, seed: 3)
    let expected = try graph.evaluate(named: sample, parameters: parameters)
    let executable = try Executable(
      graph, parameters: parameters, outputs: graph.outputNames, level: level)
    let found = try executable.run(named: sample, in: executable.makeWorkspace())
    for name in graph.outputNames {
      let (one, other) = try (#require(found[name]), #require(expected[name]))
      #expect(one.shape == other.shape)
      // Four sums of Float32 of up to 56 products each: √(4·56)·2⁻²⁴ in relative error, squared 8e-13.
      #expect(Agreement(one.values, other.values).nmse <= 1e-11, "\(name)")
    }
  }

  @Test func theOrderOfTheInputsChangesNoBit() throws {
    let reversed = try Graph(tracing: Conditioned(isReversed: true))
    #expect(reversed.inputs.map(\.name) == graph.inputs.map(\.name).reversed())
    let sample = Conditioned.sample(of: graph, seed: 4)
    let results = try [graph, reversed].map { graph in
      let executable = try Executable(graph, parameters: parameters)
      return try executable.run(named: sample, in: executable.makeWorkspace())
    }
    #expect(results[0] == results[1])
  }

  /// Neither the size of a group, nor an image's place in it, nor what was there before changes a bit.
  @Test(arguments: [1, 3, 8]) func groupsEqualSingleImages(size: Int) throws {
    let samples = (0..<7).map { Conditioned.sample(of: graph, seed: 20 + $0) }
    let single = try Executable(graph, parameters: parameters, groupSize: 1)
    let expected = try samples.map { try single.run(named: $0, in: single.makeWorkspace()) }
    #expect(Set(expected.map { $0[Graph.mainOutput]?.values ?? [] }).count == samples.count)
    let grouped = try Executable(graph, parameters: parameters, groupSize: size)
    let workspace = grouped.makeWorkspace()
    #expect(try grouped.run(named: samples, in: workspace) == expected)
    #expect(try grouped.run(named: samples.reversed(), in: workspace) == expected.reversed())
  }

  /// A mask of zeros adds nothing, and none at all needs no parameters either.
  @Test func anAbsentInputIsNotThere() throws {
    let without = try Graph(tracing: Conditioned(), inputShapes: [:], without: ["mask"])
    #expect(without.inputs.map(\.name) == ["image", "text", "style", "noise"])
    #expect(
      Set(graph.parameters.map(\.name)).subtracting(without.parameters.map(\.name))
        == ["mask.weight"])
    var sample = Conditioned.sample(of: graph, seed: 5)
    sample["mask"] = Tensor(shape: [2, 8, 7])
    let all = try Executable(graph, parameters: parameters)
    let expected = try all.run(named: sample, in: all.makeWorkspace())
    sample["mask"] = nil
    let some = try Executable(without, parameters: parameters)
    #expect(try some.run(named: sample, in: some.makeWorkspace()) == expected)
    #expect(throws: GraphError.missingInput(network: "conditioned", name: "text")) {
      try Graph(tracing: Conditioned(), inputShapes: [:], without: ["mask", "text"])
    }
  }

  @Test func wrongSamplesAreNamed() throws {
    let executable = try Executable(graph, parameters: parameters)
    let workspace = executable.makeWorkspace()
    let whole = Conditioned.sample(of: graph, seed: 6)
    func message(_ change: (inout [String: Tensor]) -> Void) throws -> String {
      var sample = whole
      change(&sample)
      let error = #expect(throws: GraphError.self) {
        try executable.compute(named: [whole, sample], in: workspace)
      }
      return error?.description ?? ""
    }
    #expect(try message { $0["style"] = nil } == "conditioned: input 'style' is missing")
    #expect(
      try message { $0["noise"] = Tensor(shape: [1, 1, 1]) }
        == "conditioned: input 'noise' has shape [1, 1, 1], the graph expects [1]")
    #expect(
      try message { $0["nose"] = Tensor(shape: [1]) }
        == "conditioned has no input 'nose'; there are image, text, style, noise, mask")
    #expect(throws: GraphError.self) { try graph.evaluate(named: [:], parameters: parameters) }
    let single = try Graph(tracing: Zoo())
    #expect(throws: GraphError.missingInput(network: "zoo", name: Graph.mainInput)) {
      try single.evaluate(named: [:], parameters: [:])
    }
  }

  @Test func wrongShapesAndNamesAreToldWhenTracing() throws {
    let names = ["image", "text", "style", "noise", "mask"]
    let several = GraphError.severalInputs(network: "conditioned", names: names)
    #expect(throws: several) { try Graph(tracing: Conditioned(), inputShape: [3, 8, 7]) }
    #expect(
      several.description
        == "conditioned reads 5 inputs (image, text, style, noise, mask); give each by its name")
    #expect(
      throws: GraphError.unknownInput(network: "conditioned", name: "nose", available: names)
    ) {
      try Graph(tracing: Conditioned(), inputShapes: ["nose": [1]])
    }
    #expect(throws: GraphError.self) {
      try Graph(tracing: Conditioned(), inputShapes: ["mask": [2, 8, 8]])
    }
  }

  /// Asks for an input in whatever way it is told to.
  private struct Asking: Network {
    let name = "asking"
    var inputs: [NetworkInput] = [.vector("x", 3), .vector("y", 3, isOptional: true)]
    let ask: @Sendable (TracedInputs) -> Value

    func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value { ask(inputs) }
  }

  @Test func descriptionsMustAskForWhatIsThere() throws {
    let unknown = GraphError.unknownInput(network: "asking", name: "z", available: ["x", "y"])
    #expect(throws: unknown) { try Graph(tracing: Asking { $0["z"] }) }
    #expect(throws: unknown) { try Graph(tracing: Asking { $0[optional: "z"] ?? $0["x"] }) }
    #expect(throws: GraphError.missingInput(network: "asking", name: "y")) {
      try Graph(tracing: Asking { $0["x"] + $0["y"] }, inputShapes: [:], without: ["y"])
    }
    #expect(throws: GraphError.refused(network: "asking", reason: "two inputs are called 'x'")) {
      try Graph(tracing: Asking(inputs: [.vector("x", 3), .scalar("x")]) { $0["x"] })
    }
  }
}

/// Seeded values for all parameters of a graph.
func seededParameters(of graph: Graph, seed: UInt64 = 21) -> [String: Tensor] {
  Dictionary(
    uniqueKeysWithValues: graph.parameters.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
    })
}
