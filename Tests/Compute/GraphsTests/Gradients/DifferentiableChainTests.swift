import Gradients
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// A vector and a condition to an image.
private struct Generator: Network {
  let name = "generator"
  let inputs: [NetworkInput] = [.vector("code", 6), .scalar("condition")]

  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let map = scope["map"].linear(inputs["code"], to: 8).asMap().resizedBilinear(
      rows: 4, columns: 4, alignCorners: false)
    let joined = Value.concatenated([map, inputs["condition"].broadcast(rows: 4, columns: 4)])
    let image = scope["up"].transposedConvolution(joined, to: 5, kernel: 4, stride: 2, padding: 1)
    return scope["image"].convolution(image.gelu(), to: 3, kernel: 3, padding: 1)
  }
}

/// An image and a text to a vector; parameters are named as the generator's.
private struct Critic: Network {
  let name = "critic"
  let inputs: [NetworkInput] = [
    .map("image", channels: 3, rows: 8, columns: 8), .vector("text", 4),
  ]

  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let seen = scope["image"].convolution(inputs["image"], to: 6, kernel: 3, stride: 2).sigmoid()
    let read = scope["map"].linear(inputs["text"], to: 6)
    return scope["score"].linear(seen.globalAveragePool().flattened() * read, to: 3)
  }
}

/// Both described as one.
private struct Joined: Network {
  let name = "joined"
  let inputs = Generator().inputs + [Critic().inputs[1]]

  func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
    let generator = scope["generator"]
    let map = generator["map"].linear(inputs["code"], to: 8).asMap().resizedBilinear(
      rows: 4, columns: 4, alignCorners: false)
    let joined = Value.concatenated([map, inputs["condition"].broadcast(rows: 4, columns: 4)])
    let up = generator["up"].transposedConvolution(
      joined, to: 5, kernel: 4, stride: 2, padding: 1)
    let image = generator["image"].convolution(up.gelu(), to: 3, kernel: 3, padding: 1)
      .tapped("picture")
    let critic = scope["critic"]
    let seen = critic["image"].convolution(image, to: 6, kernel: 3, stride: 2).sigmoid()
    let read = critic["map"].linear(inputs["text"], to: 6)
    return critic["score"].linear(seen.globalAveragePool().flattened() * read, to: 3)
  }
}

/// A generator whose image a critic reads.
@Suite struct DifferentiableChainTests {
  private static let images = 3

  private let generator: Graph
  private let critic: Graph
  private let joined: Graph
  private let parameters: [String: Tensor]
  private let samples: [[String: Tensor]]
  private let scoreWeights: [Tensor]
  private let imageWeights: [Tensor]

  init() throws {
    generator = try Graph(tracing: Generator())
    critic = try Graph(tracing: Critic())
    let joined = try Graph(tracing: Joined())
    self.joined = joined
    parameters = seededParameters(of: joined)
    samples = (0..<Self.images).map { Conditioned.sample(of: joined, seed: 90 + UInt64($0)) }
    scoreWeights = (0..<Self.images).map {
      SeededParameters.input(shape: [3], seed: 110 + UInt64($0))
    }
    imageWeights = (0..<Self.images).map {
      SeededParameters.input(shape: [3, 8, 8], seed: 120 + UInt64($0))
    }
  }

  private func block(_ graph: Graph, _ prefix: String) throws -> ParameterBlock {
    let block = ParameterBlock(graph.parameters)
    try block.fill(
      from: Dictionary(
        uniqueKeysWithValues: graph.parameters.compactMap { parameter in
          parameters[prefix + parameter.name].map { (parameter.name, $0) }
        }))
    return block
  }

  /// What a run yields: results, and gradients by the joined network's names of inputs and parameters.
  private struct Found: Equatable {
    var scores: Tensor
    var pictures: Tensor
    var gradients: [String: Tensor]
  }

  private func settings(_ graph: Graph, _ inputs: Set<String>) -> GradientSettings {
    GradientSettings(parameters: Set(graph.parameters.map(\.name)), inputs: inputs)
  }

