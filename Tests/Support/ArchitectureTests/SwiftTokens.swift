/// The words and marks of a Swift source, without the contents of its comments and string literals.
struct SwiftTokens {
  /// A word or a single mark.
  struct Token: Equatable {
    /// A word without backticks, or one character.
    let text: String
    /// Line in the source, from 1.
    let line: Int
    /// Whether it is a name, a keyword or a number.
    let isWord: Bool
  }

  /// In the source's order.
  private(set) var tokens: [Token] = []
  /// Texts behind `///` by their line, from 1.
  private(set) var documentation: [Int: String] = [:]

  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  /// Reads a source that compiles; of any other the result means little.
  init(_ source: String) {
    bytes = Array(source.utf8)
    while position < bytes.count { step() }
  }

  private func begins(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes[position...].starts(with: $0) }
  }

  private mutating func step() {
    let byte = bytes[position]
    if begins("//") {
      comment()
    } else if begins("/*") {
      blockComment()
    } else if byte == UInt8(ascii: "\"") || startsRawString() {
      string()
    } else if byte == UInt8(ascii: "`") || Self.isWord(byte) {
      word()
    } else {
      if byte > 0x20 { append(String(UnicodeScalar(byte)), isWord: false) }
      advance()
    }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private mutating func append(_ text: String, isWord: Bool) {
    tokens.append(Token(text: text, line: line, isWord: isWord))
  }

  private mutating func comment() {
    let rest = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
    let text = String(decoding: rest, as: UTF8.self)
    if text.hasPrefix("///") { documentation[line] = String(text.dropFirst(3)) }
    advance(rest.count)
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if begins("/*") {
        depth += 1
        advance(2)
      } else if begins("*/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && position < bytes.count
  }

  private func startsRawString() -> Bool {
    let rest = bytes[position...].drop { $0 == UInt8(ascii: "#") }
    return rest.startIndex > position && rest.first == UInt8(ascii: "\"")
  }

  /// Skips a literal of any kind; interpolations go with it, strings inside them included.
  private mutating func string() {
    let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
    advance(hashes)
    let quotes = begins("\"\"\"") ? 3 : 1
    advance(quotes)
    let end = [UInt8](repeating: UInt8(ascii: "\""), count: quotes) + hashMarks(hashes)
    let escape = [UInt8(ascii: "\\")] + hashMarks(hashes)
    while position < bytes.count, !bytes[position...].starts(with: end) {
      guard bytes[position...].starts(with: escape) else {
        advance()
        continue
      }
      advance(escape.count)
      if begins("(") { interpolation() } else { advance() }
    }
    advance(end.count)
  }

  private func hashMarks(_ count: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "#"), count: count)
  }

  private mutating func interpolation() {
    var depth = 0
    repeat {
      if begins("\"") || startsRawString() {
        string()
        continue
      }
      if begins("(") { depth += 1 }
      if begins(")") { depth -= 1 }
      advance()
    } while depth > 0 && position < bytes.count
  }

  private mutating func word() {
    let isQuoted = bytes[position] == UInt8(ascii: "`")
    if isQuoted { advance() }
    let text = bytes[position...].prefix { Self.isWord($0) }
    append(String(decoding: text, as: UTF8.self), isWord: true)
    advance(text.count + (isQuoted ? 1 : 0))
  }

  /// Letters, digits and everything outside ASCII, so that a name of any alphabet is one word.
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
