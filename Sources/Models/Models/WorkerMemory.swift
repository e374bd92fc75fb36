import Graphs
import Tensors

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

  /// Memory for each worker of a job; workers that are more than its pieces share the layers of an image.
  ///
  /// - Parameters:
  ///   - workers: of the job.
  ///   - pieces: what they take one after the other.
  /// - Returns: one for each worker.
  package static func each(of workers: Workers, sharing pieces: Int) -> [WorkerMemory] {
    let threads = workers.threads(forEachOf: pieces)
    return (0..<workers.count).map { _ in WorkerMemory(threads: threads) }
  }
}
