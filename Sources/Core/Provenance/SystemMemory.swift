import CMemory
import Foundation
import Tensors

/// What the system lets a process have.
package enum SystemMemory {
  /// Three quarters of the machine's memory or the control group's, or half of what `ulimit -v` leaves,
  /// whose address space counts what is never touched, too.
  package static var forImages: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let memory = min(physical, ControlGroups().memory ?? .max) / 4 * 3
    return min(memory, addressSpaceLeft.map { $0 / 2 } ?? .max)
  }

  /// Refuses to begin where no thread could be started, for which the system's library waits for ever.
  ///
  /// - Throws: ``HarnessError`` that tells both sizes.
  package static func requireAddressSpace() throws(HarnessError) {
    guard let left = addressSpaceLeft else { return }
    share_memory_pools()
    let needed = 512 << 20 + ProcessInfo.processInfo.activeProcessorCount * (16 << 20)
    guard left < needed else { return }
    throw HarnessError(
      .runtime,
      "the limit of 'ulimit -v' leaves \(max(left, 0).inBytes) of address space, and evalkit needs "
        + "\(needed.inBytes) to begin; raise it")
  }

  /// Bytes of address space that the process may still take; nil where `ulimit -v` sets no limit.
  private static var addressSpaceLeft: Int? {
    let limit = address_space_limit()
    return limit == 0 ? nil : Int(clamping: limit) - (PeakMemory.addressSpace ?? 0)
  }
}
