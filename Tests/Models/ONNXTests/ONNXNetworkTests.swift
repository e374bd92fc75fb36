import Checkpoints
import Foundation
import Graphs
import ONNX
import Tensors
import TestSupport
import Testing

/// Whole networks as PyTorch exports them.
@Suite struct ONNXNetworkTests {
  private static let goldens = Result {
    try GoldenFolder().decoded("onnx_networks.json", as: [ONNXNetworkGolden].self)
  }
  static let names = (try? goldens.get().map(\.name)) ?? []

  private static func golden(_ name: String) throws -> ONNXNetworkGolden {
    try #require(try goldens.get().first { $0.name == name })
  }

  private static func open(_ golden: ONNXNetworkGolden) throws -> ONNXModel {
    let folder = try TemporaryFolder()
    return try ONNXModel.open(path: golden.write(in: folder))
  }

  @Test func goldensAreThere() throws {
    #expect(try Self.goldens.get().count >= 6)
  }

  @Test(arguments: names)
  func equalsPyTorch(name: String) throws {
    let golden = try Self.golden(name)
    let model = try Self.open(golden)
    let graph = try Graph(tracing: model.network)
    #expect(Set(graph.parameters.map(\.name)) == Set(model.parameters.keys))
    let executable = try Executable(graph, parameters: model.parameters)
    let input = SeededParameters.input(shape: golden.input, seed: golden.seed)
    let found = try #require(
      executable.run(input, in: executable.makeWorkspace())[Graph.mainOutput])
    #expect(found.count == golden.output.count)
    let nmse = Agreement(found.values, golden.output).nmse
    #expect(nmse <= 1e-9, "\(name): \(nmse)")
    let plain = try #require(
      try graph.evaluate(input, parameters: model.parameters)[Graph.mainOutput])
    #expect(Agreement(plain.values, golden.output).nmse <= 1e-9, "\(name)")
  }

  /// Attention, norms and activations run as the operations that they are, and only one row of the last
  /// block; nothing is copied into another order but what the patches need.
  @Test(arguments: names.filter { $0.hasPrefix("vision transformer") })
  func transformersRunAsTheirOwnOperations(name: String) throws {
    let golden = try Self.golden(name)
    let model = try Self.open(golden)
    let graph = try Executable(try Graph(tracing: model.network), parameters: model.parameters)
      .graph
    let needed = graph.nodes(neededFor: [Graph.mainOutput]).map { graph.nodes[$0] }
    let counts = Dictionary(grouping: needed, by: \.operation.name).mapValues(\.count)
    #expect(counts["attention /2"] == 2, "\(counts)")
    #expect(counts["quick GELU"] == 2, "\(counts)")
    #expect((counts["layer norm"] ?? 0) + (counts["normalise"] ?? 0) == 6, "\(counts)")
    #expect(needed.allSatisfy { !$0.operation.name.hasPrefix("matrix product") })
    #expect(needed.allSatisfy { !$0.operation.name.hasPrefix("rearrange") }, "\(counts)")
    // The last block's feed-forward layer is four times as wide and sees the class token alone.
    #expect(needed.contains { $0.shape == [512] })
    #expect(needed.contains { $0.shape.first == 512 && $0.shape.count == 3 && $0.shape[1] > 1 })
  }

  /// Batch norms behind convolutions are part of their weights.
  @Test func batchNormsFold() throws {
    let model = try Self.open(Self.golden("ResNet, operator set 11"))
    let graph = try Graph(tracing: model.network)
    let executable = try Executable(graph, parameters: model.parameters)
    let times = executable.timeStages(
      Tensor(shape: graph.inputShape), in: executable.makeWorkspace(), repetitions: 1)
    #expect(times.allSatisfy { $0.name != "affine" && $0.name != "sum" })
    #expect(times.filter(\.isProduct).count == 11)
  }
}
