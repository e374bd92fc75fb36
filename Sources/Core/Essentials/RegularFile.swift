import Foundation

/// A file that is open to be read; folders, pipes and devices are refused.
package final class RegularFile: Sendable {
  /// The path that it was opened by.
  package let path: String
  /// Length in bytes when it was opened.
  package let count: Int
  private let descriptor: Int32

  /// Opens a file.
  ///
  /// - Throws: ``FileError`` of operation `open`.
  package init(_ path: String) throws(FileError) {
    // Without O_NONBLOCK a named pipe would wait for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .open, code: errno) }
    var status = stat()
    let code: Int32? = fstat(descriptor, &status) == 0 ? Self.objection(to: status) : errno
    guard code == 0 else {
      close(descriptor)
      throw FileError(path: path, operation: .open, code: code)
    }
    self.path = path
    self.descriptor = descriptor
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The bytes from where reading stands, at first all: at most `limit`, and fewer if somebody has cut the
  /// file short since it was opened.
  ///
  /// - Throws: ``FileError`` of operation `read`.
  package func contents(upTo limit: Int = .max) throws(FileError) -> [UInt8] {
    var failure: FileError?
    let count = min(count, limit)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let memory = UnsafeMutableRawBufferPointer(buffer)
      do throws(FileError) {
        while filled < count {
          let got = try read(into: UnsafeMutableRawBufferPointer(rebasing: memory[filled..<count]))
          if got == 0 { return }
          filled += got
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Passes the bytes on in order, up to a megabyte at a time; the memory is reused.
  ///
  /// - Throws: ``FileError`` of operation `read`.
  package func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let got = try read(into: piece)
      if got == 0 { return }
      body(UnsafeRawBufferPointer(rebasing: piece[..<got]))
    }
  }

  /// Fills memory with the bytes from an offset on; any number of threads may do so at once.
  ///
  /// - Returns: how many there were: fewer than asked for where the file ends.
  /// - Throws: ``FileError`` of operation `read`.
  package func read(
    into memory: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(FileError) -> Int {
    var filled = 0
    while filled < memory.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
      let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
      if got == 0 { break }
      if got > 0 {
        filled += got
      } else if errno != EINTR {
        throw FileError(path: path, operation: .read, code: errno)
      }
    }
    return filled
  }

  /// Returns 0 at the file's end.
  private func read(into memory: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    while true {
      let got = Foundation.read(descriptor, memory.baseAddress, memory.count)
      if got >= 0 { return got }
      guard errno == EINTR else { throw FileError(path: path, operation: .read, code: errno) }
    }
  }

  /// Returns 0 for a regular file.
  private static func objection(to status: stat) -> Int32? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: 0
    case S_IFDIR: EISDIR
    default: nil
    }
  }
}
