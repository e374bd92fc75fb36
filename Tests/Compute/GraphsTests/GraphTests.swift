import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A network with every operation and every fusion, small enough for the readable evaluation.
struct Zoo: SingleInputNetwork {
  let name = "zoo"
  let inputShape = [3, 19, 17]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let scaled = input.perChannelAffine(scale: [2, 0.5, 1], shift: [0.1, 0, -0.2])
    var x = scope["stem"]["0"].convolution(scaled, to: 20, kernel: 3, padding: 1, bias: false)
    x = scope["stem"]["1"].batchNorm(x).relu().tapped("stem")
    x = residualUnit(scope["unit"], x).tapped("unit")
    let a = scope["branch"]["a"].convolution(x, to: 7, kernel: 1).relu()
    let b = scope["branch"]["b"].prelu(
      scope["branch"]["conv"].convolution(x, to: 9, kernel: Extent(1, 3), padding: Extent(0, 1)))
    let pool = x.averagePool(3, stride: 1, padding: 1, countIncludePad: false)
    let inner = Value.concatenated([a, b])
    x = Value.concatenated([inner, pool, a]).tapped("joined")
    let down = scope["down"].convolution(
      x, to: x.channels, kernel: 3, stride: 2, padding: 1, groups: x.channels)
    let gate = scope["gate"].convolution(x.globalAveragePool(), to: x.channels, kernel: 1).sigmoid()
    x = (scope["norm"].batchNorm(down, affine: false) * gate).tapped("gated")
    let up = scope["up"].transposedConvolution(x, to: 6, kernel: 2, stride: 2)
    x = Value.concatenated([
      up.resizedBilinear(rows: 9, columns: 8, alignCorners: true),
      x.resizedNearest(rows: 9, columns: 8),
      x.maxPool(2, stride: 1).resizedNearest(rows: 9, columns: 8),
      gate.broadcast(rows: 9, columns: 8),
    ]).tapped("resized")
    let features = scope["head"]["bn"].batchNorm(
      scope["head"]["fc"].linear(x.adaptiveAveragePool(rows: 2, columns: 3).flattened(), to: 10))
    return features.l2Normalized()
  }

  private func residualUnit(_ scope: Scope, _ x: Value) -> Value {
    let pre = scope["pre"].batchNorm(x)
    var y = scope["conv1"].convolution(pre, to: 20, kernel: 3, padding: 1, bias: false)
    y = scope["prelu"].prelu(y)
    y = scope["bn"].batchNorm(scope["conv2"].convolution(y, to: 20, kernel: 3, padding: 1))
    let shortcut = scope["shortcut"].convolution(x, to: 20, kernel: 1)
    return (y + shortcut).relu()
  }
}

