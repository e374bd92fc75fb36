import CMemory
import Foundation

/// The largest resident memory of this process since the last ``reset()``.
package enum PeakMemory {
  /// Returns freed memory to the system and restarts the peak at what is resident now.
  ///
  /// - Returns: whether the system allows it; otherwise ``bytes`` covers the whole life of the process.
  @discardableResult
  package static func reset() -> Bool {
    // What an earlier benchmark freed would otherwise stay resident and count for this one.
    give_back_freed_memory()
    // Writing 5 sets the high-water mark to what is resident now: proc_pid_clear_refs(5).
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return false }
    defer { try? file.close() }
    return (try? file.write(contentsOf: Data("5".utf8))) != nil
  }

  /// Peak resident bytes; nil where the system does not report them.
  package static var bytes: Int? { field("VmHWM") }

  /// Bytes of address space that the process uses; nil where the system does not report them.
  static var addressSpace: Int? { field("VmSize") }

  /// One of the sizes in `/proc/self/status`, in bytes.
  private static func field(_ name: String) -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({
        Int($0)
      })
    else { return nil }
    return kilobytes * 1024
  }
}
