import Gradients
import Graphs
import Kernels
import Tensors
import TestSupport
import Testing

/// Gradients of a case's main result, weighted by fixed numbers.
struct GradientRun {
  let graph: Graph
  let parameters: [String: Tensor]
  let inputs: [Tensor]
  let weights: [Tensor]
  let learns: Bool

  init(_ network: GradientCase, images: Int, seed: UInt64 = 17) throws {
    graph = try Graph(tracing: network)
    learns = network.learns
    parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
      })
    let (graph, count) = (graph, graph.inputShape.elementCount)
    inputs = (0..<images).map { image in
      guard network.readsTokens else {
        return SeededParameters.input(shape: graph.inputShape, seed: seed + UInt64(image))
      }
      return Tensor(
        shape: graph.inputShape, values: (0..<count).map { Float((3 * $0 + image) % 9) })
    }
    let shape = graph.shape(of: Graph.mainOutput) ?? []
    weights = (0..<images).map {
      SeededParameters.input(shape: shape, seed: seed + 1000 + UInt64($0))
    }
  }

  /// What a program yields: results and gradients by name, the input's under `input`.
  func computed(
    workers: Int = 2, level: CPULevel = .current, wantsInput: Bool = true
  ) throws -> (outputs: Tensor, gradients: [String: Tensor], statistics: [String: Tensor]) {
    let trained = ParameterBlock(graph.trainableParameters)
    let statistics = ParameterBlock(graph.buffers)
    try trained.fill(from: parameters)
    try statistics.fill(from: parameters)
    let program = try GradientProgram(
      graph, capacity: inputs.count + 1,
      settings: GradientSettings(
        parameters: Set(graph.trainableParameters.map(\.name)),
        inputs: wantsInput ? [Graph.mainInput] : [],
        batchNorms: learns ? .training() : .evaluation, filterArithmetic: .fast),
      level: level, workers: Workers(count: workers))
    program.fill(inputs)
    program.forward(count: inputs.count, parameters: trained, buffers: statistics)
    let name = Graph.mainOutput
    let outputs = program.values(of: name).planarImages(inputs.count)
    program.gradients(of: name).fill(images: weights)
    let gradients = trained.zeroed()
    program.backward(into: gradients)
    var tensors = gradients.tensors
    if wantsInput {
      tensors["input"] = program.gradients(ofInput: Graph.mainInput).planarImages(inputs.count)
    }
    return (outputs, tensors, statistics.tensors)
  }

  /// `Σ weight · result` in Float64.
  func objective(_ evaluation: WideEvaluation, _ inputs: [WideTensor]) -> Double {
    let results = evaluation.results(inputs)[Graph.mainOutput] ?? []
    return zip(results, weights).reduce(0) { sum, pair in
      zip(pair.0.values, pair.1.values).reduce(sum) { $0 + $1.0 * Double($1.1) }
    }
  }
}

extension MapView {
  /// Images below each other as one tensor `[N, C·H·W]`, planar.
  func planarImages(_ count: Int) -> Tensor {
    let height = rows / count
    let values = (0..<count).flatMap { image in
      rows(image * height..<(image + 1) * height).planar(shape: [channels, height, columns]).values
    }
    return Tensor(shape: [count, values.count / count], values: values)
  }

  /// Fills images below each other from planar tensors.
  func fill(images: [Tensor]) {
    let height = rows / images.count
    for (index, image) in images.enumerated() {
      rows(index * height..<(index + 1) * height).map.fill(from: image)
    }
  }
}

@Suite struct GradientTests {
  /// Half a unit in the last place of numbers around 1.
  static let rounding = 0x1p-24

  /// What rounding may do to a gradient.
  ///
  /// It is a sum of up to some hundred products of values around 1, each rounded, and passes a
  /// few such sums: 64 roundings of the largest value are more than such chains gather, and less than any
  /// wrong term. Winograd's transforms and divisions by small deviations multiply that by `roughness`.
  private func bound(_ network: GradientCase, _ expected: [Double]) -> Double {
    64 * network.roughness * Self.rounding * max(1, expected.map(abs).max() ?? 0)
  }

  @Test(arguments: GradientCase.all)
  func agreesWithCentralDifferences(_ network: GradientCase) throws {
    let run = try GradientRun(network, images: 3)
    let found = try run.computed(wantsInput: !network.readsTokens)
    let wide = WideEvaluation(
      graph: run.graph, parameters: run.parameters.mapValues(WideTensor.init), learns: run.learns)
    let inputs = run.inputs.map(WideTensor.init)
    // Third derivatives times the step's square stay below 1e-8, rounding in Float64 below 1e-9.
    let step = 1e-5
    for specification in run.graph.trainableParameters {
      let gradient = try #require(found.gradients[specification.name])
      let indices = sample(gradient.count)
      let expected = indices.map { index in
        let ends = [step, -step].map { change in
          var changed = wide
          changed.parameters[specification.name]?.values[index] += change
          return run.objective(changed, inputs)
        }
        return (ends[0] - ends[1]) / (2 * step)
      }
      check(gradient, indices, expected, network, specification.name)
    }
    guard let gradient = found.gradients["input"] else { return }
    let count = run.graph.inputShape.elementCount
    let indices = sample(gradient.count)
    let expected = indices.map { index in
      let ends = [step, -step].map { change in
        var changed = inputs
        changed[index / count].values[index % count] += change
        return run.objective(wide, changed)
      }
      return (ends[0] - ends[1]) / (2 * step)
    }
    check(gradient, indices, expected, network, "input")
  }

