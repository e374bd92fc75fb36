import Graphs

/// One worker's memory for all networks.
///
/// Two workspaces, because a perceptual distance keeps one image's activations while it computes the
/// other's.
package final class WorkerMemory: @unchecked Sendable {
  /// Where networks usually run.
  package let main = Workspace()
  /// Where the real image's activations stay.
  package let other: Workspace

  /// Starts empty.
  package init() { other = Workspace(beside: main) }
}
