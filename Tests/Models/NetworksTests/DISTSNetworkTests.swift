import Checkpoints
import Foundation
import Graphs
import Metrics
import Networks
import Tensors
import TestSupport
import Testing

/// Distances of the package, made by `Tools/make_dists_goldens.py`.
private struct DISTSDistances: Decodable {
  struct Case: Decodable, Sendable {
    let rows, columns: Int
    let pair: String
    let float64, float32: Double
  }

  let seed: UInt64
  let distances: [Case]

  /// An image in 0…1.
  func image(_ name: String, _ golden: Case) -> Tensor {
    var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
    let shape = [3, golden.rows, golden.columns]
    return Tensor(
      shape: shape, values: (0..<shape.elementCount).map { _ in random.nextUnit() })
  }

  func pair(_ golden: Case) -> (first: Tensor, second: Tensor) {
    let first = image("first", golden)
    switch golden.pair {
    case "same": return (first, first)
    case "brighter":
      return (first, Tensor(shape: first.shape, values: first.values.map { $0 * 0.5 + 0.5 }))
    default: return (first, image("second", golden))
    }
  }

  func weights(_ network: DISTSNetwork) throws -> DISTSWeights {
    let channels = network.comparedTaps.map(\.channels)
    func drawn(_ name: String) -> [Float] {
      var random = SplitMix64(seed: SeededParameters.fowlerNollVo(name) ^ seed)
      return (0..<channels.reduce(0, +)).map { _ in random.nextUnit() }
    }
    return try DISTSWeights(alpha: drawn("alpha"), beta: drawn("beta"), channels: channels)
  }
}

@Suite(.serialized) struct DISTSNetworkTests {
  /// Whole distances, on seeded weights.
  @Test func measuresWhatThePackageMeasures() throws {
    let goldens: DISTSDistances = try GoldenFolder().decoded("dists.distances.json")
    #expect(goldens.distances.count == 15)
    let network = DISTSNetwork()
    let weights = try goldens.weights(network)
    let taps = network.comparedTaps.map(\.name)
    let parameters = Dictionary(
      uniqueKeysWithValues: try Graph(tracing: network).parameters.map {
        ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: goldens.seed))
      })
    for golden in goldens.distances {
      let graph = try Graph(
        tracing: network, inputShape: [3, golden.rows, golden.columns], for: taps)
      let executable = try Executable(graph, parameters: parameters, outputs: taps)
      let (first, second) = goldens.pair(golden)
      let workspaces = (executable.makeWorkspace(), executable.makeWorkspace())
      executable.compute([first], in: workspaces.0)
      executable.compute([second], in: workspaces.1)
      let found = try zip(taps, weights.layers).reduce(0) { sum, layer in
        sum
          + (try DISTS.layerDistance(
            executable.features(layer.0, in: workspaces.0),
            executable.features(layer.0, in: workspaces.1), weights: layer.1))
      }
      // Float32 features against Float64: as far as the package's own Float32 is from its Float64, 1e-7.
      #expect(abs(found - golden.float64) <= 1e-6, "\(golden) \(found)")
      if golden.pair == "same" { #expect(found == 0, "\(golden)") }
    }
  }

  @Test func tapsHaveTheChannelsOfTheWeights() throws {
    let network = DISTSNetwork()
    let graph = try Graph(tracing: network, inputShape: [3, 31, 45])
    for tap in network.comparedTaps {
      #expect(graph.shape(of: tap.name)?.first == tap.channels, "\(tap.name)")
    }
    #expect(graph.shape(of: "relu2_2") == [128, 16, 23])
    #expect(graph.shape(of: "relu5_3") == [512, 2, 3])
    #expect(network.weights.map(\.name) == ["alpha", "beta"])
    #expect(network.weights.allSatisfy { $0.shape == [1, 1475, 1, 1] })
    #expect(graph.parameters == (try Graph(tracing: VGG16())).parameters)
  }

  /// Filters that pass the image through: what reaches the second stage is the pool of the first.
  @Test func poolsAreRootsOfWeightedMeanSquares() throws {
    let network = DISTSNetwork()
    let graph = try Graph(tracing: network, inputShape: [3, 4, 5], for: ["relu1_2", "features.4"])
    let parameters = Dictionary(
      uniqueKeysWithValues: graph.parameters.map { parameter in
        (parameter.name, Tensor(shape: parameter.shape))
      }
    ).merging([
      "features.0.weight": Tensor.passing(channels: 3, of: 64),
      "features.2.weight": Tensor.passing(channels: 64, of: 64),
    ]) { $1 }
    let executable = try Executable(
      graph, parameters: parameters, outputs: ["relu1_2", "features.4"])
    let input = SeededParameters.input(shape: [3, 4, 5], seed: 4)
    let found = executable.run(input, in: executable.makeWorkspace())
    let before = try #require(found["relu1_2"])
    let after = try #require(found["features.4"])
    #expect(after.shape == [64, 2, 3])
    // hanning(5)[1:-1] on both axes, divided by its sum.
    let window = [0.25, 0.5, 0.25]
    for channel in 0..<64 {
      for row in 0..<2 {
        for column in 0..<3 {
          var sum = 1e-12
          for r in 0..<3 {
            for s in 0..<3 {
              let (i, j) = (2 * row - 1 + r, 2 * column - 1 + s)
              guard (0..<4).contains(i), (0..<5).contains(j) else { continue }
              let value = Double(before.values[(channel * 4 + i) * 5 + j])
              sum += window[r] * window[s] * value * value
            }
          }
          let value = Double(after.values[(channel * 2 + row) * 3 + column])
          // Nine squares in Float32, and a root.
          #expect(abs(value - sum.squareRoot()) <= 5e-7 * sum.squareRoot())
        }
      }
    }
    #expect(before.values.max() ?? 0 > 1 && before.values.contains(0))
  }

  /// The published weights of textures and structures, where a user has put them beside the fixtures.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: publishedPath)))
  func publishedWeightsBind() throws {
    let network = DISTSNetwork()
    let checkpoint = try Checkpoint.open(path: publishedPath)
    let bound = try checkpoint.bind(to: network.weights)
    let alpha = try #require(bound["alpha"]).values
    let beta = try #require(bound["beta"]).values
    // Trained to sum up to 1.
    #expect(abs((alpha + beta).reduce(0) { $0 + Double($1) } - 1) <= 1e-6)
    #expect((alpha + beta).allSatisfy { $0 >= 0 })
    let weights = try DISTSWeights(
      alpha: alpha, beta: beta, channels: network.comparedTaps.map(\.channels))
    #expect(weights.layers.count == 6)
  }
}

private let publishedPath = Fixtures.path("weights/DISTS_pytorch/weights.pt")

extension Tensor {
  /// A 3×3 convolution's weights `[outputs, channels, 3, 3]` that copy each channel.
  fileprivate static func passing(channels: Int, of outputs: Int) -> Tensor {
    var tensor = Tensor(shape: [outputs, channels, 3, 3])
    for channel in 0..<min(channels, outputs) {
      tensor.values[(channel * channels + channel) * 9 + 4] = 1
    }
    return tensor
  }
}
