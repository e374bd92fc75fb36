import Essentials
import Foundation

/// Reads whole files; an error says in one sentence why one cannot be read.
enum FileBytes {
  /// - Throws: `missing`, `unreadable`, `empty` or `too-large`.
  static func read(_ path: String) throws(ImageError) -> [UInt8] {
    let file: RegularFile
    do { file = try RegularFile(path) } catch { throw ImageError(error) }
    guard file.count > 0 else {
      throw ImageError(path: path, state: .empty, reason: "the file is empty")
    }
    guard file.count <= ImageLimits.fileBytes else {
      throw ImageError(
        path: path, state: .tooLarge,
        reason: "the file has \(file.count) bytes; at most \(ImageLimits.fileBytes) are read")
    }
    do { return try file.contents() } catch { throw ImageError(error) }
  }
}

extension ImageError {
  /// Why the system would not read the file.
  fileprivate init(_ fault: FileError) {
    let reason =
      switch fault.code {
      case _ where fault.isMissing: "there is no such file"
      case EISDIR: "this is a folder, not an image"
      case nil: "this is a device or pipe, not an image file"
      default: "the file cannot be \(fault.operation.rawValue): \(fault.reason)"
      }
    self.init(path: fault.path, state: fault.isMissing ? .missing : .unreadable, reason: reason)
  }
}
