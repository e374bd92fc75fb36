import Essentials
import Foundation

/// Bytes that stay where they are for as long as somebody holds the object: a mapped file, or memory
/// that an inflated archive entry was written to.
///
/// A mapped file that another process cuts short while it is in use stops the program (`SIGBUS`), as
/// with every reader that maps; files are therefore replaced by renaming, never shortened in place.
final class ByteStore: @unchecked Sendable {
  /// The file that the bytes come from, for error messages.
  let path: String
  /// The bytes; never written to after initialisation.
  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps a whole file read-only.
  ///
  /// - Throws: `missing` or `unreadable`, also for folders and devices.
  init(mapping path: String) throws(CheckpointError) {
    bytes = try CheckpointError.wrapping { () throws(FileError) in
      try RegularFile(path).mapped()
    }
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_WILLNEED)
    self.path = path
    isMapped = !bytes.isEmpty
  }

  /// Reserves `count` bytes and lets `fill` write them.
  ///
  /// - Throws: what `fill` throws.
  init(
    path: String, count: Int,
    fill: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    self.path = path
    bytes = UnsafeRawBufferPointer(memory)
    isMapped = false
    // All properties are set, so a throw from here on runs deinit, which frees the memory.
    try fill(memory)
  }

  /// Lets the system take back the whole pages inside a range of a mapped file.
  ///
  /// A file that is widened tensor by tensor would otherwise stay in memory beside its copy.
  func releasePages(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard isMapped, page > 0, let base = bytes.baseAddress else { return }
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard start < end else { return }
    madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// All of the bytes.
  var slice: ByteSlice { ByteSlice(store: self, range: 0..<bytes.count) }

  /// An error about this file.
  func failure(_ kind: CheckpointError.Kind, _ reason: String) -> CheckpointError {
    CheckpointError(path: path, kind: kind, reason: reason)
  }
}
