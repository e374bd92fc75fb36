import CMemory
import Checkpoints
import Graphs
import Kernels
import Provenance
import Synchronization
import Tensors
import Terms

/// A network with its checkpoint bound, compiled on demand for each input size.
///
/// Packed weights are all that stays in memory: tensors are read when a layer is packed.
package final class LoadedNetwork: Sendable {
  /// The description.
  package let network: any Network
  /// Which weights it uses.
  package let weights: WeightFile
  /// Which algorithms its convolutions may use.
  package let arithmetic: Arithmetic

  private let parameters: any ParameterSource
  private let compiled = Mutex<[Key: Executable]>([:])
  /// Folders of images of many sizes must not fill the memory with compiled networks.
  private static let limit = 8

  private struct Key: Hashable {
    let shape: [Int]?
    let outputs: [String]
  }

  /// Joins a description and the tensors that fit it.
  ///
  /// - Parameters:
  ///   - network: the description.
  ///   - weights: the file that the tensors come from.
  ///   - arithmetic: which algorithms convolutions may use.
  ///   - parameters: gives the tensors, for every input shape again; what it reads must not change.
  package init(
    network: any Network, weights: WeightFile, arithmetic: Arithmetic = .fast,
    parameters: any ParameterSource
  ) {
    self.arithmetic = arithmetic
    self.network = network
    self.weights = weights
    self.parameters = parameters
  }

  /// The network ready to run on one shape of its only input; nil takes the network's own shapes.
  ///
  /// - Throws: ``Graphs/GraphError`` if the input is too small or a result is unknown.
  package func executable(inputShape: [Int]? = nil, outputs: [String]) throws -> Executable {
    let key = Key(shape: inputShape, outputs: outputs)
    // Compiling inside the lock: a second worker waits instead of packing the same weights again.
    return try compiled.withLock { compiled in
      if let found = compiled[key] { return found }
      if compiled.count >= Self.limit { compiled.removeAll() }
      let graph = try Graph(tracing: network, inputShape: key.shape, for: outputs)
      let executable = try Executable(
        graph, parameters: parameters, outputs: outputs, arithmetic: arithmetic)
      give_back_freed_memory()
      compiled[key] = executable
      return executable
    }
  }

  /// Lets go of packed weights; what is asked for afterwards is compiled anew.
  package func release() { compiled.withLock { $0 = [:] } }
}

extension LoadedNetwork {
  /// Runs the network on any number of inputs, a few of one shape at once.
  ///
  /// - Parameters:
  ///   - count: how many inputs there are.
  ///   - outputs: the results that `read` will ask for.
  ///   - workspace: the worker's memory.
  ///   - limit: bytes that one input's activations may take.
  ///   - name: what a failure calls an input.
  ///   - input: makes one input; called in order, shortly before it is needed.
  ///   - read: takes what is wanted of one input from the workspace, where it is the given image.
  /// - Returns: one result for each input; what one throws is its own failure, and so is a result that is not
  ///   finite.
  package func map<Value>(
    _ count: Int, outputs: [String], in workspace: Workspace, limit: Int = .max,
    named name: ((Int) -> String)? = nil, input: (Int) throws -> Tensor,
    read: (_ executable: Executable, _ image: Int) -> Value
  ) -> [Result<Value, ImageFailure>] {
    var results: [Int: Result<Value, ImageFailure>] = [:]
    var groups: [[Int]: (executable: Executable, indices: [Int], inputs: [Tensor])] = [:]
    func run(_ shape: [Int]) {
      guard let group = groups.removeValue(forKey: shape) else { return }
      group.executable.compute(group.inputs, in: workspace)
      for (image, index) in group.indices.enumerated() {
        results[index] = ImageFailure.catching {
          try group.executable.requireFinite(image: image, in: workspace)
          return read(group.executable, image)
        }.mapError { failure in
          let place = name.map { "\($0(index)): " } ?? ""
          return ImageFailure(state: failure.state, reason: place + failure.reason)
        }
      }
    }
    for index in 0..<count {
      do {
        let tensor = try input(index)
        let executable = try executable(inputShape: tensor.shape, outputs: outputs)
        try requireRoom(for: tensor.shape, executable, limit)
        var group = groups.removeValue(forKey: tensor.shape) ?? (executable, [], [])
        group.indices.append(index)
        group.inputs.append(tensor)
        let isFull = group.inputs.count >= executable.groupSize
        groups[tensor.shape] = group
        if isFull { run(tensor.shape) }
      } catch {
        results[index] = .failure(ImageFailure(error))
      }
    }
    for shape in groups.keys { run(shape) }
    return (0..<count).compactMap { results[$0] }
  }
}

extension LoadedNetwork {
  /// - Throws: ``ImageFailure`` of state `too-large`.
  private func requireRoom(for shape: [Int], _ executable: Executable, _ limit: Int) throws {
    let bytes = MemoryLayout<Float>.stride * executable.workspaceSize
    guard bytes > limit else { return }
    throw ImageFailure(
      state: "too-large",
      reason: "running \(network.name) on an input of \(shape.extents) takes \(bytes.inBytes) of "
        + "memory, and an image may take \(limit.inBytes); scale it down or raise --memory")
  }
}

/// A checkpoint file's identity, which every number measured with it carries.
package struct WeightFile: Hashable, Sendable {
  /// Where it was read from.
  package let path: String
  /// SHA-256 of the file in hexadecimal.
  package let sha256: String
  /// Which of several sets of tensors in it is meant; nil where there is one.
  package let part: CheckpointPart?

  /// Names a file whose digest is known.
  package init(path: String, sha256: String, part: CheckpointPart? = nil) {
    self.path = path
    self.sha256 = sha256
    self.part = part
  }

  /// What a fingerprint calls it: its digest, and the set of tensors where there are several.
  package var identity: String { part.map { "\(sha256)/\($0.name)" } ?? sha256 }

  /// Which of several sets of tensors is used, in a sentence; nil where there is one.
  package var partNote: String? {
    guard let part, !part.others.isEmpty else { return nil }
    return "\(name) holds several sets of tensors: '\(part.name)' is used, "
      + part.others.map { "'\($0)'" }.joined(separator: ", ") + " not."
  }

  /// File name without its folder.
  package var name: String { String(path.split(separator: "/").last ?? "") }
}

extension Arithmetic {
  /// How this processor's arithmetic enters a fingerprint: levels that round alike share a name.
  ///
  /// AVX2 and AVX-512 kernels add the same products in the same order with the same fused steps. The
  /// number rises when Winograd's transforms round otherwise.
  var name: String {
    let sums = CPULevel.current == .portable ? "float32" : "float32-fma"
    return self == .exact ? sums : sums + "-winograd2"
  }
}
