import Checkpoints
import Graphs
import Networks
import Tensors
import TestSupport

/// A real network on seeded weights, written as a checkpoint: small enough to run in a moment.
package struct SeededCheckpoint {
  /// The network.
  package static let network = SqueezeNet()
  private static let seed: UInt64 = 41

  /// All tensors in the network's order.
  ///
  /// - Throws: errors of the graph.
  package static func tensors() throws -> [(name: String, tensor: Tensor)] {
    try Graph(tracing: network).parameters.map {
      ($0.name, SeededParameters.tensor(named: $0.name, shape: $0.shape, seed: seed))
    }
  }

  /// Writes them into a folder.
  ///
  /// - Returns: the path of the checkpoint.
  /// - Throws: errors of the file system.
  package static func write(in folder: TemporaryFolder) throws -> String {
    let path = folder.path("squeezenet.safetensors")
    try SafetensorsFile.write(try tensors(), to: path)
    return path
  }

  /// A result of the network, computed without the harness.
  ///
  /// - Parameters:
  ///   - tap: the result's name.
  ///   - input: `[3, H, W]`.
  /// - Returns: the result's values in its own shape.
  /// - Throws: errors of the graph.
  package static func result(_ tap: String, of input: Tensor) throws -> Tensor {
    let parameters = Dictionary(uniqueKeysWithValues: try tensors().map { ($0.name, $0.tensor) })
    let executable = try Executable(
      Graph(tracing: network, inputShape: input.shape), parameters: parameters, outputs: [tap])
    return executable.run(input, in: executable.makeWorkspace())[tap] ?? Tensor(shape: [0])
  }

  /// Noise as a picture.
  package static func picture(_ seed: UInt64, width: Int = 40, height: Int = 33) -> Raster {
    var random = SplitMix64(seed: seed)
    return Raster(
      width: width, height: height, channels: 3,
      samples: (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
  }
}
