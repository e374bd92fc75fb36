import Essentials
import Foundation

/// Files and folders that this room reads whole and writes.
package enum DatasetFiles {
  /// All bytes of a file.
  ///
  /// - Throws: `DatasetError.unreadable`.
  package static func contents(of path: String) throws(DatasetError) -> [UInt8] {
    do {
      return try RegularFile(path).contents()
    } catch {
      throw .unreadable(path: path, reason: FileFault.reason(error))
    }
  }

  /// Names of the files that lie directly in a folder, hidden ones left out; in no order.
  ///
  /// - Throws: `DatasetError.unreadable`.
  package static func names(in folder: String) throws(DatasetError) -> [String] {
    try FolderListing(folder).files
  }

  /// SHA-256 of a file.
  ///
  /// - Throws: `DatasetError.unreadable`.
  package static func sha256(of path: String) throws(DatasetError) -> String {
    do {
      return try FileDigest.sha256(ofFile: path)
    } catch {
      throw .unreadable(path: path, reason: FileFault.reason(error))
    }
  }

  /// Replaces a file as a whole or not at all.
  ///
  /// - Throws: `DatasetError.unwritable`.
  package static func write(_ bytes: [UInt8], to path: String) throws(DatasetError) {
    do {
      try AtomicFile.write(bytes, to: path)
    } catch {
      throw .unwritable(path: path, reason: FileFault.reason(error))
    }
  }

  /// Makes a folder and those above it.
  ///
  /// - Throws: `DatasetError.unwritable`.
  package static func makeFolder(_ path: String) throws(DatasetError) {
    if isFolder(path) { return }
    let parent = PathText.folder(of: path)
    if !parent.isEmpty, parent != path { try makeFolder(parent) }
    let code = mkdir(path, 0o777) == 0 ? 0 : errno
    // Somebody else may have made it in the meantime.
    if code == 0 || isFolder(path) { return }
    throw .unwritable(
      path: path,
      reason: isFile(path) ? "there is a file of that name" : FileFault.reason(code: code))
  }
}
