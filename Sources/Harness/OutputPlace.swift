import Essentials
import Foundation

/// Files that a job writes when it is done.
enum OutputPlace {
  /// Refuses a file that could not be written, before hours of measuring and not after them.
  ///
  /// A file is really made and removed: permissions alone say nothing about read-only mounts.
  ///
  /// - Throws: ``HarnessError`` with the system's reason.
  static func check(_ path: String) throws {
    let place = path as NSString
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw HarnessError(.runtime, "\(path) cannot be written: it is a folder")
    }
    let folder = PathText.folder(of: path)
    let probe = (folder as NSString).appendingPathComponent(
      ".\(place.lastPathComponent).\(getpid())-\(UInt32.random(in: 0 ... .max)).probe")
    let file = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw HarnessError(.runtime, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    close(file)
    unlink(probe)
  }

  /// Makes the folder of a file and checks the file.
  ///
  /// - Throws: ``HarnessError``.
  static func prepare(_ path: String) throws {
    let folder = PathText.folder(of: path)
    do {
      try FileManager.default.createDirectory(
        atPath: folder.isEmpty ? "." : folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.runtime, "\(path) cannot be written: the folder \(folder) cannot be made")
    }
    try check(path)
  }
}
