import Checkpoints
import Graphs
import Kernels
import Synchronization
import Tensors

/// A network with its checkpoint bound, compiled on demand for each input size.
package final class LoadedNetwork: Sendable {
  /// The description.
  package let network: any Network
  /// Which weights it uses.
  package let weights: WeightFile

  private let parameters: [String: Tensor]
  private let compiled = Mutex<[Key: Executable]>([:])
  /// Folders of images of many sizes must not fill the memory with compiled networks.
  private static let limit = 8

  private struct Key: Hashable {
    let shape: [Int]
    let outputs: [String]
  }

  /// Joins a description and tensors that were bound to it.
  package init(network: any Network, parameters: [String: Tensor], weights: WeightFile) {
    self.network = network
    self.parameters = parameters
    self.weights = weights
  }

  /// The network ready to run on one input shape.
  ///
  /// - Throws: ``Graphs/GraphError`` if the input is too small or a result is unknown.
  package func executable(inputShape: [Int]? = nil, outputs: [String]) throws -> Executable {
    let key = Key(shape: inputShape ?? network.inputShape, outputs: outputs)
    // Compiling inside the lock: a second worker waits instead of packing the same weights again.
    return try compiled.withLock { cache in
      if let found = cache[key] { return found }
      if cache.count >= Self.limit { cache.removeAll() }
      let graph = try Graph(tracing: network, inputShape: key.shape)
      let executable = try Executable(graph, parameters: parameters, outputs: outputs)
      cache[key] = executable
      return executable
    }
  }
}

/// A checkpoint file's identity, which every number measured with it carries.
package struct WeightFile: Hashable, Sendable {
  /// Where it was read from.
  package let path: String
  /// SHA-256 of the file in hexadecimal.
  package let sha256: String

  /// File name without its folder.
  package var name: String { String(path.split(separator: "/").last ?? "") }
}

/// How a processor's arithmetic enters a fingerprint: levels that round alike share a name.
enum Arithmetic {
  /// AVX2 and AVX-512 kernels add the same products in the same order with the same fused steps.
  static var name: String { CPULevel.current == .portable ? "float32" : "float32-fma" }
}
