import ArrayKernels
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A small network with every operation on arrays, on memory with and without gaps between pixels.
struct ArrayZoo: SingleInputNetwork {
  let name = "array zoo"
  let inputShape = [6, 5, 8]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let narrow = scope["narrow"].convolution(input, to: 6, kernel: 1)
    // Parts of a concatenation have gaps between their pixels.
    let wide = Value.concatenated([narrow, input.applying(.tanh)]).tapped("wide")
    let turned = narrow.rearranged(
      by: StridedView(shape: [8, 6, 5], strides: [6, 1, 48]), to: [5, 48, 1]
    ).tapped("turned")
    let mirrored = wide.rearranged(
      by: StridedView(shape: [40, 12], strides: [12, -1], offset: 11), to: [12, 40, 1])
    let rows = mirrored.softmax().tapped("softmax")
    let normal = scope.layerNorm(
      rows, weight: .init(name: "norm.weight", shape: [12]),
      bias: .init(name: "norm.bias", shape: [12]), epsilon: 1e-4)
    let stored = scope.stored(.init(name: "table", shape: [4, 12]), as: [12, 4, 1])
    let joined = Value.appended([normal, stored, normal.pixelwiseNormalized(epsilon: 1e-3)])
      .tapped("appended")
    let keys = joined.rearranged(
      by: StridedView(shape: [2, 12, 42], strides: [504, 1, 12]), to: [42, 24, 1])
    let scores = joined.multiplied(by: keys, batches: 2).tapped("scores")
    let lengths = scores.reduced(to: .length).combined(
      with: scores.reduced(to: .maximum), .divide
    ).tapped("lengths")
    let parts = wide.channels(from: 3, count: 7).reinterpreted(as: [7, 40, 1]).tapped("parts")
    let halved = parts.applying(.hardSwish).combined(
      with: parts.applying(.exponential), .subtract)
    let taps = [
      [.init(0, weight: 0.25), .init(2, weight: 0.5), .init(3)], [], [Resampling.Tap(4)],
      [.init(1, weight: -1)],
    ]
    let resampled = wide.resampled(
      Resampling(rows: taps, columns: taps + Resampling.unchanged(8), border: -0.5)
    ).tapped("resampled")
    let means = Value.concatenated([
      resampled.globalAveragePool(), halved.reinterpreted(as: [7, 5, 8]).globalAveragePool(),
      turned.reduced(to: .mean).reinterpreted(as: [48, 1, 1]),
      lengths.reinterpreted(as: [84, 1, 1]),
    ])
    return scope["head"].linear(means.flattened(), to: 5)
  }
}

