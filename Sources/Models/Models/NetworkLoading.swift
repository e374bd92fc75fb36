import Checkpoints
import Essentials
import Graphs
import Kernels
import Networks
import ONNX
import Provenance

extension LoadedNetwork {
  /// Binds a checkpoint to a network of the catalogue, strictly.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, or `FileError` if the file cannot be hashed.
  package convenience init(
    _ network: any PublishedNetwork, checkpoint path: String, arithmetic: Arithmetic = .fast
  ) throws {
    try self.init(
      network, checkpoint: OpenCheckpoint(path), ignoring: network.ignorableCheckpointPrefixes,
      arithmetic: arithmetic)
  }

  /// A network of the compact suite with the program's own weights.
  ///
  /// - Throws: `CheckpointError`, `BindingError`, or `FileError` where the program has none.
  package convenience init(ofProgram network: any PublishedNetwork) throws {
    try self.init(network, checkpoint: CompactWeights.path(of: network.name))
  }

  /// Binds an open checkpoint to any network, leaving tensors with the given prefixes out.
  ///
  /// - Throws: `GraphError` or `BindingError`.
  package convenience init(
    _ network: any Network, checkpoint opened: OpenCheckpoint, ignoring prefixes: [String] = [],
    arithmetic: Arithmetic = .fast
  ) throws {
    self.init(
      network: network, weights: opened.file, arithmetic: arithmetic,
      parameters: try opened.checkpoint.bound(
        to: try Graph(tracing: network).parameters, ignoring: prefixes))
  }

  /// Reads a network and its weights from an ONNX model.
  ///
  /// - Parameters:
  ///   - path: the model file.
  ///   - inputShape: the input to trace it for; nil takes the model's own.
  ///   - taps: the results that will be asked for, any edges of the model or the main one.
  ///   - arithmetic: which algorithms its convolutions may use.
  /// - Returns: the network, and the names by which it offers the results.
  /// - Throws: `ONNXError`; ``HarnessError`` of kind `usage` for a result that does not exist.
  package static func onnx(
    _ path: String, inputShape: [Int]?, taps: [String] = [Graph.mainOutput], arithmetic: Arithmetic
  ) throws -> (network: LoadedNetwork, taps: [String]) {
    var model = try ONNXModel.open(path: path, inputShape: inputShape)
    var known = try Graph(tracing: model.network).outputNames
    let edges = taps.filter { !known.contains($0) }
    if !edges.isEmpty {
      do {
        model = try ONNXModel.open(path: path, inputShape: inputShape, taps: edges)
      } catch { throw HarnessError(.usage, error.description) }
      known = try Graph(tracing: model.network).outputNames
    }
    // The main result goes by its own name in the graph, not by its edge's.
    let offered = taps.map { known.contains($0) ? $0 : Graph.mainOutput }
    let network = LoadedNetwork(
      network: model.network,
      weights: WeightFile(path: path, sha256: try digest(of: model, at: path)),
      arithmetic: arithmetic, parameters: model.parameters)
    return (network, offered)
  }

  /// The digest of a model file, or, where its tensors lie in others, of the digests of all.
  private static func digest(of model: ONNXModel, at path: String) throws -> String {
    let own = try FileDigest.sha256(ofFile: path)
    if model.externalFiles.isEmpty { return own }
    let others = try model.externalFiles.map { try FileDigest.sha256(ofFile: $0) }
    return FileDigest.sha256(of: Array(([own] + others).joined(separator: "\n").utf8))
  }
}
