import Foundation

/// Writing all bytes through system calls that may take fewer or be interrupted.
package enum WholeWrite {
  /// Repeats a call until every byte is written.
  ///
  /// - Parameters:
  ///   - bytes: what to write.
  ///   - step: one call on the remaining bytes and the number already written; returns what the system
  ///     did: a count, or -1 with `errno` set.
  /// - Returns: 0, or the system's error number.
  package static func run(
    _ bytes: UnsafeRawBufferPointer,
    _ step: (_ rest: UnsafeRawBufferPointer, _ done: Int) -> Int
  ) -> Int32 {
    var done = 0
    while done < bytes.count {
      let written = step(UnsafeRawBufferPointer(rebasing: bytes[done...]), done)
      guard written >= 0 || errno == EINTR else { return errno }
      done += max(written, 0)
    }
    return 0
  }
}