@Suite struct ArrayGraphTests {
  private func parameters(_ graph: Graph) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 61))
      })
  }

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func fusedAndPlannedEqualsPlain(level: CPULevel) throws {
    let graph = try Graph(tracing: ArrayZoo())
    let parameters = parameters(graph)
    let input = SeededParameters.input(shape: graph.inputShape, seed: 62)
    let expected = try graph.evaluate(input, parameters: parameters)
    for outputs in [graph.outputNames, [Graph.mainOutput]] {
      let executable = try Executable(
        graph, parameters: parameters, outputs: outputs, level: level)
      let workspace = executable.makeWorkspace()
      _ = executable.run(Tensor(shape: graph.inputShape, repeating: .nan), in: workspace)
      let found = executable.run(input, in: workspace)
      for name in outputs {
        let (one, other) = try (#require(found[name]), #require(expected[name]))
        #expect(one.shape == other.shape)
        // A few sums in Float32 of up to 160 products: √(4·160)·ε in relative error, squared 1e-12.
        #expect(Agreement(one.values, other.values).nmse <= 1e-11, "\(name) on \(level)")
      }
    }
  }

  /// Where nothing but the view changes, nothing is copied.
  @Test func reinterpretingMovesNothing() throws {
    struct Views: SingleInputNetwork {
      let name = "views"
      let inputShape = [6, 4, 4]
      func describe(_ scope: Scope, _ input: Value) -> Value {
        let x = scope["a"].convolution(input, to: 6, kernel: 1)
        let y = x.reinterpreted(as: [12, 8, 1]).reinterpreted(as: [6, 16, 1])
        return scope["b"].linear(y, to: 6)
      }
    }
    let graph = try Graph(tracing: Views())
    let executable = try Executable(graph, parameters: parameters(graph))
    // Input, its convolution and the result; the first is free when the last is written.
    #expect(executable.workspaceSize == 2 * 96)
    let names = executable.timeStages(
      Tensor(shape: [6, 4, 4]), in: executable.makeWorkspace(), repetitions: 1
    ).map(\.name)
    #expect(names == ["input", "conv 1×1", "conv 1×1"])
  }

  /// Affine steps behind a layer are part of its weights.
  @Test func affineStepsFoldIntoLayers() throws {
    struct Folded: SingleInputNetwork {
      let name = "folded"
      let inputShape = [3, 6, 6]
      func describe(_ scope: Scope, _ input: Value) -> Value {
        scope["a"].convolution(input, to: 4, kernel: 3)
          .perChannelAffine(scale: [1, 2, 3, -4], shift: [0, 0.5, 0, 1])
          .perChannelAffine(scale: [0.5, 1, 1, 1], shift: [0, 0, 0.25, 0]).relu()
      }
    }
    let graph = try Graph(tracing: Folded())
    let parameters = parameters(graph)
    let executable = try Executable(graph, parameters: parameters)
    let workspace = executable.makeWorkspace()
    let input = SeededParameters.input(shape: [3, 6, 6], seed: 63)
    let names = executable.timeStages(input, in: workspace, repetitions: 1).map(\.name)
    #expect(names == ["input", "conv 3×3"])
    let found = try #require(executable.run(input, in: workspace)[Graph.mainOutput])
    let plain = try #require(
      try graph.evaluate(input, parameters: parameters)[Graph.mainOutput])
    // Sums of 27 products in Float32 and one rounding of the folded weights.
    #expect(Agreement(found.values, plain.values).nmse <= 1e-12)
  }

  @Test func refusesWhatDoesNotFit() {
    struct Misfit: SingleInputNetwork {
      let name = "misfit"
      let inputShape = [4, 3, 1]
      let describing: @Sendable (Scope, Value) -> Value
      func describe(_ scope: Scope, _ input: Value) -> Value { describing(scope, input) }
    }
    typealias Description = @Sendable (Scope, Value) -> Value
    var misfits: [Description] = []
    misfits.append { _, x in x.reinterpreted(as: [5, 2, 1]) }
    misfits.append { _, x in x.rearranged(by: StridedView(rowMajor: [13]), to: [13]) }
    misfits.append { _, x in x.rearranged(by: StridedView(rowMajor: [4]), to: [5]) }
    misfits.append { _, x in Value.appended([x, x.reinterpreted(as: [3, 4, 1])]) }
    misfits.append { _, x in x.multiplied(by: x, batches: 1) }
    misfits.append { _, x in x.multiplied(by: x, batches: 2) }
    misfits.append { _, x in x.combined(with: x.row(0), .divide) }
    misfits.append { _, x in
      x.resampled(Resampling(rows: [[Resampling.Tap(3)]], columns: [[Resampling.Tap(0)]]))
    }
    misfits.append { scope, _ in
      scope.stored(ParameterSpecification(name: "t", shape: [3]), as: [4, 1, 1])
    }
    for misfit in misfits {
      #expect(throws: GraphError.self) { try Graph(tracing: Misfit(describing: misfit)) }
    }
  }

  @Test func productsOfResultsCount() throws {
    let graph = try Graph(tracing: ArrayZoo())
    let costs = graph.costs()
    let product = try #require(
      graph.nodes.indices.first { graph.nodes[$0].operation.name == "matrix product ×2" })
    #expect(costs[product] == Cost(parameters: 0, multiplyAdds: 84 * 42 * 12))
  }
}
