import ArrayKernels
import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import TestSupport
import Testing
import Training

/// `Residual` of Tools/make_gradient_goldens.py.
struct ResidualNetwork: SingleInputNetwork {
  let name = "residual"
  let inputShape = [3, 16, 16]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    func filtered(_ name: String, _ x: Value, to channels: Int, stride: Int = 1) -> Value {
      scope[name].convolution(x, to: channels, kernel: 3, stride: stride, padding: 1, bias: false)
    }
    var x = scope["norm"].batchNorm(filtered("stem", input, to: 16)).relu()
    x = x.maxPool(3, stride: 2, padding: 1)
    let first = scope["first_norm"].batchNorm(filtered("first", x, to: 16))
    x = x + scope["slope"].prelu(first)
    let second = scope["second_norm"].batchNorm(filtered("second", x, to: 24, stride: 2))
    let short = scope["short"].convolution(x, to: 24, kernel: 1, stride: 2, bias: false)
    x = (second + scope["short_norm"].batchNorm(short)).relu()
    x = scope["depth"].convolution(x, to: 24, kernel: 3, padding: 1, groups: 24, bias: false)
    x = x * scope["gate"].convolution(x.globalAveragePool(), to: 24, kernel: 1).sigmoid()
    x = scope["up"].transposedConvolution(x, to: 8, kernel: 2, stride: 2)
    return scope["head"].convolution(x, to: 4, kernel: 1)
      .resizedBilinear(rows: 16, columns: 16, alignCorners: false)
  }
}

/// `Transformer` of Tools/make_gradient_goldens.py.
struct SmallTransformer: SingleInputNetwork {
  let name = "transformer"
  let inputShape = [3, 16, 16]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let width = 32
    let patches = scope["patches"].convolution(input, to: width, kernel: 4, stride: 4, bias: false)
    var x = scope.adding("rows", rows: 17, to: scope.prepending("start", to: patches.asTokens()))
    for block in 0..<2 {
      let packed = scope["packed\(block)"].linear(
        scope["first\(block)"].layerNorm(x), to: 3 * width)
      let parts = (0..<3).map { packed.channels(from: $0 * width, count: width) }
      let mixed = Value.attention(
        queries: parts[0], keys: parts[1], values: parts[2], Attention(heads: 4))
      x = x + scope["mixed\(block)"].linear(mixed, to: width)
      let hidden = scope["up\(block)"].linear(scope["second\(block)"].layerNorm(x), to: 4 * width)
      x = x + scope["down\(block)"].linear(hidden.gelu(), to: width)
    }
    return scope["head"].linear(scope["last"].layerNorm(x).row(0), to: 4).l2Normalized()
  }
}

/// `Denoiser` of Tools/make_gradient_goldens.py.
struct SmallDenoiser: SingleInputNetwork {
  let name = "denoiser"
  let inputShape = [3, 16, 16]

  func describe(_ scope: Scope, _ input: Value) -> Value {
    let (width, groups) = (24, 6)
    func filtered(_ name: String, _ x: Value, to channels: Int) -> Value {
      scope[name].convolution(x, to: channels, kernel: 3, padding: 1)
    }
    var x = filtered("stem", input.pixelUnshuffled(by: 2), to: width)
    let first = filtered("first", scope["norm"].groupNorm(x, groups: groups).silu(), to: width)
    let condition = scope["condition"].linear(
      x.globalAveragePool().flattened().silu(), to: 2 * width)
    let normal = scope["second_norm"].groupNorm(
      first, groups: groups, epsilon: 1e-6,
      modulation: (
        condition.channels(from: 0, count: width), condition.channels(from: width, count: width)
      ))
    x = x + filtered("second", normal.silu(), to: width)
    let tokens = scope["packed"].linear(
      scope["last_norm"].groupNorm(x, groups: groups).asTokens(), to: 3 * width)
    let mixed = scope["mixed"].linear(
      tokens.attention(Attention(heads: 4, operands: .joinedByHead)), to: width)
    x = (x.asTokens() + mixed).asMap(rows: 8, columns: 8)
    let small = scope["down"].convolution(
      x.zeroPadded(bottom: 1, right: 1), to: width, kernel: 3, stride: 2)
    x = x + small.resizedBicubic(rows: 8, columns: 8)
    return filtered("head", x, to: 16).pixelShuffled(by: 2).applying(.tanh)
  }
}

@Suite struct NetworkGoldenTests {
  private struct Gradient: Decodable {
    let length: Double
    let sum: Double
    let first: [Double]
  }

  private struct Content: Decodable {
    let loss: Double
    let gradients: [String: Gradient]
    let statistics: [String: [Double]]
  }

  @Test func residualNetworkFollowsPyTorch() throws { try check(ResidualNetwork()) }

  @Test func transformerFollowsPyTorch() throws { try check(SmallTransformer()) }

  @Test func denoiserFollowsPyTorch() throws { try check(SmallDenoiser()) }

  /// A gradient passes some twenty layers, each a sum with up to fifty roundings' worth of error, Winograd's
  /// transforms and batch norms included: a thousand roundings of the gradient's length.
  private func check(_ network: some Network) throws {
    let golden = try #require(
      try Golden.folder.decoded("gradients.json", as: [String: Content].self)[network.name])
    let graph = try Graph(tracing: network)
    let values = Dictionary(
      uniqueKeysWithValues: graph.parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: Golden.seed))
      })
    let parameters = ParameterBlock(graph.trainableParameters)
    let statistics = ParameterBlock(graph.buffers)
    try parameters.fill(from: values)
    try statistics.fill(from: values)
    let program = try GradientProgram(
      graph, capacity: 4,
      settings: GradientSettings(
        parameters: Set(parameters.specifications.map(\.name)), filterArithmetic: .fast))
    program.fill(
      (0..<4).map { SeededParameters.input(shape: [3, 16, 16], seed: Golden.seed + UInt64($0)) })
    program.forward(count: 4, parameters: parameters, buffers: statistics)
    let scores = program.values(of: Graph.mainOutput)
    let targets = (0..<scores.pixels).map { Int32($0 % 4) }
    let loss = CrossEntropy().measure(
      scores, targets: targets, addingTo: program.gradients(of: Graph.mainOutput)
    ).loss
    let gradients = parameters.zeroed()
    program.backward(into: gradients)

    #expect(abs(loss - golden.loss) <= 64 * Golden.rounding)
    #expect(golden.gradients.count == parameters.specifications.count)
    for specification in parameters.specifications {
      let expected = try #require(golden.gradients[specification.name], "\(specification.name)")
      let found = gradients.tensor(specification).values
      let bound = 1024 * Golden.rounding * max(expected.length, 1e-3)
      let length = found.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let sum = found.reduce(0) { $0 + Double($1) }
      let spread = Double(found.count).squareRoot()
      #expect(abs(length - expected.length) <= bound, "\(specification.name)")
      #expect(abs(sum - expected.sum) <= bound * spread, "\(specification.name)")
      let first = Array(found.prefix(expected.first.count))
      #expect(Golden.distance(first, expected.first) <= bound, "\(specification.name)")
    }
    for (name, expected) in golden.statistics {
      let found = try #require(statistics.tensors[name]).values.prefix(expected.count)
      let largest = expected.map(abs).max() ?? 0
      #expect(
        Golden.distance(Array(found), expected) <= 256 * Golden.rounding * max(largest, 1),
        "\(name)")
    }
  }
}
