import Foundation

/// The end of what an external command wrote to standard error.
package struct CommandLog: CustomStringConvertible {
  /// The log's path.
  package let path: String
  /// The command's last lines, without what evalkit noted between them; none where the log cannot be read.
  package let lastLines: [String]

  /// Lines that are shown, and how much of each.
  private static let shown = (lines: 5, characters: 300)
  /// What is read of a log, however long it is.
  private static let byteCount: UInt64 = 1 << 14

  /// Reads the end of a log.
  package init(path: String) {
    self.path = path
    lastLines = Self.end(of: path).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix(CommandRun.notePrefix) && !$0.allSatisfy(\.isWhitespace) }
      .suffix(Self.shown.lines).map { String($0.prefix(Self.shown.characters)) }
  }

  private static func end(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    guard let length = try? file.seekToEnd(),
      (try? file.seek(toOffset: length - min(length, byteCount))) != nil,
      let bytes = try? file.readToEnd()
    else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A clause, and below it the lines, indented.
  package var description: String {
    lastLines.isEmpty
      ? "its standard error in \(path) is empty"
      : (["its standard error in \(path) ends with:"] + lastLines).joined(separator: "\n  ")
  }
}
