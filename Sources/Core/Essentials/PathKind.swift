import Foundation

/// What lies at a path, symbolic links followed.
package enum PathKind: Sendable {
  /// A folder.
  case folder
  /// A file, or anything else that is not a folder.
  case file

  /// Looks at a path; nil if nothing is there.
  package init?(at path: String) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    self = isFolder.boolValue ? .folder : .file
  }
}
