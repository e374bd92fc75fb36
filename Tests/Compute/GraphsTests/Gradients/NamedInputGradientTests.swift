import Gradients
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients by every input of a network, with gradients given at several results.
@Suite struct NamedInputGradientTests {
  private static let outputs = ["first", Graph.mainOutput]

  private let graph: Graph
  private let parameters: [String: Tensor]
  private let samples: [[String: Tensor]]
  /// For each result and image, what the objective multiplies it by.
  private let weights: [String: [Tensor]]

  init() throws {
    let graph = try Graph(tracing: Conditioned())
    self.graph = graph
    parameters = seededParameters(of: graph)
    samples = (0..<3).map { Conditioned.sample(of: graph, seed: 40 + $0) }
    weights = Dictionary(
      uniqueKeysWithValues: Self.outputs.enumerated().map { number, name in
        (
          name,
          (0..<3).map {
            SeededParameters.input(
              shape: graph.shape(of: name) ?? [], seed: UInt64(70 + 10 * number + $0))
          }
        )
      })
  }

  /// Gradients by the inputs, `[N, C·H·W]` each.
  private func gradients(
    of inputs: Set<String>, seeding outputs: [String] = outputs, workers: Int = 2
  ) throws -> [String: Tensor] {
    let block = ParameterBlock(graph.parameters)
    try block.fill(from: parameters)
    let program = try GradientProgram(
      graph, outputs: Self.outputs, capacity: 3, settings: .ofInputs(inputs),
      workers: Workers(count: workers))
    try program.fill(named: samples)
    program.forward(count: 3, parameters: block, buffers: ParameterBlock([]))
    for name in outputs { program.gradients(of: name).fill(images: weights[name] ?? []) }
    program.backward(into: nil)
    return Dictionary(
      uniqueKeysWithValues: inputs.map { ($0, program.gradients(ofInput: $0).planarImages(3)) })
  }

  private func objective(_ wide: WideEvaluation, _ samples: [[String: WideTensor]]) -> Double {
    let results = wide.results(named: samples)
    return Self.outputs.reduce(0) { sum, name in
      zip(results[name] ?? [], weights[name] ?? []).reduce(sum) { sum, pair in
        zip(pair.0.values, pair.1.values).reduce(sum) { $0 + $1.0 * Double($1.1) }
      }
    }
  }

  @Test(arguments: ["image", "text", "style", "noise", "mask"])
  func agreesWithCentralDifferences(input: String) throws {
    let found = try #require(gradients(of: [input])[input])
    let wide = WideEvaluation(
      graph: graph, parameters: parameters.mapValues(WideTensor.init), learns: false)
    let samples = samples.map { $0.mapValues(WideTensor.init) }
    let count = try graph.input(input).shape.elementCount
    // As in GradientTests: third derivatives times the step's square stay below 1e-8.
    let step = 1e-5
    let indices = stride(from: 0, to: found.count, by: max(1, found.count / 40))
    let expected = indices.map { index in
      let ends = [step, -step].map { change in
        var changed = samples
        changed[index / count][input]?.values[index % count] += change
        return objective(wide, changed)
      }
      return (ends[0] - ends[1]) / (2 * step)
    }
    #expect(expected.contains { abs($0) > 1e-3 })
    let worst = zip(indices, expected).map { abs(Double(found.values[$0]) - $1) }.max() ?? 0
    // 64 roundings of the largest value, twice that for attention; see GradientTests.
    let bound = 128 * GradientTests.rounding * max(1, expected.map(abs).max() ?? 0)
    #expect(worst <= bound + 1e-8, "\(input): off by \(worst), allowed \(bound)")
  }

  /// What else is asked for, and how many threads there are, changes no bit.
  @Test func oneInputAloneEqualsAllTogether() throws {
    let names: Set = ["image", "text", "style", "noise", "mask"]
    let all = try gradients(of: names)
    for name in names { #expect(try gradients(of: [name])[name] == all[name], "\(name)") }
    #expect(try gradients(of: names, workers: 1) == all)
    #expect(try gradients(of: names, workers: 7) == all)
  }

  /// Gradients are linear in what is given at the results: each share alone, then both.
  @Test func resultsAddUp() throws {
    let (first, last) = try (
      #require(gradients(of: ["image"], seeding: ["first"])["image"]),
      #require(gradients(of: ["image"], seeding: [Graph.mainOutput])["image"])
    )
    let both = try #require(gradients(of: ["image"])["image"])
    let largest = both.values.map(abs).max() ?? 0
    for (index, value) in both.values.enumerated() {
      // The shares are rounded apart and after their sum is made.
      #expect(
        abs(value - (first.values[index] + last.values[index])) <= 128 * 0x1p-24 * max(largest, 1))
    }
    #expect(first.values.contains { $0 != 0 } && last.values.contains { $0 != 0 })
    // The style has no part in the first result.
    let style = try gradients(of: ["style"], seeding: ["first"])
    #expect(style["style"]?.values.allSatisfy { $0 == 0 } == true)
  }

  /// An input that no wanted result depends on has a gradient of zeros, whatever its memory held.
  @Test func unreachedInputsHaveZeros() throws {
    let block = ParameterBlock(graph.parameters)
    try block.fill(from: parameters)
    let program = try GradientProgram(
      graph, outputs: ["first"], capacity: 3, settings: .ofInputs(["image", "text"]))
    try program.fill(named: samples)
    program.forward(count: 3, parameters: block, buffers: ParameterBlock([]))
    program.gradients(of: "first").fill(images: weights["first"] ?? [])
    program.backward(into: nil)
    #expect(program.gradients(ofInput: "text").planarImages(3).values.allSatisfy { $0 == 0 })
    #expect(program.gradients(ofInput: "image").planarImages(3).values.contains { $0 != 0 })
  }

  @Test func wrongNamesAreTold() throws {
    #expect(
      throws: GraphError.unknownInput(
        network: "conditioned", name: "nose", available: graph.inputs.map(\.name))
    ) {
      try GradientProgram(graph, capacity: 1, settings: .ofInputs(["image", "nose"]))
    }
    let program = try GradientProgram(graph, capacity: 1, settings: .ofInputs(["image"]))
    var sample = samples[0]
    sample["text"] = nil
    #expect(throws: GraphError.missingInput(network: "conditioned", name: "text")) {
      try program.fill(named: [sample])
    }
  }
}
