import Checkpoints
import Foundation
import ONNX
import SwiftProtobuf
import TestSupport
import Testing

/// Tensors that lie beside the model file.
@Suite struct ONNXExternalDataTests {
  private let folder: TemporaryFolder
  private let model: String
  private let weights: Data

  init() throws {
    folder = try TemporaryFolder()
    let inner = folder.url.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    model = folder.path("model/net.onnx")
    let whole = try Onnx_ModelProto(serializedBytes: ONNXGoldens.named("conv valid").model)
    weights = whole.graph.initializer[0].rawData
    let padded = Data(repeating: 7, count: 5) + weights
    try padded.write(to: URL(fileURLWithPath: folder.path("model/net.data")))
    try padded.write(to: URL(fileURLWithPath: folder.path("secret")))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("model/link"), withDestinationPath: folder.path("secret"))
  }

  private func open(_ entries: [String: String]) throws -> ONNXModel {
    var changed = try Onnx_ModelProto(serializedBytes: ONNXGoldens.named("conv valid").model)
    changed.graph.initializer[0].clearRawData()
    changed.graph.initializer[0].dataLocation = .external
    changed.graph.initializer[0].externalData = entries.map { key, value in
      Onnx_StringStringEntryProto.with {
        $0.key = key
        $0.value = value
      }
    }
    try changed.serializedData().write(to: URL(fileURLWithPath: model))
    return try ONNXModel.open(path: model)
  }

  @Test func isReadFromTheModelsFolder() throws {
    let inside = try ONNXGoldens.open(ONNXGoldens.named("conv valid").model)
    for location in ["net.data", "./net.data", "../model/net.data"] {
      let outside = try open(["location": location, "offset": "5", "length": "144"])
      #expect(outside.parameters == inside.parameters)
    }
    #expect(try open(["location": "net.data", "offset": "5"]).parameters == inside.parameters)
  }

  @Test(arguments: ["../secret", "link", "/etc/hostname", "", ".", "..", "../model"])
  func isNeverReadFromElsewhere(location: String) throws {
    let error = try #require(throws: ONNXError.self) {
      try open(["location": location, "offset": "5"])
    }
    #expect(error.description.contains("outside the model's folder"))
  }

  @Test(arguments: [
    ["location": "net.data", "offset": "6"], ["location": "net.data", "offset": "-1"],
    ["location": "net.data", "offset": "9223372036854775807"],
    ["location": "net.data", "offset": "5", "length": "143"],
    ["location": "net.data", "offset": "99999999999999999999"],
    ["location": "net.data", "offset": "x"], ["location": "none"],
  ])
  func positionsAreChecked(entries: [String: String]) throws {
    let error = try #require(throws: ONNXError.self) { try open(entries) }
    guard case .tensor("w", _) = error.problem else {
      Issue.record("\(error)")
      return
    }
  }
}
