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
  ///
  /// - Parameter threads: those that share the layers of an image.
  package init(threads: Int = 1) {
    other = Workspace(beside: main)
    main.threads = threads
  }
}