  private func chained(workers count: Int = 2) throws -> Found {
    let workers = Workers(count: count)
    let chain = try DifferentiableChain([
      .init(
        "generator",
        try GradientProgram(
          generator, capacity: Self.images, settings: settings(generator, ["code", "condition"]),
          workers: workers), parameters: try block(generator, "generator.")),
      .init(
        "critic",
        try GradientProgram(
          critic, capacity: Self.images + 1, settings: settings(critic, ["image", "text"]),
          workers: workers), parameters: try block(critic, "critic."),
        reads: ["image": .result(of: "generator")]),
    ])
    #expect(chain.capacity == Self.images)
    let (first, last) = (chain.program("generator"), chain.program("critic"))
    try first.fill(named: samples.map { $0.filter { $0.key != "text" } })
    // The critic's image comes from the generator, so its text alone is filled.
    try last.fill("text", with: samples.map { try #require($0["text"]) })
    chain.forward(count: Self.images)
    let scores = last.values(of: Graph.mainOutput).planarImages(Self.images)
    let pictures = first.values(of: Graph.mainOutput).planarImages(Self.images)
    last.gradients(of: Graph.mainOutput).fill(images: scoreWeights)
    first.gradients(of: Graph.mainOutput).fill(images: imageWeights)
    let blocks = ["generator": generator, "critic": critic].mapValues {
      ParameterBlock($0.parameters)
    }
    chain.backward(into: blocks)
    var gradients = [
      "code": first.gradients(ofInput: "code").planarImages(Self.images),
      "condition": first.gradients(ofInput: "condition").planarImages(Self.images),
      "text": last.gradients(ofInput: "text").planarImages(Self.images),
    ]
    for (name, block) in blocks {
      for (parameter, tensor) in block.tensors { gradients["\(name).\(parameter)"] = tensor }
    }
    return Found(scores: scores, pictures: pictures, gradients: gradients)
  }

  private func together() throws -> Found {
    let outputs = ["picture", Graph.mainOutput]
    let program = try GradientProgram(
      joined, outputs: outputs, capacity: Self.images,
      settings: settings(joined, Set(joined.inputs.map(\.name))))
    try program.fill(named: samples)
    program.forward(
      count: Self.images, parameters: try block(joined, ""), buffers: ParameterBlock([]))
    let results = outputs.map { program.values(of: $0).planarImages(Self.images) }
    program.gradients(of: "picture").fill(images: imageWeights)
    program.gradients(of: Graph.mainOutput).fill(images: scoreWeights)
    let block = ParameterBlock(joined.parameters)
    program.backward(into: block)
    var gradients = block.tensors
    for input in joined.inputs {
      gradients[input.name] = program.gradients(ofInput: input.name).planarImages(Self.images)
    }
    return Found(scores: results[1], pictures: results[0], gradients: gradients)
  }

  /// Nothing but the order in which two gradients of the picture are added differs.
  @Test func equalsOneGraphOfBoth() throws {
    let (chained, together) = try (chained(), together())
    #expect(chained.scores == together.scores)
    #expect(chained.pictures == together.pictures)
    #expect(Set(chained.gradients.keys) == Set(together.gradients.keys))
    for (name, expected) in together.gradients {
      let found = try #require(chained.gradients[name])
      let largest = expected.values.map(abs).max() ?? 0
      let worst = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? .infinity
      // Eight roundings of a sum of the picture's two gradients, carried through three layers.
      #expect(worst <= 64 * 0x1p-24 * max(largest, 1), "\(name): \(worst)")
      #expect(largest > 1e-4, "\(name)")
    }
  }

  @Test func agreesWithCentralDifferences() throws {
    let found = try chained()
    let wide = WideEvaluation(
      graph: joined, parameters: parameters.mapValues(WideTensor.init), learns: false)
    let samples = samples.map { $0.mapValues(WideTensor.init) }
    func objective(_ wide: WideEvaluation, _ samples: [[String: WideTensor]]) -> Double {
      let results = wide.results(named: samples)
      return [("picture", imageWeights), (Graph.mainOutput, scoreWeights)].reduce(0) { sum, part in
        zip(results[part.0] ?? [], part.1).reduce(sum) { sum, pair in
          zip(pair.0.values, pair.1.values).reduce(sum) { $0 + $1.0 * Double($1.1) }
        }
      }
    }
    let step = 1e-5
    for (name, gradient) in found.gradients {
      let expected = gradient.values.indices.prefix(24).map { index in
        let ends = [step, -step].map { change in
          var (wide, samples) = (wide, samples)
          let count = gradient.count / Self.images
          if wide.parameters[name] != nil {
            wide.parameters[name]?.values[index] += change
          } else {
            samples[index / count][name]?.values[index % count] += change
          }
          return objective(wide, samples)
        }
        return (ends[0] - ends[1]) / (2 * step)
      }
      let worst = zip(gradient.values, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      // As in GradientTests: 64 roundings of the largest value, fourfold for a chain of two networks.
      let bound = 256 * GradientTests.rounding * max(1, expected.map(abs).max() ?? 0)
      #expect(worst <= bound + 1e-8, "\(name): off by \(worst), allowed \(bound)")
    }
  }

  @Test(arguments: [1, 3, 7]) func noBitDependsOnTheWorkers(count: Int) throws {
    #expect(try chained(workers: count) == chained())
  }

  /// Two critics of one image: its gradients add up to twice those of one.
  @Test func readersOfOneResultAddUp() throws {
    func codeGradient(critics: Int) throws -> [Float] {
      let weights = try block(critic, "critic.")
      let first = try GradientProgram(
        generator, capacity: Self.images, settings: .ofInputs(["code"]))
      var links = [
        DifferentiableChain.Link(
          "generator", first, parameters: try block(generator, "generator."))
      ]
      for number in 0..<critics {
        let program = try GradientProgram(
          critic, capacity: Self.images, settings: .ofInputs(["image"]))
        links.append(
          .init(
            "critic \(number)", program, parameters: weights,
            reads: ["image": .result(of: "generator")]))
      }
      let chain = try DifferentiableChain(links)
      try first.fill(named: samples.map { $0.filter { $0.key != "text" } })
      for number in 0..<critics {
        try chain.program("critic \(number)").fill(
          "text", with: samples.map { try #require($0["text"]) })
      }
      chain.forward(count: Self.images)
      for number in 0..<critics {
        chain.program("critic \(number)").gradients(of: Graph.mainOutput).fill(
          images: scoreWeights)
      }
      chain.backward()
      return first.gradients(ofInput: "code").planarImages(Self.images).values
    }
    let (one, two) = try (codeGradient(critics: 1), codeGradient(critics: 2))
    // Doubling is exact, and every step on the way back is linear.
    #expect(two == one.map { 2 * $0 })
    #expect(one.contains { $0 != 0 })
  }

  @Test func wrongChainsAreRefused() throws {
    let first = try GradientProgram(generator, capacity: 1, settings: .ofInputs(["code"]))
    let blind = try GradientProgram(critic, capacity: 1, settings: .ofInputs(["text"]))
    let last = try GradientProgram(critic, capacity: 1, settings: .ofInputs(["image"]))
    let nothing = ParameterBlock([])
    func error(
      _ program: GradientProgram, _ reads: [String: DifferentiableChain.Source],
      name: String = "critic"
    ) -> String {
      let error = #expect(throws: GraphError.self) {
        try DifferentiableChain([
          .init("generator", first, parameters: nothing),
          .init(name, program, parameters: nothing, reads: reads),
        ])
      }
      return error?.description ?? ""
    }
    #expect(
      error(blind, ["image": .result(of: "generator")])
        == "link 'critic': its input 'image' is fed by 'generator', but its program was not made to "
        + "give that input's gradient; add it to GradientSettings.inputs")
    #expect(
      error(last, ["image": .result(of: "painter")])
        == "link 'critic': no earlier link is called 'painter'")
    #expect(
      error(last, ["picture": .result(of: "generator")])
        == "critic has no input 'picture'; there are image, text")
    #expect(
      error(last, ["text": .result(of: "generator")])
        == "critic: input 'text' has shape [3, 8, 8], the graph expects [4]")
    #expect(
      error(last, ["image": .result("nose", of: "generator")])
        == "no result is called 'nose'; there are output")
    #expect(error(last, [:], name: "generator").contains("another link has this name"))
    #expect(error(first, [:]).contains("runs the same program"))
  }
}
