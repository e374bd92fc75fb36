import Essentials
import Foundation

/// The part of a file that has arrived so far, beside the place where the whole will stand.
///
/// It survives the process, so that a later call goes on where this one stopped; a lock keeps a second
/// process from writing to it at the same time.
final class PartialFile: Sendable {
  /// `<file>.partial`.
  let path: String
  private let destination: String
  private let descriptor: Int32

  /// Opens what is there, or an empty file; folders on the way are made.
  ///
  /// - Throws: ``FileError`` of operation `create`; its code is `EWOULDBLOCK` while another process
  ///   holds the lock.
  init(for destination: String) throws(FileError) {
    self.destination = destination
    path = destination + ".partial"
    let folder = PathText.folder(of: destination)
    // What goes wrong here shows when the file is opened.
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .create, code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError(path: path, operation: .create, code: code)
    }
  }

  deinit { close(descriptor) }

  /// Bytes that are there.
  var count: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  func append(_ bytes: Data) throws(FileError) {
    let end = count
    let code = bytes.withUnsafeBytes { bytes in
      WholeWrite.run(bytes) { rest, done in
        pwrite(descriptor, rest.baseAddress, rest.count, off_t(end + done))
      }
    }
    guard code == 0 else { throw FileError(path: path, operation: .write, code: code) }
  }

  /// Forgets what has arrived.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  func clear() throws(FileError) {
    guard ftruncate(descriptor, 0) == 0 else { throw failure() }
  }

  /// Flushes the bytes to disk and gives the file its final name.
  ///
  /// - Throws: ``FileError`` of operation `write`.
  func commit() throws(FileError) {
    guard fsync(descriptor) == 0, rename(path, destination) == 0 else { throw failure() }
  }

  /// Removes the file.
  func remove() { unlink(path) }

  private func failure() -> FileError { FileError(path: path, operation: .write, code: errno) }
}
