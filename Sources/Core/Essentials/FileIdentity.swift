import Foundation

/// Which file a path leads to, links followed; two paths to the same file are equal.
package struct FileIdentity: Equatable, Sendable {
  private let device, number: UInt64
  private let mode: UInt32

  /// Asks the system; nil where there is nothing, or nothing that may be looked at.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, number, mode) = (UInt64(status.st_dev), UInt64(status.st_ino), UInt32(status.st_mode))
  }

  /// Whether it is a folder.
  package var isFolder: Bool { mode & S_IFMT == S_IFDIR }

  /// Whether it is a regular file: no folder, device, pipe or socket.
  package var isFile: Bool { mode & S_IFMT == S_IFREG }
}
