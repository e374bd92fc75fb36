import Gradients
import Graphs
import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// SDG's guide against the official class in float64; made by `Tools/make_sdg_goldens.py`.
struct GuideTests {
  private struct Content: Decodable {
    struct Run: Decodable {
      let timestep: Float
      let inputShape: [Int]
      let taps: [Golden.Tap]
      let gradient: Golden.Tap

      var golden: Golden.Case { Golden.Case(inputShape: inputShape, tokens: nil, taps: taps) }
    }

    struct Totals: Decodable {
      let tensors: Int
      let values: Int
    }

    let seed: UInt64
    let cases: [Run]
    let published: Totals
  }

  private static let reduced = TimeConditionedCLIPImage(
    name: "sdg-guide-reduced", summary: "", size: 64, width: 16, blocks: [2, 1, 2, 1],
    embedding: 24)

  private let content: Content
  private let graph: Graph
  private let parameters: [String: Tensor]

  init() throws {
    let content: Content = try GoldenFolder().decoded("sdg-guide.json")
    self.content = content
    graph = try Graph(tracing: Self.reduced)
    var parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
    // A quarter, as the script says.
    if let weight = parameters["emb_layers.1.weight"] {
      parameters["emb_layers.1.weight"] = Tensor(
        shape: weight.shape, values: weight.values.map { 0.25 * $0 })
    }
    self.parameters = parameters
  }

  private func sample(_ run: Content.Run) -> [String: Tensor] {
    [
      "image": SeededParameters.input(shape: run.inputShape, seed: content.seed),
      "timestep": Tensor(shape: [1], values: [run.timestep]),
    ]
  }

  /// The first tap that strays, with some parameters.
  private func firstBadTap(_ run: Content.Run, _ parameters: [String: Tensor]) throws -> String? {
    let executable = try Executable(
      graph, parameters: parameters, outputs: run.taps.map(\.name))
    let found = try executable.run(named: sample(run), in: executable.makeWorkspace())
    return run.golden.firstBadTap(in: found, seed: content.seed)
  }

  @Test func agreesTapByTap() throws {
    #expect(content.cases.count == 2)
    for run in content.cases {
      #expect(run.taps.map(\.name) == Self.reduced.featureTaps + [Graph.mainOutput])
      let complaint = try firstBadTap(run, parameters)
      #expect(complaint == nil, "at \(run.timestep): \(complaint ?? "")")
    }
  }

  /// Rows of the last layer, exchanged norm by norm, are what a network with shift before scale would read.
  @Test func shiftBeforeScaleStrays() throws {
    let norms =
      [8, 8, 16] + [16, 16, 64, 16, 16, 64, 32, 32, 128, 64, 64, 256, 64, 64, 256]
      + [128, 128, 512]
    var swapped = parameters
    for name in ["emb_layers.1.weight", "emb_layers.1.bias"] {
      let tensor = try #require(parameters[name])
      let width = tensor.count / tensor.shape[0]
      var values: [Float] = []
      var row = 0
      for channels in norms {
        let rows = (row..<row + channels, row + channels..<row + 2 * channels)
        for part in [rows.1, rows.0] {
          values += tensor.values[part.lowerBound * width..<part.upperBound * width]
        }
        row += 2 * channels
      }
      #expect(row == tensor.shape[0])
      swapped[name] = Tensor(shape: tensor.shape, values: values)
    }
    let complaint = try #require(try firstBadTap(content.cases[1], swapped))
    #expect(complaint.hasPrefix("x1"))
  }

  // MARK: The gradient by the pixels

  /// The cosine with a target, and its gradient by the image.
  private func cosine(
    _ image: Tensor, at timestep: Float, _ arithmetic: Arithmetic = .fast
  ) throws -> (value: Double, gradient: Tensor) {
    let target = SeededParameters.tensor(named: "target", shape: [1, 24], seed: content.seed)
    let block = ParameterBlock(graph.parameters)
    try block.fill(from: parameters)
    let program = try GradientProgram(
      graph, capacity: 1,
      settings: GradientSettings(
        parameters: [], inputs: ["image"], batchNorms: .evaluation, arithmetic: arithmetic))
    try program.fill(named: [["image": image, "timestep": Tensor(shape: [1], values: [timestep])]])
    program.forward(count: 1, parameters: block, buffers: ParameterBlock([]))
    let output = program.values(of: Graph.mainOutput).planar(shape: [24]).values.map(Double.init)
    let wanted = target.values.map(Double.init)
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let (length, targetLength) = (
      dot(output, output).squareRoot(), dot(wanted, wanted).squareRoot()
    )
    let value = dot(output, wanted) / (length * targetLength)
    let gradient = zip(output, wanted).map { x, y in
      Float((y / targetLength - value * x / length) / length)
    }
    program.gradients(of: Graph.mainOutput).map.fill(
      from: Tensor(shape: [24], values: gradient), level: .current)
    program.backward(into: nil)
    return (value, program.gradients(ofInput: "image").planar(shape: image.shape))
  }

