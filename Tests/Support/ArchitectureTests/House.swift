import Foundation
import TestSupport

/// The project's files as they lie on disk.
enum House {
  /// A folder that is a module.
  struct Room: Hashable {
    let wing: String
    let name: String
    /// Path from the project's root.
    let folder: String
  }

  /// Names in a folder but hidden ones, sorted.
  static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: ProjectFile.url(folder).path
    ).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Whether a path from the project's root is a folder.
  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(
      atPath: ProjectFile.url(path).path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Rooms below `Sources` or `Tests`, or of a single wing.
  static func rooms(in place: String) throws -> [Room] {
    let wings = place.contains("/") ? [place] : try names(in: place).map { "\(place)/\($0)" }
    return try wings.flatMap { wing in
      try names(in: wing).map { name in
        Room(
          wing: String(wing.split(separator: "/")[1]), name: name, folder: "\(wing)/\(name)")
      }
    }
  }

  /// Paths of all files below a folder, from the project's root.
  static func files(in folder: String) throws -> [String] {
    try names(in: folder).flatMap { name in
      let path = "\(folder)/\(name)"
      return isFolder(path) ? try files(in: path) : [path]
    }
  }
}
