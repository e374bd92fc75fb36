/// Parts of a path as text; the file system is not asked.
///
/// Foundation's own `NSString.deletingLastPathComponent` stops the program on names of one letter on
/// Linux.
package enum PathText {
  /// The folder that a path lies in: empty for a bare name, `/` for what lies at the root.
  package static func folder(of path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.lastIndex { !$0.isEmpty } ?? 0
    let folder = parts[..<name].joined(separator: "/")
    let end = folder.lastIndex { $0 != "/" }.map { folder.index(after: $0) } ?? folder.startIndex
    let trimmed = String(folder[..<end])
    return trimmed.isEmpty && isAbsolute ? "/" : trimmed
  }
}
