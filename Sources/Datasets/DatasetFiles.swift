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

  /// Replaces a file at once or not at all.
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
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: FileFault.reason(error))
    }
  }
}
