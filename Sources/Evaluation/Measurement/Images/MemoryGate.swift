import Foundation
import Provenance

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