  /// 2e-4 of the gradient's root mean square without a time, 1e-2 with one, where the seeded guide amplifies.
  ///
  /// In float64 a change of the pixels by 1e-6 moves the gradient by up to 5e-4 of it there (2e-6 without a time), and
  /// float32 activations of 30 layers are off by 1e-5; PyTorch's own float32 is off by 1e-3.
  @Test(arguments: [Arithmetic.exact, .fast])
  func gradientOfACosineIsAutograds(_ arithmetic: Arithmetic) throws {
    for run in content.cases {
      let gradient = try cosine(
        SeededParameters.input(shape: run.inputShape, seed: content.seed), at: run.timestep,
        arithmetic
      ).gradient
      #expect(gradient.shape == run.gradient.shape)
      let samples = run.gradient.sampledValues
      let found = samples.indices.map { gradient.values[$0 * gradient.count / samples.count] }
      let rms = (run.gradient.sumOfSquares / Double(gradient.count)).squareRoot()
      let bound = (run.timestep == 0 ? 2e-4 : 1e-2) * rms
      #expect(Agreement(found, samples).maximum <= bound, "timestep \(run.timestep)")
      let sum = gradient.values.reduce(0) { $0 + Double($1) }
      #expect(abs(sum - run.gradient.sum) <= bound * Double(gradient.count).squareRoot())
    }
  }

  /// Central differences along seeded directions, short because the network is one of ReLUs.
  ///
  /// The cosine is rounded by about 2e-6, as PyTorch's float32 is, so a slope over 2e-3 by 1e-3, 0.03 of the gradient's
  /// length.
  @Test func gradientOfACosineIsItsSlope() throws {
    let run = content.cases[1]
    let image = SeededParameters.input(shape: run.inputShape, seed: content.seed)
    let gradient = try cosine(image, at: run.timestep, .exact).gradient
    for seed in 1...5 as ClosedRange<UInt64> {
      let direction = SeededParameters.input(shape: run.inputShape, seed: seed)
      func value(_ step: Float) throws -> Double {
        let moved = zip(image.values, direction.values).map { $0 + step * $1 }
        return try cosine(
          Tensor(shape: image.shape, values: moved), at: run.timestep, .exact
        ).value
      }
      let step: Float = 1e-3
      let slope = (try value(step) - value(-step)) / Double(2 * step)
      let expected = zip(gradient.values, direction.values).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
      let length = gradient.values.reduce(0) { $0 + Double($1 * $1) }.squareRoot()
      #expect(abs(slope - expected) <= 0.05 * length, "\(slope) and \(expected) of \(length)")
    }
  }

  // MARK: Names

  @Test func namesAndShapesAreTheOfficialOnes() throws {
    let graph = try Graph(tracing: TimeConditionedCLIPImage.published)
    let asked = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    let official = try Golden.parameters(of: "sdg-guide")
    #expect(Set(asked.keys).symmetricDifference(official.keys).sorted() == [])
    for (parameter, shape) in official { #expect(asked[parameter] == shape, "\(parameter)") }
    #expect(asked.count == content.published.tensors)
    #expect(asked.values.reduce(0) { $0 + $1.elementCount } == content.published.values)
    #expect(asked["emb_layers.1.weight"] == [182_400, 512])
  }

  /// The compact guide's tensors are the compact CLIP's but for the first layer that counts pixels, and the time's.
  @Test func compactGuideSharesItsTensorsWithCompactCLIP() throws {
    let guide = try Graph(tracing: CompactNetworks.guide).parameters
    let tower = try Graph(tracing: CompactNetworks.clip).parameters
    let shared = Dictionary(uniqueKeysWithValues: tower.map { ($0.name, $0.shape) })
    let others = guide.filter { shared[$0.name] != $0.shape }
    #expect(
      Set(others.map(\.name)) == [
        "visual.fc.weight", "time_embed.0.weight", "time_embed.0.bias", "time_embed.2.weight",
        "time_embed.2.bias", "emb_layers.1.weight", "emb_layers.1.bias",
      ])
    #expect(others.first { $0.name == "emb_layers.1.weight" }?.shape == [3_744, 64])
    #expect(others.first { $0.name == "visual.fc.weight" }?.shape == [128, 768])
    #expect(Set(tower.map(\.name)).subtracting(guide.map(\.name)).isEmpty)
  }

  /// With zeros as scales and shifts the guide is the tower itself.
  @Test func compactGuideWithoutTimeIsTheTower() throws {
    let network = CompactNetworks.guide
    let graph = try Graph(tracing: network)
    var parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: content.seed))
      })
    for name in ["emb_layers.1.weight", "emb_layers.1.bias"] {
      parameters[name] = Tensor(shape: try #require(parameters[name]).shape)
    }
    let image = SeededParameters.input(shape: [3, 64, 64], seed: 3)
    let taps = network.featureTaps
    let executable = try Executable(graph, parameters: parameters, outputs: taps)
    let found = try executable.run(
      named: ["image": image, "timestep": Tensor(shape: [1], values: [300])],
      in: executable.makeWorkspace())
    let tower = try Executable(
      Graph(tracing: CompactNetworks.clip, inputShape: [3, 64, 64], for: taps),
      parameters: parameters, outputs: taps)
    let expected = tower.run(image, in: tower.makeWorkspace())
    for tap in taps {
      let (a, b) = (try #require(found[tap]), try #require(expected[tap]))
      #expect(a.shape == b.shape)
      #expect(Agreement(a.values, b.values).nmse <= Golden.tolerance, "\(tap)")
    }
  }
}
