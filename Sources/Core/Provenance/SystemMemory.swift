import CMemory
import Foundation

/// What the system lets a process have.
package enum SystemMemory {
  /// Three quarters of the machine's memory or the control group's, or half of what `ulimit -v` leaves,
  /// whose address space counts what is never touched, too.
  package static var forImages: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let memory = min(physical, groupLimits.min() ?? .max) / 4 * 3
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

  /// The limits of this process's control group and of those around it, of either version.
  private static var groupLimits: [Int] {
    let groups = text("/proc/self/cgroup") ?? ""
    return groups.split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isSecond = fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { return [] }
      let root = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let file = isSecond ? "memory.max" : "memory.limit_in_bytes"
      let names = fields[2].split(separator: "/")
      return (0...names.count).compactMap { depth in
        let folder = ([root] + names.prefix(depth).map(String.init)).joined(separator: "/")
        return text("\(folder)/\(file)").flatMap {
          Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
      }
    }
  }

  /// The system's own small files, which have no length.
  private static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
