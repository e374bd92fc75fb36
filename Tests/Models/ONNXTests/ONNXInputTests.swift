import Foundation
import Graphs
import ONNX
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

/// Models with several inputs.
@Suite struct ONNXInputTests {
  /// `relu(concatenate(image, hint)) + bias`, the image `[N, 2, ?, 3]`, the hint `[N, 1, ?, 3]`.
  private func model() -> Onnx_ModelProto {
    func input(_ name: String, _ extents: [Int64]) -> Onnx_ValueInfoProto {
      var input = Onnx_ValueInfoProto()
      input.name = name
      input.type.tensorType.elemType = 1
      input.type.tensorType.shape.dim = extents.map { extent in
        var dimension = Onnx_TensorShapeProto.Dimension()
        if extent > 0 { dimension.dimValue = extent } else { dimension.dimParam = "free" }
        return dimension
      }
      return input
    }
    func node(_ operation: String, _ inputs: [String], _ output: String) -> Onnx_NodeProto {
      var node = Onnx_NodeProto()
      (node.opType, node.name, node.input, node.output) = (operation, output, inputs, [output])
      return node
    }
    var joined = node("Concat", ["image", "hint"], "joined")
    var axis = Onnx_AttributeProto()
    (axis.name, axis.type, axis.i) = ("axis", .int, 1)
    joined.attribute = [axis]
    var output = Onnx_ValueInfoProto()
    output.name = "y"
    var model = Onnx_ModelProto()
    model.irVersion = 8
    var set = Onnx_OperatorSetIdProto()
    set.version = 17
    model.opsetImport = [set]
    model.graph.node = [joined, node("Relu", ["joined"], "y")]
    model.graph.input = [input("image", [1, 2, 0, 3]), input("hint", [1, 1, 0, 3])]
    model.graph.output = [output]
    return model
  }

  private func open(_ shapes: [String: [Int]]) throws -> ONNXModel {
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    let bytes: Data = try model().serializedBytes()
    try bytes.write(to: URL(fileURLWithPath: path))
    return try ONNXModel.open(path: path, inputShapes: shapes)
  }

  @Test func inputsAreNamedAsInTheFile() throws {
    let network = try open(["image": [2, 2, 3], "hint": [1, 2, 3]]).network
    let graph = try Graph(tracing: network)
    #expect(graph.inputs.map(\.name) == ["image", "hint"])
    let image = Tensor(shape: [2, 2, 3], values: (0..<12).map { Float($0) - 6 })
    let hint = Tensor(shape: [1, 2, 3], values: [-1, 1, -2, 2, -3, 3])
    let parameters: [String: Tensor] = [:]
    let executable = try Executable(graph, parameters: parameters)
    let found = try executable.run(
      named: ["hint": hint, "image": image], in: executable.makeWorkspace())
    let expected = (image.values + hint.values).map { max($0, 0) }
    #expect(found[Graph.mainOutput] == Tensor(shape: [3, 2, 3], values: expected))
  }

  @Test func whatDoesNotFitIsTold() throws {
    func problem(_ body: () throws -> ONNXModel) -> String {
      let error = #expect(throws: ONNXError.self) { _ = try body() }
      return error.map { "\($0.problem)" } ?? ""
    }
    #expect(problem { try open([:]) } == "input 'image' is [N, 2, ?, 3]; state the open sizes")
    #expect(
      problem { try open(["image": [2, 2, 3], "nose": [1]]) }
        == "has no input 'nose'; there are [\"image\", \"hint\"]")
    #expect(
      problem { try open(["image": [2, 2, 3], "hint": [2, 2, 3]]) }
        == "input 'hint' is [N, 1, ?, 3], [2, 2, 3] does not fit")
    let bytes: Data = try model().serializedBytes()
    #expect(
      problem { try ONNXGoldens.open(bytes, inputShape: [2, 2, 3]) }
        == "has 2 inputs ([\"image\", \"hint\"]), but one image is needed")
  }
}
