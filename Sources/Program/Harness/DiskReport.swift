import Essentials
import Foundation
import Provenance

/// Whether a folder can take results.
struct DiskReport: Encodable, Equatable, Sendable {
  /// The folder.
  let path: String
  /// Whether it exists already.
  let exists: Bool
  /// Free bytes on its disk for this user; nil where the system does not say.
  let freeBytes: Int?
  /// What keeps results from being written, as a sentence; nil if nothing does.
  let problem: String?

  /// Room that a table's database and images take easily.
  private static let leastFreeBytes = 1 << 28

  /// Looks at a folder, or where it would be made; writes nothing that stays.
  init(_ path: String) {
    self.path = path
    let folder = Self.existing(path)
    exists = folder == path
    freeBytes = Self.freeBytes(folder)
    problem = Self.refusal(folder, for: path) ?? Self.shortage(freeBytes, for: path)
  }

  /// The folder itself or its nearest existing parent.
  private static func existing(_ path: String) -> String {
    var folder = path
    while !FileManager.default.fileExists(atPath: folder) {
      let parent = PathText.folder(of: folder)
      if parent == folder { break }
      folder = parent.isEmpty ? "." : parent
    }
    return folder
  }

  /// A file is made and removed, because permissions alone do not reveal read-only disks.
  private static func refusal(_ folder: String, for path: String) -> String? {
    guard PathKind(at: folder) == .folder else {
      return "\(path) cannot be used: \(folder) is not a folder"
    }
    let probe = "\(folder)/.evalkit-doctor-\(UUID().uuidString)"
    let descriptor = unsafe open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      return "\(path) cannot be written (\(FileError.words(for: errno))); allow writing or "
        + "name another folder"
    }
    close(descriptor)
    unsafe unlink(probe)
    return nil
  }

  private static func freeBytes(_ folder: String) -> Int? {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else { return nil }
    return Int(clamping: UInt64(status.f_bavail).multipliedClamping(by: UInt64(status.f_frsize)))
  }

  private static func shortage(_ free: Int?, for path: String) -> String? {
    guard let free, free < leastFreeBytes else { return nil }
    return "the disk of \(path) has only \(free.inBytes) left; "
      + "free at least \(leastFreeBytes.inBytes)"
  }

  /// One line for people.
  var text: String {
    "\(path) (\(exists ? "exists" : "will be made"), \(freeBytes?.inBytes ?? "unknown space") free)"
  }
}

extension UInt64 {
  fileprivate func multipliedClamping(by other: UInt64) -> UInt64 {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? .max : product
  }
}
