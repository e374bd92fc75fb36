import Checkpoints
import Foundation
import Graphs
import ONNX
import SwiftProtobuf
import Tensors
import TestSupport
import Testing

/// Files that are not what they should be.
@Suite struct ONNXDamageTests {
  /// A good model to spoil: Conv with an initializer `w` of 54 float32 values.
  private static func good() throws -> Onnx_ModelProto {
    try Onnx_ModelProto(serializedBytes: ONNXGoldens.named("conv valid").model)
  }

  private static func chain() throws -> Onnx_ModelProto {
    try Onnx_ModelProto(serializedBytes: ONNXGoldens.named("squeeze and excite").model)
  }

  private func problem(_ model: Onnx_ModelProto) throws -> ONNXError.Problem {
    let bytes: Data = try model.serializedBytes()
    return try #require(throws: ONNXError.self) { try ONNXGoldens.open(bytes) }.problem
  }

  /// Every operation in the table has been compared with the reference.
  @Test func everyImporterHasACase() throws {
    let used = try ONNXGoldens.cases.get().cases.flatMap {
      try Onnx_ModelProto(serializedBytes: $0.model).graph.node.map(\.opType)
    }
    #expect(ONNXModel.operations.subtracting(used).isEmpty)
  }

  @Test func filesThatAreNoModel() throws {
    let folder = try TemporaryFolder()
    let missing = try #require(throws: ONNXError.self) {
      try ONNXModel.open(path: folder.path("none.onnx"))
    }
    #expect(missing.problem == .unreadable(reason: "there is no such file"))
    #expect(throws: ONNXError.self) { try ONNXModel.open(path: folder.url.path) }
    for bytes in [Data(), Data("<html>".utf8), Data(repeating: 0, count: 64)] {
      #expect(throws: ONNXError.self) { try ONNXGoldens.open(bytes) }
    }
  }

  /// Records that a reader does not know are passed over; what is no record ends the file's reading.
  @Test func recordsBehindTheModel() throws {
    let model = try ONNXGoldens.named("conv valid").model
    let field = UInt8(29 << 3 & 0x7F | 0x80)
    for record: [UInt8] in [
      [field, 1, 5], [field | 1, 1] + Array(repeating: 7, count: 8), [field | 2, 1, 2, 7, 7],
      [field | 5, 1, 1, 2, 3, 4],
    ] {
      _ = try ONNXGoldens.open(model + record)
      let error = try #require(throws: ONNXError.self) {
        try ONNXGoldens.open(model + record.dropLast())
      }
      #expect(error.description.contains("end early or are damaged"), "\(error)")
    }
    for stray: [UInt8] in [
      [0], [6, 0], [field | 3, 1, field | 4, 1], [8] + [UInt8](repeating: 255, count: 10),
    ] {
      #expect(throws: ONNXError.self) { try ONNXGoldens.open(model + stray) }
    }
  }

  /// A cut loses the graph, a result or part of a tensor; never anything else than an error.
  @Test func truncatedAnywhere() throws {
    let bytes = try ONNXGoldens.named("conv").model
    let folder = try TemporaryFolder()
    for count in stride(from: 0, to: bytes.count, by: 5) {
      do {
        _ = try ONNXGoldens.open(bytes.prefix(count), in: folder)
        // What may be missing is what says nothing about the network.
        #expect(count > bytes.count - 16, "cut to \(count) of \(bytes.count) bytes")
      } catch is ONNXError {
      }
    }
  }

  /// Flipped bits change numbers or names, or are refused; they never stop the program.
  @Test(arguments: [
    "conv", "squeeze and excite", "bilinear to another result's size", "gemm", "attention",
    "layer norm in parts", "class token and positions", "split by sizes", "pad, reflect",
    "every second row backwards", "shape by choice", "counted positions", "tiles",
    "transposed, output shape", "average pool, ceil mode",
    "cubic of Catmull and Rom, outside excluded",
    "resize along axes, shape kept", "group norm as exported", "gemm of results",
  ])
  func flippedBits(name: String) throws {
    let golden = try ONNXGoldens.named(name)
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 5)
    for round in 0..<60 {
      var bytes = golden.model
      for _ in 0...random.nextIndex(below: 3) {
        bytes[random.nextIndex(below: bytes.count)] ^= 1 << UInt8(random.nextIndex(below: 8))
      }
      do {
        let model = try ONNXGoldens.open(bytes, in: folder)
        let graph = try Graph(tracing: model.network)
        let names = Set(graph.parameters.map(\.name))
        #expect(names == Set(model.parameters.keys), "\(name), seed 5, round \(round)")
      } catch is ONNXError {
      }
    }
  }

  /// Every integer that shapes anything, replaced by numbers that no shape has.
  @Test(arguments: [
    "reshape", "rows in another order", "every second row backwards", "split by sizes", "tiles",
    "pad, edge", "shape by choice", "counted positions", "resize along axes, shape kept",
    "transpose to channels last and back", "softmax of channels", "class token and positions",
    "factor from a shape, as attention is exported", "ReduceMean of channels", "attention",
    "transposed, output shape", "conv in groups, dilated", "max pool with border",
  ])
  func absurdIntegers(name: String) throws {
    let golden = try ONNXGoldens.named(name)
    let folder = try TemporaryFolder()
    let model = try Onnx_ModelProto(serializedBytes: golden.model)
    let absurd: [Int64] = [
      .min, .min + 1, -(1 << 40), -7, -2, -1, 0, 2, 5, 1 << 16, 1 << 31, 1 << 40, .max - 1, .max,
    ]
    func open(_ changed: Onnx_ModelProto) throws {
      let bytes: Data = try changed.serializedBytes()
      do { _ = try ONNXGoldens.open(bytes, in: folder) } catch is ONNXError {}
    }
    for value in absurd {
      for (index, tensor) in model.graph.initializer.enumerated() where tensor.dataType == 7 {
        for position in 0..<tensor.rawData.count / 8 {
          var changed = model
          withUnsafeBytes(of: value.littleEndian) {
            changed.graph.initializer[index].rawData.replaceSubrange(
              position * 8..<(position + 1) * 8, with: $0)
          }
          try open(changed)
        }
      }
      for (index, node) in model.graph.node.enumerated() {
        for (number, attribute) in node.attribute.enumerated() {
          var changed = model
          changed.graph.node[index].attribute[number].i = value
          for position in attribute.ints.indices {
            changed.graph.node[index].attribute[number].ints[position] = value
          }
          try open(changed)
        }
      }
    }
  }

  @Test func tensorsWhoseDataDoNotFit() throws {
    func spoilt(_ change: (inout Onnx_TensorProto) -> Void) throws -> ONNXError.Problem {
      var model = try Self.good()
      change(&model.graph.initializer[0])
      return try problem(model)
    }
    #expect(
      try spoilt { $0.rawData.removeLast() }
        == .tensor(name: "w", reason: "has 143 bytes, its shape [2, 3, 3, 2] needs 144"))
    #expect(
      try spoilt { $0.clearRawData() }
        == .tensor(name: "w", reason: "has 0 values, its shape [2, 3, 3, 2] needs 36"))
    for dims in [[Int64.max, 2], [-1, 36], [1 << 32, 1 << 31, 0]] {
      #expect(
        try spoilt { $0.dims = dims }
          == .tensor(name: "w", reason: "has the impossible shape \(dims)"))
    }
    #expect(
      try spoilt {
        $0.dims = [0, 3, 3, 2]; $0.rawData = Data()
      }.description.contains("Conv"))
    #expect(
      try spoilt { $0.dataType = 8 }.description.contains("a constant of element type 8"))
    #expect(try spoilt { $0.segment.begin = 0 }.description.contains("segments"))
  }

  @Test func graphsThatDoNotHoldTogether() throws {
    var missing = try Self.good()
    missing.graph.initializer = []
    #expect(
      try problem(missing)
        == .unprovided(edge: "w", reader: "Conv 'conv'", laterNode: nil))

    var unsorted = try Self.chain()
    unsorted.graph.node.swapAt(0, 1)
    #expect(
      try problem(unsorted)
        == .unprovided(edge: "m", reader: "Flatten 'flatten'", laterNode: "globalaveragepool"))

    var cyclic = try Self.chain()
    cyclic.graph.node[0].input[0] = "y"
    #expect(
      try problem(cyclic)
        == .unprovided(edge: "y", reader: "GlobalAveragePool 'globalaveragepool'", laterNode: "mul")
    )

    var own = try Self.chain()
    own.graph.node[0].input[0] = own.graph.node[0].output[0]
    #expect(try problem(own).description.contains("unsorted or cyclic"))

    var without = try Self.chain()
    without.graph.output[0].name = "nothing"
    #expect(
      try problem(without)
        == .unprovided(edge: "nothing", reader: "the graph's result", laterNode: nil))
  }

  @Test func modelsThatContradictThemselves() throws {
    var twice = try Self.chain()
    twice.graph.node[1].output[0] = "m"
    #expect(try problem(twice) == .malformed(reason: "'m' is yielded twice"))

    var doubled = try Self.good()
    doubled.graph.initializer.append(doubled.graph.initializer[0])
    #expect(try problem(doubled) == .tensor(name: "w", reason: "is stored twice"))

    var unversioned = try Self.good()
    unversioned.opsetImport = []
    #expect(try problem(unversioned) == .operatorSet(found: 0, known: 7...21))
  }
}
