import Foundation

/// A file that is replaced as a whole: a reader sees the old contents or the new, never a mixture.
///
/// Bytes go to a temporary file beside the final one; ``commit()`` makes them durable and gives the
/// file its name. Without that the temporary file is removed with the object. A process that is killed leaves
/// it behind; the next one that writes into the folder removes it.
package final class AtomicFile: Sendable {
  /// The final file.
  package let path: String
  private let folder: String
  private let temporary: String
  private let descriptor: Int32

  /// Replaces a file by bytes in memory.
  ///
  /// - Throws: ``FileError`` of operation `create` or `write`; nothing is left behind.
  package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try AtomicFile(path)
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
      try file.append(UnsafeRawBufferPointer(bytes))
    }
    try file.commit()
  }

  /// Makes the temporary file.
  ///
  /// - Throws: ``FileError`` of operation `create`.
  package init(_ path: String) throws(FileError) {
    let parent = PathText.folder(of: path)
    folder = parent.isEmpty ? "." : parent
    Leftovers.clear(folder)
    while true {
      let temporary = Leftovers.name(for: path, in: parent)
      let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else { throw FileError(path: path, operation: .create, code: errno) }
      // The lock says that somebody is writing. Who clears leftovers may have been faster.
      let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
      var status = stat()
      if isLocked && fstat(descriptor, &status) == 0 && status.st_nlink > 0 {
        self.path = path
        self.temporary = temporary
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit {
    close(descriptor)
    // After a commit there is no file of this name any more.
    unlink(temporary)
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try put(bytes) { rest, _ in Foundation.write(descriptor, rest.baseAddress, rest.count) }
  }

  /// Puts bytes at an offset; several threads may do so at once.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    try put(bytes) { rest, done in
      pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    }
  }

  /// Sets the file's length; bytes that are never written are zero.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  package func setLength(_ count: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw failure() }
  }

  /// Flushes the bytes to disk and gives the file its name, replacing any other.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  package func commit() throws(FileError) {
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
    // The file is whole either way; only the entry's survival of a power cut depends on this, and
    // some file systems refuse it for folders.
    let entry = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard entry >= 0 else { return }
    fsync(entry)
    close(entry)
  }

  private func put(
    _ bytes: UnsafeRawBufferPointer,
    _ step: (_ rest: UnsafeRawBufferPointer, _ done: Int) -> Int
  ) throws(FileError) {
    let code = WholeWrite.run(bytes, step)
    guard code == 0 else { throw FileError(path: path, operation: .write, code: code) }
  }

  private func failure() -> FileError { FileError(path: path, operation: .write, code: errno) }
}
