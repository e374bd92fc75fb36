import Foundation
import Synchronization

/// A block of Float32 memory aligned to 64 bytes, owned once and reused for as long as it lives.
///
/// Fresh pages cost about 0.4 ms per megabyte on virtual machines, so buffers on a hot path are
/// made once per worker. The contents are undefined until written.
///
/// Blocks lie on huge pages where the system offers them: these are touched ten times faster, and what
/// is contiguous in them shares the processor's caches evenly, whereas scattered small pages may crowd
/// a few sets and halve the speed of a matrix product.
package final class AlignedMemory: @unchecked Sendable {
  /// Start of the block.
  ///
  /// Whoever holds the object decides who writes which range.
  package let base: UnsafeMutablePointer<Float>
  /// Capacity in floats.
  package let count: Int

  /// The pages that hold the block, shared with its neighbors.
  private let pages: Pages

  /// Reserves room for `count` floats without touching it.
  package init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let (pages, offset) = Pages.reserve(bytes)
    self.pages = pages
    base = (pages.base + offset).bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// Reserves room for the values and copies them in.
  package convenience init(copying values: [Float]) {
    self.init(count: values.count)
    values.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      base.initialize(from: start, count: source.count)
    }
  }
}

/// Whole huge pages, alive as long as a block in them.
private final class Pages: @unchecked Sendable {
  private static let size = 2 << 20
  /// Blocks up to half of this share pages: a layer's weights are a few megabytes, and whole pages for
  /// each of them would leave a quarter of the memory unused.
  private static let shared = 16 << 20

  let base: UnsafeMutableRawPointer
  private let capacity: Int
  /// Bytes given away; touched under the lock of `open` alone.
  private var used = 0

  /// Pages with room left.
  private static let open = Mutex<Pages?>(nil)

  private init(bytes: Int) {
    capacity = (bytes + Self.size - 1) / Self.size * Self.size
    base = .allocate(byteCount: capacity, alignment: Self.size)
    #if os(Linux)
      // Advice only: without huge pages everything works as well.
      _ = madvise(base, capacity, MADV_HUGEPAGE)
    #endif
  }

  deinit { base.deallocate() }

  /// Room for a block: pages of its own if it is large, the rest of what is open otherwise.
  static func reserve(_ bytes: Int) -> (Pages, offset: Int) {
    if bytes > shared / 2 { return (Pages(bytes: bytes), 0) }
    return open.withLock { open in
      let pages: Pages
      if let current = open, current.used + bytes <= current.capacity {
        pages = current
      } else {
        pages = Pages(bytes: shared)
        open = pages
      }
      let offset = pages.used
      pages.used += (bytes + 63) / 64 * 64
      return (pages, offset)
    }
  }
}
