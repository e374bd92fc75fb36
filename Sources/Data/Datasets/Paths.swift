import Foundation

/// Paths as manifests spell them.
package enum Paths {
  /// An absolute path without `.` and `..`.
  ///
  /// - Parameters:
  ///   - path: absolute, or relative to `folder`.
  ///   - folder: nil takes the working directory.
  /// - Returns: the path from the root.
  package static func absolute(_ path: String, in folder: String? = nil) -> String {
    let base = folder.map { URL(fileURLWithPath: $0, isDirectory: true) }
    return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
  }

  /// The folder that a file lies in, freed of symbolic links: `..` behind a link leads elsewhere.
  package static func realFolder(of path: String) -> String {
    URL(fileURLWithPath: absolute(path)).deletingLastPathComponent().resolvingSymlinksInPath().path
  }

  /// A path seen from a folder, with as many `..` as it takes.
  ///
  /// - Parameters:
  ///   - path: of a file.
  ///   - folder: absolute and freed of symbolic links.
  /// - Returns: the steps from the folder to the file.
  package static func relative(_ path: String, to folder: String) -> String {
    let name = URL(fileURLWithPath: path).lastPathComponent
    let target = URL(fileURLWithPath: realFolder(of: path)).pathComponents + [name]
    let base = URL(fileURLWithPath: folder).pathComponents
    let shared = zip(target, base).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: base.count - shared) + target.dropFirst(shared)
    return steps.joined(separator: "/")
  }

  /// What turns paths into links as a page sees them: relative, percent-encoded.
  ///
  /// - Parameter file: the page.
  /// - Returns: the link to an absolute path.
  package static func links(from file: String) -> (String) -> String {
    let folder = realFolder(of: file)
    return { path in
      let relative = relative(path, to: folder)
      return relative.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? relative
    }
  }

  /// Whether a file lies in a folder or below it, once all symbolic links are followed.
  ///
  /// - Parameters:
  ///   - path: of a file that is there.
  ///   - folder: absolute and freed of symbolic links.
  /// - Returns: false also where there is no such file.
  package static func lies(_ path: String, below folder: String) -> Bool {
    guard let real = realpath(path, nil) else { return false }
    defer { free(real) }
    return String(cString: real).hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
  }
}
