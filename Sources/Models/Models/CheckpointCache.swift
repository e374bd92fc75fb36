import Checkpoints
import Essentials
import Graphs
import Kernels
import Networks
import Provenance
import Synchronization
import Tensors
import Texts

/// A checkpoint that is open, with its identity.
package struct OpenCheckpoint: Sendable {
  /// Names, shapes and where the elements lie.
  let checkpoint: Checkpoint
  /// Path and digest.
  let file: WeightFile

  /// Opens and hashes a file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - root: which part of a nested file to read.
  /// - Throws: `CheckpointError`, or `FileError` if the file cannot be hashed.
  package init(_ path: String, root: CheckpointRoot = .automatic) throws {
    if let bytes = CompactWeights.bytes(of: path) {
      checkpoint = try Checkpoint.decode(bytes, named: path)
      file = WeightFile(path: path, sha256: FileDigest.sha256(of: bytes))
      return
    }
    // The open file stays the one that was hashed, even if another takes its name.
    checkpoint = try Checkpoint.open(path: path, root: root)
    file = WeightFile(
      path: path, sha256: try FileDigest.sha256(ofFile: path), part: checkpoint.part)
  }
}

extension OpenCheckpoint {
  /// The tokens that a compact text tower knows; nil where the file holds none.
  package var vocabulary: CompactVocabulary? {
    get throws {
      try checkpoint[CompactVocabulary.tensorName].map { tensor in
        let stored = try tensor.tensor()
        do { return try CompactVocabulary(stored: stored) } catch {
          throw HarnessError(.runtime, "\(file.path): \(error)")
        }
      }
    }
  }
}

extension OpenCheckpoint {
  /// A tensor that the file holds beside its networks; nil where it does not.
  ///
  /// - Throws: `CheckpointError` for a tensor that cannot be read.
  package func tensor(_ name: String) throws -> Tensor? { try checkpoint[name]?.tensor() }
}

/// Opens each weight file and binds each network once, however many metrics ask for them.
///
/// Both towers of CLIP lie in one file, and several metrics may rest on one tower.
final class CheckpointCache: Sendable {
  private struct Key: Hashable {
    let network: String
    let place: Place
    let arithmetic: Arithmetic
  }

  private struct Place: Hashable {
    let path: String
    let root: CheckpointRoot
  }

  private struct Contents {
    var files: [Place: OpenCheckpoint] = [:]
    var networks: [Key: LoadedNetwork] = [:]
  }

  private let contents = Mutex(Contents())

  /// The open file of a path, or a part of it.
  ///
  /// - Throws: as ``OpenCheckpoint/init(_:root:)``.
  func opened(_ path: String, _ root: CheckpointRoot = .automatic) throws -> OpenCheckpoint {
    let place = Place(path: path, root: root)
    return try contents.withLock { contents in
      if let found = contents.files[place] { return found }
      let opened = try OpenCheckpoint(path, root: root)
      contents.files[place] = opened
      return opened
    }
  }

  /// A network of the catalogue with a file's weights.
  ///
  /// - Throws: as ``opened(_:_:)``, `GraphError` or `BindingError`.
  func network(
    _ network: any PublishedNetwork, checkpoint path: String, root: CheckpointRoot = .automatic,
    arithmetic: Arithmetic
  ) throws -> LoadedNetwork {
    let key = Key(
      network: network.name, place: Place(path: path, root: root), arithmetic: arithmetic)
    if let found = contents.withLock({ $0.networks[key] }) { return found }
    let loaded = try LoadedNetwork(
      network, checkpoint: try opened(path, root), ignoring: network.ignorableCheckpointPrefixes,
      arithmetic: arithmetic)
    return contents.withLock { contents in
      contents.networks[key] = contents.networks[key] ?? loaded
      return contents.networks[key] ?? loaded
    }
  }
}
