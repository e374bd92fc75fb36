import Foundation

/// Text files of datasets: UTF-8, with or without a byte order mark.
enum TextFile {
  /// A file's bytes without a byte order mark.
  ///
  /// - Throws: `DatasetError.unreadable`, also for UTF-16 and UTF-32; `.malformedLine` for a line that is
  ///   not UTF-8.
  static func contents(of path: String) throws(DatasetError) -> [UInt8] {
    var bytes = try DatasetFiles.contents(of: path)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if let encoding = wideEncoding(of: bytes) {
      throw .unreadable(
        path: path,
        reason: "it is \(encoding) text; save it as UTF-8, for example with "
          + "`iconv -f \(encoding) -t UTF-8`")
    }
    guard String(validating: bytes, as: UTF8.self) == nil else { return bytes }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw .malformedLine(
      path: path, line: line + 1,
      reason: "this line is not UTF-8; save the file as UTF-8, for example with "
        + "`iconv -f LATIN1 -t UTF-8`")
  }

  /// A file's lines without surrounding spaces.
  ///
  /// - Throws: as ``contents(of:)``.
  static func lines(of path: String) throws(DatasetError) -> [String] {
    String(decoding: try contents(of: path), as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The bracket that a text begins with, which tells JSON from other texts; nil if it begins otherwise.
  static func openingBracket(of bytes: [UInt8]) -> Character? {
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first.map { Character(Unicode.Scalar($0)) }.flatMap { "[{".contains($0) ? $0 : nil }
  }

  /// UTF-16 or UTF-32, told by a byte order mark or by zeros, which no text has.
  private static func wideEncoding(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      return "UTF-32"
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard bytes.count >= 2, bytes.count.isMultiple(of: 2) else { return nil }
    let start = bytes.prefix(64)
    let zeros = start.indices.filter { start[$0] == 0 }
    guard zeros.count * 3 > start.count else { return nil }
    if zeros.allSatisfy({ !$0.isMultiple(of: 2) }) { return "UTF-16LE" }
    return zeros.allSatisfy { $0.isMultiple(of: 2) } ? "UTF-16BE" : nil
  }
}
