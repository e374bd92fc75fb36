import Checkpoints
import Foundation
import ONNX
import TestSupport

/// What `Tools/make_onnx_goldens.py` wrote.
enum ONNXGoldens {
  struct Case: Decodable, Sendable {
    struct Output: Decodable, Sendable {
      let name: String
      let shape: [Int]
      private let bytes: Data

      var values: [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
          bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Float.self) }
        }
      }

      enum CodingKeys: String, CodingKey {
        case name, shape
        case bytes = "values"
      }
    }
    let name: String
    let model: Data
    let input: [Int]
    let outputs: [Output]
  }

  struct Refusal: Decodable, Sendable {
    let name: String
    let model: Data
    let words: [String]
  }

  struct Cases: Decodable, Sendable {
    let seed: UInt64
    let cases: [Case]
    let refusals: [Refusal]
  }

  struct Sampled: Decodable, Sendable {
    let shape: [Int]
    let sum: Double
    let squares: Double
    let samples: [Float]
  }

  static let cases = Result { try GoldenFolder().decoded("onnx_cases.json", as: Cases.self) }

  /// A model from its bytes, by way of a file that is gone afterwards or with the folder.
  static func open(
    _ bytes: Data, inputShape: [Int]? = nil, taps: [String] = [], in folder: TemporaryFolder? = nil
  ) throws -> ONNXModel {
    let folder = try folder ?? TemporaryFolder()
    let path = folder.path("model.onnx")
    try bytes.write(to: URL(fileURLWithPath: path))
    return try ONNXModel.open(path: path, inputShape: inputShape, taps: taps)
  }

  /// The case of a name.
  static func named(_ name: String) throws -> Case {
    guard let found = try cases.get().cases.first(where: { $0.name == name }) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return found
  }
}
