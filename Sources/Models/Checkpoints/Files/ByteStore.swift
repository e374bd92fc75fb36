import Essentials
import Synchronization

/// The bytes of an open file, or of memory that an inflated archive entry was written to.
///
/// A file is read piece by piece when a piece is asked for. It is not mapped: where another process cuts a
/// mapped file short, whoever reads on is ended by the system (`SIGBUS`); here it is an error.
package final class ByteStore: Sendable {
  /// The file that the bytes come from, for error messages.
  let path: String
  /// Number of bytes; of a file, when it was opened.
  package let count: Int
  private let source: Source

  private enum Source: Sendable {
    case memory(OwnedBytes)
    case file(FileBytes)
  }

  /// Opens a file; nothing is read yet.
  ///
  /// - Throws: `missing` or `unreadable`, also for folders and devices.
  package init(path: String) throws(CheckpointError) {
    let file = try CheckpointError.wrapping { () throws(FileError) in try RegularFile(path) }
    self.path = path
    count = file.count
    source = .file(FileBytes(file))
  }

  /// Reserves `count` bytes and lets `fill` write them.
  ///
  /// - Throws: what `fill` throws.
  init(
    path: String, count: Int,
    fill: (UnsafeMutableRawBufferPointer) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    let memory = OwnedBytes(count: count)
    try fill(memory.bytes)
    self.path = path
    self.count = count
    source = .memory(memory)
  }

  /// Lends a run of the bytes for the length of a call.
  ///
  /// - Precondition: the range lies in the store.
  /// - Throws: `truncated` where the file has become shorter; what `body` throws.
  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    switch source {
    case .memory(let memory):
      defer { withExtendedLifetime(memory) {} }
      return try body(UnsafeRawBufferPointer(rebasing: memory.bytes[range]))
    case .file(let file): return try file.withBytes(range, body)
    }
  }

  /// All of the bytes.
  package var slice: ByteSlice { ByteSlice(store: self, range: 0..<count) }

  /// An error about this file.
  package func failure(_ kind: CheckpointError.Kind, _ reason: String) -> CheckpointError {
    CheckpointError(path: path, kind: kind, reason: reason)
  }
}

/// Memory that is let go with the object; never written to once it is filled.
private final class OwnedBytes: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(count: Int) {
    bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
  }

  deinit { bytes.deallocate() }
}

/// An open file, with what was read of it last, so that a header costs no call of the system for each of its
/// numbers.
private final class FileBytes: Sendable {
  private let file: RegularFile
  private let window = Mutex(Window())

  private struct Window {
    var start = 0
    var bytes: [UInt8] = []
  }

  private static let windowSize = 1 << 14
  /// The longest run that is read through the window.
  private static let longest = 1 << 12

  init(_ file: RegularFile) { self.file = file }

  func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    if range.count <= Self.longest {
      let bytes = try window.withLock { (window) throws(CheckpointError) in
        try self.bytes(range, through: &window)
      }
      return try bytes.withUnsafeBufferPointer { (bytes) throws(CheckpointError) in
        try body(UnsafeRawBufferPointer(bytes))
      }
    }
    let memory = try read(range)
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeRawBufferPointer(memory.bytes))
  }

  private func bytes(
    _ range: Range<Int>, through window: inout Window
  ) throws(CheckpointError) -> ArraySlice<UInt8> {
    if range.lowerBound < window.start || range.upperBound > window.start + window.bytes.count {
      // Some of what lies before comes along, for those who go backwards.
      let start = max(range.lowerBound - Self.longest, 0)
      let memory = try read(start..<min(start + Self.windowSize, file.count))
      window = Window(start: start, bytes: [UInt8](memory.bytes))
    }
    return window.bytes[(range.lowerBound - window.start)..<(range.upperBound - window.start)]
  }

  private func read(_ range: Range<Int>) throws(CheckpointError) -> OwnedBytes {
    let memory = OwnedBytes(count: range.count)
    let got = try CheckpointError.wrapping { () throws(FileError) in
      try file.read(into: memory.bytes, at: range.lowerBound)
    }
    guard got == range.count else {
      throw CheckpointError(
        path: file.path, kind: .truncated,
        reason: "was cut short while it was read; it had \(file.count) bytes when it was opened")
    }
    return memory
  }
}
