import Foundation
import Tensors

/// A network that PyTorch exported to ONNX, without its weights, which are seeded.
///
/// Made by `Tools/make_onnx_network_goldens.py`.
package struct ONNXNetworkGolden: Decodable, Sendable {
  private struct Stored: Decodable, Sendable {
    let name: String
    let shape: [Int]
  }

  /// What it is, for messages.
  package let name: String
  /// Of weights and input.
  package let seed: UInt64
  /// Shape of the input, `[C, H, W]`.
  package let input: [Int]
  private let model: Data
  private let stored: [Stored]
  private let outputBytes: Data

  private enum CodingKeys: String, CodingKey {
    case name, seed, input, model, stored
    case outputBytes = "output"
  }

  /// What PyTorch computes on the seeded input.
  package var output: [Float] {
    outputBytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
      }
    }
  }

  /// The seeded weights by their names.
  package var weights: [(name: String, tensor: Tensor)] {
    stored.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
    }
  }

  /// Writes the model and, beside it, its weights.
  ///
  /// - Returns: the model's path.
  /// - Throws: errors of the file system.
  package func write(in folder: TemporaryFolder) throws -> String {
    var data = Data()
    for weight in weights {
      weight.tensor.values.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    try data.write(to: URL(fileURLWithPath: folder.path("weights")))
    try model.write(to: URL(fileURLWithPath: folder.path("model.onnx")))
    return folder.path("model.onnx")
  }
}
