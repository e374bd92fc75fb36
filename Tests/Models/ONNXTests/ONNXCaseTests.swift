import Checkpoints
import Foundation
import Graphs
import ONNX
import Tensors
import TestSupport
import Testing

/// Every importer against onnxruntime, and every refusal.
@Suite struct ONNXCaseTests {
  static let caseNames = (try? ONNXGoldens.cases.get().cases.map(\.name)) ?? []
  static let refusalNames = (try? ONNXGoldens.cases.get().refusals.map(\.name)) ?? []

  @Test func goldensAreThere() throws {
    let goldens = try ONNXGoldens.cases.get()
    #expect(goldens.cases.count >= 210)
    #expect(goldens.refusals.count >= 45)
  }

  @Test(arguments: caseNames)
  func equalsOnnxruntime(name: String) throws {
    let golden = try ONNXGoldens.named(name)
    let seed = try ONNXGoldens.cases.get().seed
    let model = try ONNXGoldens.open(golden.model, inputShape: golden.input)
    let graph = try Graph(tracing: model.network)
    #expect(Set(graph.parameters.map(\.name)) == Set(model.parameters.keys))
    let executable = try Executable(
      graph, parameters: model.parameters, outputs: graph.outputNames)
    let input = SeededParameters.input(shape: golden.input, seed: seed)
    let fast = executable.run(input, in: executable.makeWorkspace())
    let plain = try graph.evaluate(input, parameters: model.parameters)
    for (index, expected) in golden.outputs.enumerated() {
      let output = index == 0 ? Graph.mainOutput : expected.name
      for results in [fast, plain] {
        let found = try #require(results[output])
        #expect(found.count == expected.values.count)
        #expect(found.shape.filter { $0 > 1 } == expected.shape.filter { $0 > 1 })
        // Two layers at most, each a Float32 sum of up to 60 products: (2·√60·2⁻²⁴)² < 1e-12.
        #expect(Agreement(found.values, expected.values).nmse <= 1e-12, "\(name)")
      }
    }
  }

  @Test(arguments: refusalNames)
  func refusesWithReason(name: String) throws {
    let golden = try #require(try ONNXGoldens.cases.get().refusals.first { $0.name == name })
    let error = try #require(throws: ONNXError.self) { try ONNXGoldens.open(golden.model) }
    for word in golden.words {
      #expect(error.description.contains(word), "\(name): \(error)")
    }
  }

  @Test func parametersKeepTheirNames() throws {
    let shared = try ONNXGoldens.open(ONNXGoldens.named("conv with shared weights").model)
    #expect(shared.parameters.keys.sorted() == ["w"])
    #expect(shared.rearranged.isEmpty)
    let both = try ONNXGoldens.open(ONNXGoldens.named("one matrix in both layouts").model)
    #expect(both.parameters.keys.sorted() == ["w", "w (transposed to [5, 5], 2)"])
    let transposed = try ONNXGoldens.open(ONNXGoldens.named("gemm, matrix transposed").model)
    #expect(transposed.rearranged == ["w": "transposed to [4, 5]", "b": "reshaped to [4]"])
    #expect(transposed.parameters["w"]?.shape == [4, 5])
  }

  @Test func openSizesAreTheCallers() throws {
    let bytes = try ONNXGoldens.named("open sizes").model
    let model = try ONNXGoldens.open(bytes, inputShape: [2, 5, 9])
    #expect(try Graph(tracing: model.network).shape(of: Graph.mainOutput) == [2, 5, 9])
    #expect(model.network.name == "model")
    #expect(throws: ONNXError.self) { try ONNXGoldens.open(bytes, inputShape: [5, 9]) }
    #expect(throws: ONNXError.self) { try ONNXGoldens.open(bytes, inputShape: [1, 0, 9]) }
    #expect(throws: ONNXError.self) { try ONNXGoldens.open(bytes, inputShape: [1, 1 << 40, 9]) }
    let fixed = try ONNXGoldens.named("relu").model
    let error = try #require(throws: ONNXError.self) {
      try ONNXGoldens.open(fixed, inputShape: [3, 8, 8])
    }
    #expect(error.description.contains("[N, 3, 7, 6], [3, 8, 8] does not fit"))
  }

  /// A description that was rehearsed at one size fails at another with a reason, not silently.
  @Test func otherSizesFailInTheGraph() throws {
    let model = try ONNXGoldens.open(
      ONNXGoldens.named("reshape").model, inputShape: [2, 4, 3], taps: ["f", "y"])
    let graph = try Graph(tracing: model.network)
    #expect(graph.shape(of: "f") == [24])
    #expect(graph.outputs["y"] == graph.outputs[Graph.mainOutput])
    let error = try #require(throws: GraphError.self) {
      try Graph(tracing: model.network, inputShape: [2, 5, 3])
    }
    #expect(error.description.contains("the matrix [2, 24] for a vector of 30 numbers"))
  }
}
