import Foundation

/// A key that occurs twice in one object of a JSON text.
///
/// Foundation's parsers take one of the two without a word, and other readers take the other.
package struct RepeatedName: Equatable, Sendable {
  /// The name.
  package let text: String
  /// The line in which it stands for the second time, counted from 1.
  package let line: Int

  /// Finds the first one; only for texts that a parser accepts.
  package static func first(in json: some Collection<UInt8>) -> RepeatedName? {
    var scan = Scan()
    for byte in json {
      if let name = scan.take(byte) { return RepeatedName(text: name, line: scan.line) }
    }
    return nil
  }

  /// Walks through a text, byte by byte.
  private struct Scan {
    var line = 1
    /// The names of each object that is open; nil for a list.
    private var open: [Set<String>?] = []
    /// The bytes of the string that is open, quotes left out.
    private var string: [UInt8]?
    private var isEscaped = false
    /// The last string, as long as it may turn out to be a name.
    private var candidate: [UInt8]?

    /// Returns the name that this byte turns out to be the second of.
    mutating func take(_ byte: UInt8) -> String? {
      if string != nil {
        takeInString(byte)
        return nil
      }
      switch byte {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: "\""): string = []
      case UInt8(ascii: "{"): open.append([])
      case UInt8(ascii: "["): open.append(nil)
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
      case UInt8(ascii: ":"): return takeName()
      default: break
      }
      return nil
    }

    private mutating func takeInString(_ byte: UInt8) {
      if !isEscaped, byte == UInt8(ascii: "\"") {
        candidate = string
        string = nil
        return
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      string?.append(byte)
    }

    private mutating func takeName() -> String? {
      guard let bytes = candidate, let innermost = open.last, var names = innermost else {
        return nil
      }
      let name = Self.unescaped(bytes)
      guard names.insert(name).inserted else { return name }
      open[open.count - 1] = names
      return nil
    }

    /// Names may be spelled in several ways: `"a"` is `"\u0061"`.
    private static func unescaped(_ bytes: [UInt8]) -> String {
      let plain = String(decoding: bytes, as: UTF8.self)
      guard bytes.contains(UInt8(ascii: "\\")) else { return plain }
      return (try? JSONDecoder().decode(String.self, from: Data("\"\(plain)\"".utf8))) ?? plain
    }
  }
}
