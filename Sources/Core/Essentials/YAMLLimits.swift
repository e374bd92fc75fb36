/// What a YAML text may ask of a parser.
///
/// Parsers follow nesting on their stack, and an alias stands for all that its anchor holds, so a short
/// text can take any amount of stack, time and memory. The files of this program need neither.
package enum YAMLLimits {
  /// Columns before the first word of a line, list marks included.
  private static let largestIndentation = 100
  /// Brackets open at once.
  private static let largestNesting = 32
  /// Words with a star before them, as an alias has; captions may have a few.
  private static let largestAliasCount = 8

  /// Why a text is not parsed, as the rest of a sentence that names the file; nil for one that is.
  package static func objection(to text: String) -> String? {
    var nesting = 0
    var aliases = 0
    for (index, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      let line = line.utf8
      if line.prefix(while: { " \t-?:".utf8.contains($0) }).count > largestIndentation {
        return "line \(index + 1) is nested more than \(largestIndentation) columns deep"
      }
      var previous = UInt8(ascii: " ")
      for (byte, next) in zip(line, line.dropFirst() + [UInt8(ascii: " ")]) {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"): nesting += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): nesting = max(nesting - 1, 0)
        case UInt8(ascii: "*") where " \t[{,:-?".utf8.contains(previous) && next > 0x20:
          aliases += 1
        default: break
        }
        previous = byte
      }
      if nesting > largestNesting {
        return "line \(index + 1) has more than \(largestNesting) brackets open at once"
      }
    }
    return aliases > largestAliasCount
      ? "it has \(aliases) aliases (words such as *name); write out what they stand for" : nil
  }
}
