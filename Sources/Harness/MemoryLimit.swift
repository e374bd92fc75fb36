import CMemory
import Foundation

/// How much memory measuring images may take.
///
/// It counts what grows with the images: pixels, planes and activations. Weights and what networks of a
/// fixed input take lie outside.
package struct MemoryLimit: Equatable, Sendable {
  /// The bytes.
  package let bytes: Int

  /// Takes a number of bytes.
  package init(bytes: Int) { self.bytes = bytes }

  /// Reads a size, for example `4GB`; nil takes the machine's share.
  ///
  /// - Throws: ``HarnessError`` of kind `usage`.
  package init(parsing text: String?) throws {
    bytes = try text.map { try ByteSize(parsing: $0).bytes } ?? Self.ofMachine.bytes
    guard bytes >= Self.least else {
      throw HarnessError(
        .usage, "--memory must be at least \(Self.least.inBytes), not '\(text ?? bytes.inBytes)'")
    }
  }

  /// Below this not even small images could be measured.
  private static let least = 1 << 20

  /// What the machine leaves to images; the rest is for weights and for others.
  package static var ofMachine: MemoryLimit {
    MemoryLimit(bytes: max(SystemMemory.forImages, least))
  }
}

/// What the system lets a process have.
package enum SystemMemory {
  /// Three quarters of the machine's memory or the control group's, or half of what `ulimit -v` leaves,
  /// whose address space counts what is never touched, too.
  static var forImages: Int {
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

/// Hands a limit's bytes to workers.
///
/// Half of it is dealt out once and for all; who needs more than its share takes it from the other half
/// and waits until it is free, so that large images are measured fewer at once and not refused.
package final class MemoryGate: @unchecked Sendable {
  /// Bytes that each worker may take at any time.
  package let share: Int
  /// Most bytes that anything may take.
  package let largest: Int

  private let condition = NSCondition()
  /// Bytes beyond the shares; touched under the condition's lock alone.
  private var free: Int

  /// Deals a limit out to as many workers.
  package init(_ limit: MemoryLimit, workers: Int) {
    share = limit.bytes / 2 / workers
    free = limit.bytes - share * workers
    largest = share + free
  }

  /// Calls a body that takes some bytes, at most ``largest``, and waits until they are free.
  ///
  /// - Throws: What the body throws.
  package func holding<Value>(_ bytes: Int, _ body: () throws -> Value) rethrows -> Value {
    let extra = min(bytes, largest) - share
    guard extra > 0 else { return try body() }
    condition.withLock {
      while free < extra { condition.wait() }
      free -= extra
    }
    defer {
      condition.withLock {
        free += extra
        condition.broadcast()
      }
    }
    return try body()
  }
}