@Suite struct GraphTests {
  static let parameters: [String: Tensor] = {
    guard let graph = try? Graph(tracing: Zoo()) else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 21))
      })
  }()

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func fusedAndPlannedEqualsPlain(level: CPULevel) throws {
    let graph = try Graph(tracing: Zoo())
    let input = SeededParameters.input(shape: graph.inputShape, seed: 22)
    let expected = try graph.evaluate(input, parameters: Self.parameters)
    let executable = try Executable(
      graph, parameters: Self.parameters, outputs: graph.outputNames, level: level)
    let found = executable.run(input, in: executable.makeWorkspace())
    for name in graph.outputNames {
      let (one, other) = try (#require(found[name]), #require(expected[name]))
      #expect(one.shape == other.shape)
      // A dozen layers of Float32 sums of up to 180 products: √(12·180)·ε in relative error.
      #expect(Agreement(one.values, other.values).nmse <= 1e-11, "\(name)")
    }
  }

  /// Asking for fewer results fuses more and reuses memory differently; the values stay.
  @Test(arguments: ["stem", "unit", "joined", "gated", "resized", "output"])
  func oneResultAloneEqualsAllTogether(name: String) throws {
    let graph = try Graph(tracing: Zoo())
    let input = SeededParameters.input(shape: graph.inputShape, seed: 23)
    let all = try Executable(graph, parameters: Self.parameters, outputs: graph.outputNames)
    let one = try Executable(graph, parameters: Self.parameters, outputs: [name])
    let workspace = Workspace()
    let expected = try #require(all.run(input, in: workspace)[name])
    let found = try #require(one.run(input, in: workspace)[name])
    #expect(Agreement(found.values, expected.values).nmse <= 1e-11)
    #expect(one.workspaceSize <= all.workspaceSize)
  }

  /// What an earlier image left in the workspace must not show.
  @Test func resultsDoNotDependOnTheWorkspacesPast() throws {
    let graph = try Graph(tracing: Zoo())
    let executable = try Executable(graph, parameters: Self.parameters)
    let first = SeededParameters.input(shape: graph.inputShape, seed: 24)
    let other = Tensor(shape: graph.inputShape, repeating: .nan)
    let used = executable.makeWorkspace()
    _ = executable.run(other, in: used)
    #expect(
      executable.run(first, in: used) == executable.run(first, in: executable.makeWorkspace()))
  }

  /// Neither the size of a group nor an image's place in it changes a bit.
  @Test(arguments: CPULevel.allCases.filter { $0 <= .best }, [1, 3, 8])
  func groupsEqualSingleImages(level: CPULevel, size: Int) throws {
    let graph = try Graph(tracing: Zoo())
    let inputs = (0..<9).map {
      SeededParameters.input(shape: graph.inputShape, seed: 30 + UInt64($0))
    }
    func executable(_ groupSize: Int) throws -> Executable {
      try Executable(
        graph, parameters: Self.parameters, outputs: graph.outputNames, level: level,
        groupSize: groupSize)
    }
    let single = try executable(1)
    let expected = inputs.map { single.run($0, in: single.makeWorkspace()) }
    let grouped = try executable(size)
    let workspace = grouped.makeWorkspace()
    #expect(grouped.run(inputs, in: workspace) == expected)
    #expect(grouped.run(Array(inputs.reversed()), in: workspace) == expected.reversed())
    #expect(grouped.run([], in: workspace).isEmpty)
  }

  /// A call may bring more images than the executable would choose.
  @Test func computesMoreImagesThanItsGroupSize() throws {
    let graph = try Graph(tracing: Zoo())
    let executable = try Executable(graph, parameters: Self.parameters, groupSize: 1)
    let inputs = (0..<3).map {
      SeededParameters.input(shape: graph.inputShape, seed: 50 + UInt64($0))
    }
    let workspace = Workspace()
    executable.compute(inputs, in: workspace)
    let together = (0..<3).map {
      executable.result(Graph.mainOutput, image: $0, in: workspace)
    }
    #expect(together == inputs.map { executable.run($0, in: workspace)[Graph.mainOutput] })
  }

  @Test func namesParametersOnceAndInOrder() throws {
    let graph = try Graph(tracing: Zoo())
    #expect(Set(graph.parameters.map(\.name)).count == graph.parameters.count)
    #expect(graph.parameters.first?.name == "stem.0.weight")
    #expect(graph.parameters.filter(\.isCounter).map(\.name).contains("stem.1.num_batches_tracked"))
  }

  /// Ends in a pool that small inputs have no room for.
  private struct Narrowing: SingleInputNetwork {
    let name = "narrowing"
    let inputShape = [2, 8, 8]

    func describe(_ scope: Scope, _ input: Value) -> Value {
      let x = scope["a"].convolution(input, to: 3, kernel: 3).tapped("early")
      return scope["b"].convolution(x.maxPool(3, stride: 2), to: 4, kernel: 1).relu()
    }
  }

  @Test func onlyWhatIsAskedForMustFit() throws {
    let network = Narrowing()
    let parameters = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 3))
      })
    let shape = [2, 4, 3]
    let graph = try Graph(tracing: network, inputShape: shape, for: ["early"])
    let executable = try Executable(graph, parameters: parameters, outputs: ["early"])
    let input = SeededParameters.input(shape: shape, seed: 4)
    #expect(executable.run(input, in: executable.makeWorkspace())["early"]?.shape == [3, 2, 1])
    for wanted in [nil, [Graph.mainOutput], ["early", Graph.mainOutput]] {
      let error = #expect(throws: GraphError.self) {
        try Graph(tracing: network, inputShape: shape, for: wanted)
      }
      #expect("\(error ?? .missingParameter(name: ""))".hasPrefix("narrowing, a: max pool"))
    }
  }

  /// One weight that is no number shows, whatever image takes part.
  @Test func resultsThatAreNotFiniteAreNamed() throws {
    let graph = try Graph(tracing: Zoo())
    var parameters = Self.parameters
    let outputs = ["stem", "gated", Graph.mainOutput]
    let inputs = [1, 2].map { SeededParameters.input(shape: graph.inputShape, seed: $0) }
    func verdict(_ image: Int) throws {
      let executable = try Executable(graph, parameters: parameters, outputs: outputs)
      let workspace = executable.makeWorkspace()
      executable.compute(inputs, in: workspace)
      try executable.requireFinite(image: image, in: workspace)
    }
    try verdict(1)
    parameters["head.fc.bias"]?.values[4] = .nan
    for image in [0, 1] {
      let error = #expect(throws: GraphError.self) { try verdict(image) }
      #expect(error == .notFinite(network: "zoo", output: Graph.mainOutput, index: 0))
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    #expect(throws: GraphError.self) { try Graph(tracing: Zoo(), inputShape: [4, 19, 17]) }
    let graph = try Graph(tracing: Zoo())
    #expect(throws: GraphError.unknownOutput(name: "nose", available: graph.outputNames)) {
      try Executable(graph, parameters: Self.parameters, outputs: ["nose"])
    }
    var parameters = Self.parameters
    parameters["up.bias"] = nil
    #expect(throws: GraphError.missingParameter(name: "up.bias")) {
      try Executable(graph, parameters: parameters)
    }
    parameters["up.bias"] = Tensor(shape: [7])
    #expect(
      throws: GraphError.misshapenParameter(name: "up.bias", expected: [6], found: [7])
    ) {
      try Executable(graph, parameters: parameters)
    }
  }
}
