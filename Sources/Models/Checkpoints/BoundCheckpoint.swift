import Graphs
import Tensors

/// A checkpoint that fits a network: every tensor is there in the right shape and undamaged.
///
/// Tensors are widened to `Float` when they are asked for and belong to whoever asked, so a file of any
/// size is never in memory as a whole.
package struct BoundCheckpoint: ParameterSource {
  private let checkpoint: Checkpoint
  private let names: Set<String>

  /// Joins a file with the names of those of its tensors that a network uses.
  init(_ checkpoint: Checkpoint, names: Set<String>) {
    self.checkpoint = checkpoint
    self.names = names
  }

  /// The tensor of a name that the network asked for; nil for all others.
  ///
  /// - Throws: ``Graphs/GraphError/unreadableParameter(name:reason:)``.
  package func tensor(named name: String) throws(GraphError) -> Tensor? {
    guard names.contains(name) else { return nil }
    do {
      return try widened(name)
    } catch {
      throw .unreadableParameter(name: name, reason: error.description)
    }
  }

  /// The tensor of a name that the file holds.
  func widened(_ name: String) throws(CheckpointError) -> Tensor {
    try checkpoint.tensor(named: name).tensor()
  }
}
