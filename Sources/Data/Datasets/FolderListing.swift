import Essentials
import Foundation

/// What lies directly in a folder, hidden entries left out; in no order.
struct FolderListing {
  /// Names of everything that is no folder.
  private(set) var files: [String] = []
  /// Names of folders.
  private(set) var folders: [String] = []
  /// Names of symbolic links to folders.
  private(set) var links: [String] = []

  /// Reads a folder.
  ///
  /// - Throws: `DatasetError.unreadable`, also for a file in the folder's place and for a name that is not
  ///   UTF-8, which no id could be made of.
  init(_ path: String) throws(DatasetError) {
    guard let stream = opendir(path) else {
      throw .unreadable(path: path, reason: Self.reason(errno, of: path))
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw .unreadable(path: path, reason: Self.foreignName(bytes))
      }
      switch Int(entry.pointee.d_type) {
      case Int(DT_DIR): folders.append(name)
      case Int(DT_REG): files.append(name)
      default:
        if isFolder("\(path)/\(name)") { links.append(name) } else { files.append(name) }
      }
    }
  }

  /// Paths of all files below a folder, seen from it, in no order; links to folders are not followed.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - limit: how many files are enough.
  /// - Returns: relative paths; a few more than the limit may come.
  /// - Throws: as ``init(_:)``.
  static func filesBelow(
    _ path: String, atMost limit: Int = .max
  ) throws(DatasetError) -> [String] {
    var found: [String] = []
    var open = [""]
    while let prefix = open.popLast(), found.count < limit {
      let listing = try FolderListing(prefix.isEmpty ? path : "\(path)/\(prefix.dropLast())")
      found += listing.files.map { prefix + $0 }
      open += listing.folders.map { "\(prefix)\($0)/" }
    }
    return found
  }

  /// Why a folder cannot be listed.
  private static func reason(_ code: Int32, of path: String) -> String {
    if isFile(path) { return "it is a file, not a folder" }
    let parent = PathText.folder(of: path)
    if code == ENOTDIR, isFile(parent) { return "\(parent) is a file, not a folder" }
    return code == ENOENT || code == ENOTDIR
      ? "no such file or folder" : FileFault.reason(code: code)
  }

  private static func foreignName(_ bytes: [UInt8]) -> String {
    let latin = String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    return "it holds a file whose name is not UTF-8; as Latin-1 it reads '\(latin)'; rename it, "
      + "for example with `convmv -f latin1 -t utf8 --notest`"
  }
}

/// Whether there is a folder at a path.
func isFolder(_ path: String) -> Bool { FileIdentity(path)?.isFolder ?? false }

/// Whether there is a file, and no folder, at a path.
func isFile(_ path: String) -> Bool { FileIdentity(path).map { !$0.isFolder } ?? false }
