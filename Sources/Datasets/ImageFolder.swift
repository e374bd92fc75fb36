import Foundation

/// The images that lie directly in a folder, by id (file name without extension).
///
/// The order in which the folder lists its files does not matter. Hidden files and sub-folders are
/// passed over.
package struct ImageFolder: Equatable, Sendable {
  /// Extensions of images, compared without regard to case.
  package static let imageExtensions: Set<String> = ["png", "jpg", "jpeg"]

  /// Absolute path of the folder.
  package let directory: String
  /// Absolute path of each image.
  package let paths: [String: String]
  /// Names of files that are no images by their extension, sorted.
  package let otherFiles: [String]

  /// Lists a folder.
  ///
  /// - Throws: `DatasetError.unreadable`; `.ambiguousStem` if two images share an id; `.invalidID`.
  package init(directory: String) throws(DatasetError) {
    self.directory = Paths.absolute(directory)
    var names: [String: [String]] = [:]
    var others: [String] = []
    for name in try Self.fileNames(in: self.directory) {
      let file = name as NSString
      if Self.imageExtensions.contains(file.pathExtension.lowercased()) {
        names[file.deletingPathExtension, default: []].append(name)
      } else {
        others.append(name)
      }
    }
    var paths: [String: String] = [:]
    for stem in names.keys.sortedByBytes() {
      let files = (names[stem] ?? []).sortedByBytes()
      if let fault = Identifier.fault(in: stem) { throw .invalidID(id: stem, reason: fault) }
      guard files.count == 1 else {
        throw .ambiguousStem(directory: self.directory, stem: stem, files: files)
      }
      paths[stem] = "\(self.directory)/\(files[0])"
    }
    self.paths = paths
    otherFiles = others.sortedByBytes()
  }

  /// All ids, sorted by bytes.
  package var ids: [String] { paths.keys.sortedByBytes() }

  /// Compares the folder's ids with those that are asked for.
  package func matched(to wanted: some Sequence<String>) -> IDMatch {
    IDMatch(wanted: wanted, found: paths.keys)
  }

  private static func fileNames(in directory: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { !$0.hasPrefix(".") && !isFolder("\(directory)/\($0)") }
    } catch {
      throw .unreadable(path: directory, reason: FileFault.reason(error))
    }
  }
}

/// Whether there is a folder at a path.
func isFolder(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

/// Whether there is a file, and no folder, at a path.
func isFile(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
}

/// Which ids are on both sides, and which on one only.
///
/// Each list is sorted by bytes.
package struct IDMatch: Equatable, Sendable {
  /// Asked for and there.
  package let paired: [String]
  /// Asked for but not there.
  package let missing: [String]
  /// There but not asked for.
  package let surplus: [String]

  /// Compares two lists of ids; repetitions count once.
  package init(wanted: some Sequence<String>, found: some Sequence<String>) {
    let wanted = Set(wanted)
    let found = Set(found)
    paired = wanted.intersection(found).sortedByBytes()
    missing = wanted.subtracting(found).sortedByBytes()
    surplus = found.subtracting(wanted).sortedByBytes()
  }

  /// Whether the missing ids are there under names with other leading zeros, as `028000` for
  /// `28000`; a hint for error messages.
  package var differsByPaddingOnly: Bool {
    func unpadded(_ id: String) -> String { String(id.drop { $0 == "0" }) }
    return !missing.isEmpty && Set(missing.map(unpadded)).isSubset(of: surplus.map(unpadded))
  }
}
