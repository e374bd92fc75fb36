import Kernels
import Tensors

/// One worker's memory for running executables, reused from group to group.
package final class Workspace {
  var memory: AlignedMemory
  let scratch: KernelScratch

  /// Reserves room for activations.
  ///
  /// - Parameters:
  ///   - floats: how much there will be.
  ///   - other: a workspace of the same worker, which never runs at the same time: what kernels need
  ///     only while they run is there once.
  package init(floats: Int = 0, beside other: Workspace? = nil) {
    memory = AlignedMemory(count: floats)
    scratch = other?.scratch ?? KernelScratch()
  }

  /// Threads that share the layers of an image, the calling one included; no bit depends on them.
  package var threads: Int {
    get { scratch.threads }
    set { scratch.threads = newValue }
  }

  /// One workspace can serve several executables in turn; it grows to the largest.
  func reserve(floats: Int) {
    if floats > memory.count { memory = AlignedMemory(count: floats) }
  }
}
