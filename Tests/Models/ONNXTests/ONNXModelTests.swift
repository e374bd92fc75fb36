import Checkpoints
import Foundation
import Graphs
import ONNX
import Tensors
import TestSupport
import Testing

/// A real network: the 19-class face parser.
@Suite(.enabled(if: Fixtures.arePresent)) struct ONNXModelTests {
  static let path = Fixtures.path("weights/unetsmall_parser.onnx")
  static let tap = "/bottleneck/bottleneck.3/Relu_output_0"

  @Test func holdsTheNetworkAndItsParameters() throws {
    let model = try ONNXModel.open(path: Self.path)
    #expect(model.network.name == "unetsmall_parser")
    #expect(model.network.inputShape == [3, 256, 256])
    #expect(model.rearranged.isEmpty)
    let graph = try Graph(tracing: model.network)
    #expect(graph.shape(of: Graph.mainOutput) == [19, 256, 256])
    #expect(graph.parameters.count == 26)
    #expect(
      graph.parameters[0] == ParameterSpecification(name: "enc1.0.weight", shape: [32, 3, 3, 3]))
    #expect(
      model.parameters.mapValues(\.shape)
        == Dictionary(
          uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) }))
    #expect(model.parameters.values.reduce(0) { $0 + $1.count } == 467_123)
  }

  private struct Golden: Decodable {
    let seed: UInt64
    let output: ONNXGoldens.Sampled
    let middle: ONNXGoldens.Sampled
    enum CodingKeys: String, CodingKey {
      case seed, output
      case middle = "/bottleneck/bottleneck.3/Relu_output_0"
    }
  }

  @Test func equalsOnnxruntime() throws {
    let golden = try GoldenFolder().decoded("onnx_parser.json", as: Golden.self)
    let model = try ONNXModel.open(path: Self.path, taps: [Self.tap])
    let graph = try Graph(tracing: model.network)
    let executable = try Executable(
      graph, parameters: model.parameters, outputs: [Graph.mainOutput, Self.tap])
    let input = SeededParameters.input(shape: graph.inputShape, seed: golden.seed)
    let results = executable.run(input, in: executable.makeWorkspace())
    try compare(#require(results[Graph.mainOutput]), golden.output)
    try compare(#require(results[Self.tap]), golden.middle)
  }

  private func compare(_ found: Tensor, _ expected: ONNXGoldens.Sampled) {
    #expect(found.shape == expected.shape)
    let samples = (0..<256).map { found.values[$0 * found.count / 256] }
    // Thirteen layers of Float32 sums of up to 1,152 products: √(13·1152)·2⁻²⁴ in relative error, its
    // square 5e-11.
    #expect(Agreement(samples, expected.samples).nmse <= 1e-10)
    let sum = found.values.reduce(0.0) { $0 + Double($1) }
    let squares = found.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    // The same relative error, 7e-6, of the terms bounds that of both sums: by the root of squares times
    // count for the one, where signs cancel, and doubled for the other.
    let scale = (squares * Double(found.count)).squareRoot()
    #expect(abs(sum - expected.sum) <= 7e-6 * scale)
    #expect(abs(squares - expected.squares) <= 1.4e-5 * expected.squares)
  }
}
