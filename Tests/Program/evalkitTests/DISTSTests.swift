import Checkpoints
import Foundation
import Graphs
import Images
import Metrics
import Networks
import Tensors
import TestSupport
import Testing

/// DISTS as a user asks for it.
@Suite(.serialized) struct DISTSTests {
  private let network = DISTSNetwork()

  /// Seeded files of the trunk and of the learned weights, and a manifest that names them.
  private func writeWeights(_ faces: Faces) throws {
    try SyntheticWeights.write(
      Graph(tracing: network).parameters, to: faces.path("vgg16.safetensors"))
    try SafetensorsFile.write(heads, to: faces.path("dists.safetensors"))
    try faces.write(
      "roles: {dists: {file: vgg16.safetensors, heads: dists.safetensors}}\n".utf8,
      to: "weights.yaml")
  }

  /// All above 0, as the published ones are.
  private var heads: [(String, Tensor)] {
    network.weights.map { weight in
      var tensor = SeededParameters.tensor(named: weight.name, shape: weight.shape, seed: 5)
      tensor.values = tensor.values.map { abs($0) + 0.01 }
      return (weight.name, tensor)
    }
  }

  private func run(_ faces: Faces, _ further: String...) throws -> Outcome {
    try Program.run(
      Faces.scoring("dists", weights: "weights.yaml") + ["--quiet"] + further, in: faces.path)
  }

  /// The formula over the network's taps, without roles, groups and caches.
  private func distance(_ faces: Faces, _ id: String) throws -> Double {
    let taps = network.comparedTaps
    let side = 64
    let graph = try Graph(tracing: network, inputShape: [3, side, side], for: taps.map(\.name))
    let parameters = graph.parameters.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: 5))
    }
    let executable = try Executable(
      graph, parameters: Dictionary(uniqueKeysWithValues: parameters), outputs: taps.map(\.name))
    let workspaces = try ["reference", "generated"].map { folder in
      let image = try ImageDecoder.rgb(contentsOf: faces.path("\(folder)/\(id).png"))
      let workspace = executable.makeWorkspace()
      executable.compute([try Preprocessing.dists.apply(image, named: id)], in: workspace)
      return workspace
    }
    let weights = try DISTSWeights(
      alpha: heads[0].1.values, beta: heads[1].1.values, channels: taps.map(\.channels))
    return try zip(taps, weights.layers).reduce(0) { sum, layer in
      sum
        + (try DISTS.layerDistance(
          executable.features(layer.0.name, in: workspaces[0]),
          executable.features(layer.0.name, in: workspaces[1]), weights: layer.1))
    }
  }

  @Test func isTheFormulaOverTheNetworksTaps() throws {
    let faces = try Faces(3, side: 64)
    try writeWeights(faces)
    let outcome = try run(faces, "--json", "--per-image", "scores.csv")
    let metrics = try #require(outcome.json()["metrics"] as? [String: [String: Any]])
    let distances = try (0..<3).map { try distance(faces, Faces.id($0)) }
    #expect(distances.allSatisfy { $0 > 0.001 }, "\(distances)")
    let mean = try #require(metrics["dists"]?["value"] as? Double)
    // Both sum three values of one size, in whatever order; JSON's reader loses up to two last bits.
    #expect(abs(mean - distances.reduce(0, +) / 3) <= 4 * mean.ulp)
    let lines = try String(contentsOfFile: faces.path("scores.csv"), encoding: .utf8)
    #expect(lines.contains("01,scored,\(distances[1])"), "\(lines)")
  }

  @Test func equalImagesAreNoDistanceApart() throws {
    let faces = try Faces(2, side: 64)
    try writeWeights(faces)
    for index in 0..<2 {
      let id = Faces.id(index)
      try faces.write(faces.bytes(of: "reference/\(id).png"), to: "generated/\(id).png")
    }
    let metrics = try #require(run(faces, "--json").json()["metrics"] as? [String: [String: Any]])
    #expect(metrics["dists"]?["value"] as? Double == 0)
  }

  @Test func saysWhichFileIsMissing() throws {
    let faces = try Faces(2, side: 64)
    try faces.write("roles: {}\n".utf8, to: "weights.yaml")
    try run(faces).expectRefusal(6, "vgg16", "'dists'")
    try writeWeights(faces)
    try faces.write(
      "roles: {dists: {file: vgg16.safetensors, heads: vgg16.safetensors}}\n".utf8,
      to: "weights.yaml")
    try run(faces).expectRefusal(1, "alpha")
  }
}
