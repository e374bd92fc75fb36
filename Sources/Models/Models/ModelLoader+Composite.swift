import Checkpoints
import Essentials
import Graphs
import Kernels
import Networks
import Provenance
import Tensors

/// An open file that holds several networks of one system.
package struct CompositeFile: Sendable {
  /// Path and digest.
  package let file: WeightFile
  /// What files that were read as one say differently.
  package let conflicts: [MergeConflict]
  private let checkpoint: Checkpoint
  private let layout: CompositeLayout
  private let arithmetic: Arithmetic

  init(_ opened: OpenCheckpoint, _ layout: CompositeLayout, _ arithmetic: Arithmetic) {
    file = opened.file
    conflicts = []
    checkpoint = opened.checkpoint
    self.layout = layout
    self.arithmetic = arithmetic
  }

  /// Files that are read as one; the digest of several is that of their digests.
  init(
    _ merged: MergedCheckpoint, of files: [WeightFile], _ layout: CompositeLayout,
    _ arithmetic: Arithmetic
  ) {
    let digests = files.map(\.sha256).joined(separator: " ")
    file =
      files.count == 1
      ? files[0]
      : WeightFile(
        path: merged.checkpoint.path, sha256: FileDigest.sha256(of: Array(digests.utf8)))
    conflicts = merged.conflicts
    checkpoint = merged.checkpoint
    self.layout = layout
    self.arithmetic = arithmetic
  }

  /// Opens and hashes a file.
  ///
  /// - Throws: `CheckpointError`, `FileError`.
  package init(_ path: String, layout: CompositeLayout, arithmetic: Arithmetic = .fast) throws {
    self.init(try OpenCheckpoint(path), layout, arithmetic)
  }

  /// Whether the file has a network.
  ///
  /// - Parameter part: one of the layout's parts.
  /// - Returns: whether any tensor is its.
  package func holds(_ part: String) -> Bool {
    checkpoint.names.contains { $0.hasPrefix(part + ".") }
  }

  /// One network of the file, bound strictly.
  ///
  /// - Parameters:
  ///   - network: its description.
  ///   - part: one of the layout's parts.
  ///   - weights: whether the network's own weights or their averages are read.
  /// - Returns: the network, whose weights' identity names the part.
  /// - Throws: `CheckpointError` where the file holds no such network or no averages of it, `BindingError`.
  package func network(
    _ network: any PublishedNetwork, part: String, weights: TrainedWeights = .raw
  ) throws -> LoadedNetwork {
    let own = try checkpoint.part(part, of: layout, weights: weights)
    return LoadedNetwork(
      network: network,
      weights: WeightFile(path: file.path, sha256: file.sha256, part: own.part),
      arithmetic: arithmetic,
      parameters: try own.bound(
        to: Graph(tracing: network).parameters, ignoring: network.ignorableCheckpointPrefixes))
  }

  /// A number that the file holds beside its networks; nil where it does not.
  ///
  /// - Throws: `CheckpointError` for a tensor that cannot be read.
  package func number(_ name: String) throws -> Double? {
    try checkpoint[name]?.tensor().values.first.map { Double($0) }
  }
}

extension ModelLoader {
  /// The file of a system that diffuses in latents.
  ///
  /// - Parameters:
  ///   - role: the system's.
  ///   - name: a network that published files of the system hold.
  ///   - layout: how the networks lie in it.
  /// - Returns: the open file.
  /// - Throws: ``UnavailableMetric`` if it is missing; `CheckpointError`, `FileError`.
  package func composite(
    _ role: WeightRole, of name: String, layout: CompositeLayout
  ) throws -> CompositeFile {
    let choice = suite.roles[role] ?? RoleChoice()
    let path = try file(choice.file, of: choice.network ?? name, as: .latentSystem, for: role)
    return CompositeFile(try opened(path), layout, arithmetic)
  }

  /// Collaborative Diffusion's networks: the file of all of them, that of either condition's model, or several, of which
  /// the file of all counts before that of texts, and that before the one of label maps.
  ///
  /// - Parameter name: a network that the file of all holds.
  /// - Returns: the open files as one.
  /// - Throws: as ``composite(_:of:layout:)``.
  package func collaborative(of name: String) throws -> CompositeFile {
    func single(_ role: WeightRole) throws -> OpenCheckpoint? {
      try suite.roles[role]?.file.map { try opened(named($0, for: role)) }
    }
    let (map, text) = (try single(.collaborativeMap), try single(.collaborativeText))
    let choice = suite.roles[.collaborative]
    var all: OpenCheckpoint?
    // Both conditions' models suffice for modes in which nothing weighs them.
    if (map == nil) != (text == nil) || choice != nil {
      all = try opened(
        file(choice?.file, of: choice?.network ?? name, as: .latentSystem, for: .collaborative))
    }
    let merged = try MergedCheckpoint.collaborative(
      mask: map?.checkpoint, text: text?.checkpoint, composite: all?.checkpoint)
    guard let merged else { return try composite(.collaborative, of: name, layout: .collaborative) }
    return CompositeFile(
      merged, of: [map, text, all].compactMap { $0?.file }, .collaborative, arithmetic)
  }

  /// The autoencoder that the suite names; nil where the system's own file is to be asked.
  ///
  /// - Throws: as ``composite(_:of:layout:)``.
  package func firstStage() throws -> CompositeFile? {
    guard let choice = suite.roles[.firstStage], choice.file != nil || choice.network != nil else {
      return nil
    }
    let path = try file(
      choice.file, of: choice.network ?? LatentAutoencoder.kl4.name, as: .firstStage,
      for: .firstStage)
    return CompositeFile(try opened(path), .autoencoder, arithmetic)
  }
}
