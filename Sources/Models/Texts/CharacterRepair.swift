import Foundation

/// Replaces characters that texts hold by accident of their making.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/fixes.py` and `ftfy/chardata.py`.
enum CharacterRepair {
  /// C1 controls, ligatures, widths, quotes, line breaks, terminal escapes and controls, in ftfy's order, then
  /// NFC.
  static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let plain = text.flatMap(replacement)
    let lines = withUnixLineBreaks(plain)
    return composed(withoutTerminalEscapes(lines).filter { !isControl($0) })
  }

  /// What stands for one character.
  private static func replacement(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar {
    case "\u{80}"..."\u{9F}":
      let windows = Windows1252.scalar(of: UInt8(scalar.value))
      return windows == scalar ? [scalar] : replacement(of: windows)
    case "\u{2BC}", "\u{2018}"..."\u{201B}": return ["'"]
    case "\u{201C}"..."\u{201F}": return ["\""]
    // The Afrikaans n has an apostrophe that is straightened in its turn.
    case "ŉ": return ["'", "n"]
    case "\u{3000}": return [" "]
    case "\u{FF01}"..."\u{FFEF}":
      return Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
    default: return ligatures[scalar].map { Array($0.unicodeScalars) } ?? [scalar]
    }
  }

  private static let ligatures: [Unicode.Scalar: String] = [
    "Ĳ": "IJ", "ĳ": "ij", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž",
    "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj", "ﬀ": "ff", "ﬁ": "fi",
    "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ſt", "ﬆ": "st",
  ]

  /// Every kind of line break becomes a line feed, a pair of two one.
  private static func withUnixLineBreaks(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var afterReturn = false
    for scalar in text {
      let isBreak = ["\r", "\u{2028}", "\u{2029}", "\u{85}"].contains(scalar)
      if !(afterReturn && scalar == "\n") { result.append(isBreak ? "\n" : scalar) }
      afterReturn = scalar == "\r"
    }
    return result
  }

  /// Drops what colors text in terminals: escape, bracket, digits and semicolons, a letter.
  private static func withoutTerminalEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var rest = text[...]
    while let escape = rest.firstIndex(of: "\u{1B}") {
      result += rest[..<escape]
      rest = rest[escape...]
      let body = rest.dropFirst(2).prefix {
        $0 == ";" || $0.properties.generalCategory == .decimalNumber
      }
      let letter = rest.dropFirst(2 + body.count).first
      let isLetter = letter.map { $0.isASCII && $0.properties.isAlphabetic } ?? false
      if rest.dropFirst().first == "[", isLetter {
        rest = rest.dropFirst(3 + body.count)
      } else {
        result.append("\u{1B}")
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
    default: false
    }
  }

  private static func composed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    // Below the first combining mark every text is composed already.
    guard text.contains(where: { $0.value >= 0x300 }) else { return text }
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text)
    return Array(String(string).precomposedStringWithCanonicalMapping.unicodeScalars)
  }
}
