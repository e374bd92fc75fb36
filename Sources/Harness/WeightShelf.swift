import Checkpoints
import Essentials
import Graphs
import Kernels
import Networks
import Synchronization
import Texts

/// A checkpoint that is open, with its identity.
struct OpenedWeights: Sendable {
  /// Names, shapes and where the elements lie.
  let checkpoint: Checkpoint
  /// Path and digest.
  let file: WeightFile

  /// Opens and hashes a file.
  ///
  /// - Throws: `CheckpointError`, or `FileError` if the file cannot be hashed.
  init(_ path: String) throws {
    if let bytes = CompactWeights.bytes(of: path) {
      checkpoint = try Checkpoint.decode(bytes, named: path)
      file = WeightFile(path: path, sha256: FileDigest.sha256(of: bytes))
      return
    }
    // The open file stays the one that was hashed, even if another takes its name.
    checkpoint = try Checkpoint.open(path: path)
    file = WeightFile(path: path, sha256: try FileDigest.sha256(ofFile: path))
  }
}

extension OpenedWeights {
  /// The tokens that a compact text tower knows; nil where the file holds none.
  var vocabulary: CompactVocabulary? {
    get throws {
      try checkpoint[CompactVocabulary.tensorName].map {
        CompactVocabulary(stored: try $0.tensor())
      }
    }
  }
}

/// Opens each weight file and binds each network once, however many metrics ask for them.
///
/// Both towers of CLIP lie in one file, and several metrics may rest on one tower.
final class WeightShelf: Sendable {
  private struct Key: Hashable {
    let network: String
    let path: String
    let arithmetic: Arithmetic
  }

  private struct Contents {
    var files: [String: OpenedWeights] = [:]
    var networks: [Key: LoadedNetwork] = [:]
  }

  private let contents = Mutex(Contents())

  /// The open file of a path.
  ///
  /// - Throws: as ``OpenedWeights/init(_:)``.
  func opened(_ path: String) throws -> OpenedWeights {
    try contents.withLock { contents in
      if let found = contents.files[path] { return found }
      let opened = try OpenedWeights(path)
      contents.files[path] = opened
      return opened
    }
  }

  /// A network of the catalogue with a file's weights.
  ///
  /// - Throws: as ``opened(_:)``, `GraphError` or `BindingError`.
  func network(
    _ network: any PublishedNetwork, checkpoint path: String, arithmetic: Arithmetic
  ) throws -> LoadedNetwork {
    let key = Key(network: network.name, path: path, arithmetic: arithmetic)
    if let found = contents.withLock({ $0.networks[key] }) { return found }
    let loaded = try LoadedNetwork(
      network, checkpoint: try opened(path), ignoring: network.ignorableCheckpointPrefixes,
      arithmetic: arithmetic)
    return contents.withLock { contents in
      contents.networks[key] = contents.networks[key] ?? loaded
      return contents.networks[key] ?? loaded
    }
  }
}