  /// At most this many values of a parameter, spread over all of it.
  private func sample(_ count: Int, most: Int = 48) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
  }

  private func check(
    _ gradient: Tensor, _ indices: [Int], _ expected: [Double], _ network: GradientCase,
    _ name: String
  ) {
    let worst = zip(indices, expected).map { abs(Double(gradient.values[$0]) - $1) }.max() ?? 0
    #expect(
      worst <= bound(network, expected) + 1e-8,
      "\(network), \(name): off by \(worst), allowed \(bound(network, expected))")
    let isFinite = gradient.values.allSatisfy { $0.isFinite }
    #expect(isFinite, "\(network), \(name)")
  }

  @Test(arguments: GradientCase.all)
  func forwardAgreesWithFloat64(_ network: GradientCase) throws {
    let run = try GradientRun(network, images: 3)
    let found = try run.computed(wantsInput: !network.readsTokens).outputs.values
    let wide = WideEvaluation(
      graph: run.graph, parameters: run.parameters.mapValues(WideTensor.init), learns: run.learns)
    let results = wide.results(run.inputs.map(WideTensor.init))[Graph.mainOutput] ?? []
    let expected = results.flatMap(\.values)
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(found.count == expected.count)
    #expect(worst <= bound(network, expected), "\(network): off by \(worst)")
  }

  @Test(arguments: GradientCase.all)
  func noBitDependsOnTheWorkers(_ network: GradientCase) throws {
    let run = try GradientRun(network, images: 11)
    let wantsInput = !network.readsTokens
    let one = try run.computed(workers: 1, wantsInput: wantsInput)
    for workers in [2, 3, 7] {
      let many = try run.computed(workers: workers, wantsInput: wantsInput)
      #expect(many.outputs == one.outputs, "\(network)")
      #expect(many.gradients == one.gradients, "\(network), \(workers) workers")
      #expect(many.statistics == one.statistics, "\(network)")
    }
  }

  /// Layers that are large enough to be shared by the workers of a single image.
  @Test func noBitOfASingleImageDependsOnTheWorkers() throws {
    let network = GradientCase(name: "wide", inputShape: [48, 40, 36]) { s, x in
      var y = s["a"].convolution(x, to: 64, kernel: 3, padding: 1)
      y = s["n"].groupNorm(y, groups: 8).silu()
      y = s["b"].convolution(y, to: 96, kernel: 3, stride: 2, padding: 1)
      return s["c"].convolution(y, to: 64, kernel: 1)
    }
    let run = try GradientRun(network, images: 1)
    let one = try run.computed(workers: 1)
    for workers in [2, 7] {
      let many = try run.computed(workers: workers)
      #expect(many.outputs == one.outputs, "\(workers) workers")
      #expect(many.gradients == one.gradients, "\(workers) workers")
    }
  }

  @Test(arguments: CPULevel.allCases.filter { $0 <= .best })
  func levelsAgree(_ level: CPULevel) throws {
    for network in GradientCase.all {
      let run = try GradientRun(network, images: 2)
      let wantsInput = !network.readsTokens
      let expected = try run.computed(wantsInput: wantsInput).gradients
      let found = try run.computed(level: level, wantsInput: wantsInput).gradients
      for (name, gradient) in expected {
        let values = gradient.values.map(Double.init)
        let worst = zip(found[name]?.values ?? [], values).map { abs(Double($0) - $1) }.max()
        #expect(
          worst ?? .infinity <= 2 * bound(network, values), "\(network), \(name) at \(level)")
      }
    }
  }

  @Test func runningStatisticsFollowPyTorch() throws {
    let network = GradientCase(name: "norm", inputShape: [2, 1, 2]) { s, x in s["n"].batchNorm(x) }
    let run = try GradientRun(network, images: 2)
    let found = try run.computed().statistics
    for channel in 0..<2 {
      let all = run.inputs.flatMap { $0.values[2 * channel..<2 * channel + 2] }.map(Double.init)
      let mean = all.reduce(0, +) / 4
      let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3
      for (name, value) in [("n.running_mean", mean), ("n.running_var", variance)] {
        let old = Double(run.parameters[name]?.values[channel] ?? 0)
        let new = Double(found[name]?.values[channel] ?? 0)
        // One rounding of numbers around 1.
        #expect(abs(new - (0.9 * old + 0.1 * value)) <= 2 * Self.rounding)
      }
    }
  }

  @Test func onlyWhatIsWantedIsComputed() throws {
    let network = GradientCase(name: "two layers", inputShape: [6]) { s, x in
      s["b"].linear(s["a"].linear(x, to: 5).relu(), to: 4)
    }
    let run = try GradientRun(network, images: 3)
    let all = try run.computed().gradients
    let trained = ParameterBlock(run.graph.trainableParameters.filter { $0.name == "b.weight" })
    let frozen = ParameterBlock(run.graph.trainableParameters.filter { $0.name != "b.weight" })
    try trained.fill(from: run.parameters)
    try frozen.fill(from: run.parameters)
    let program = try GradientProgram(
      run.graph, capacity: 3, settings: GradientSettings(parameters: ["b.weight"]))
    program.fill(run.inputs)
    program.forward(count: 3, parameters: trained, buffers: frozen)
    program.gradients(of: Graph.mainOutput).fill(images: run.weights)
    let gradients = trained.zeroed()
    program.backward(into: gradients)
    let expected = try #require(all["b.weight"])
    #expect(gradients.tensors == ["b.weight": expected])
  }

  /// Weights that stay are packed from their source layer by layer, and values that only their gradients read are not
  /// kept.
  @Test(arguments: GradientCase.all.filter { !$0.readsTokens })
  func inputsAloneHaveTheSameGradientsInLessMemory(_ network: GradientCase) throws {
    let run = try GradientRun(network, images: 3)
    let trained = ParameterBlock(run.graph.trainableParameters)
    try trained.fill(from: run.parameters)
    let statistics = ParameterBlock(run.graph.buffers)
    try statistics.fill(from: run.parameters)
    let whole = try GradientProgram(
      run.graph, capacity: 3,
      settings: GradientSettings(
        parameters: Set(trained.specifications.map(\.name)), inputs: [Graph.mainInput],
        batchNorms: .evaluation))
    let frozen = try GradientProgram(run.graph, capacity: 3, settings: .ofInput)
    #expect(frozen.byteCount <= whole.byteCount)
    whole.fill(run.inputs)
    whole.forward(count: 3, parameters: trained, buffers: statistics)
    let expected = whole.values(of: Graph.mainOutput).planarImages(3)
    whole.gradients(of: Graph.mainOutput).fill(images: run.weights)
    whole.backward(into: trained.zeroed())
    let others = try frozen.pack(from: run.parameters)
    // A second pass must not find what the first one left.
    for _ in 0..<2 {
      frozen.fill(run.inputs)
      frozen.forward(count: 3, parameters: others, repacks: false)
      #expect(frozen.values(of: Graph.mainOutput).planarImages(3) == expected)
      frozen.gradients(of: Graph.mainOutput).fill(images: run.weights)
      frozen.backward(into: nil)
    }
    let gradients = [whole, frozen].map { $0.gradients(ofInput: nil).planarImages(3) }
    #expect(gradients[0] == gradients[1])
  }

  @Test func whatIsPackedMustFit() throws {
    let network = GradientCase(name: "layer", inputShape: [3, 4, 4]) { s, x in
      s["c"].convolution(x, to: 2, kernel: 3)
    }
    let program = try GradientProgram(
      try Graph(tracing: network), capacity: 1, settings: .ofInput)
    let bias = Tensor(shape: [2])
    #expect(throws: GraphError.missingParameter(name: "c.weight")) {
      try program.pack(from: ["c.bias": bias])
    }
    #expect(
      throws: GraphError.misshapenParameter(
        name: "c.weight", expected: [2, 3, 3, 3], found: [2, 3, 1, 1])
    ) {
      try program.pack(from: ["c.bias": bias, "c.weight": Tensor(shape: [2, 3, 1, 1])])
    }
  }

  @Test func smallerBatchesRunInTheSameMemory() throws {
    let run = try GradientRun(GradientCase.all[0], images: 5)
    let program = try GradientProgram(
      run.graph, capacity: 5, settings: .ofInput, workers: Workers(count: 2))
    let parameters = ParameterBlock(run.graph.parameters)
    try parameters.fill(from: run.parameters)
    let nothing = ParameterBlock([])
    func gradient(_ images: Range<Int>) -> [Float] {
      program.fill(Array(run.inputs[images]))
      program.forward(count: images.count, parameters: parameters, buffers: nothing)
      program.gradients(of: Graph.mainOutput).fill(images: Array(run.weights[images]))
      program.backward(into: nil)
      return program.gradients(ofInput: Graph.mainInput).planarImages(images.count).values
    }
    let all = gradient(0..<5)
    #expect(gradient(0..<2) + gradient(2..<5) == all)
  }

  @Test func lonelyValuesHaveNoBatchNorm() throws {
    let network = GradientCase(name: "norm", inputShape: [3]) { s, x in s["n"].batchNorm(x) }
    let graph = try Graph(tracing: network)
    #expect(throws: GraphError.self) {
      try GradientProgram(graph, capacity: 1, settings: GradientSettings(parameters: ["n.weight"]))
    }
  }
}
