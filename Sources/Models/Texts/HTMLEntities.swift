import CTextData

/// HTML's character references, resolved as Python's `html.unescape` does and as ftfy does.
struct HTMLEntities: Sendable {
  /// What a name means, the semicolon included where the name has one.
  private let named: [[Unicode.Scalar]: [Unicode.Scalar]]
  /// Names in capitals that ftfy understands besides.
  private let capitals: [[Unicode.Scalar]: [Unicode.Scalar]]

  private static let longestName = 32
  /// Names and capitals of the table, as `Tools/make_text_data.py` writes them.
  private static let counts = (named: 2231, capitals: 1376)

  /// Reads the table inside the program.
  ///
  /// - Throws: ``TextDataError`` if it is not whole.
  init() throws(TextDataError) {
    var size = 0
    let data = UnsafeBufferPointer(start: text_data_entities(&size), count: size)
    let parts = data.split(separator: 0x0A, omittingEmptySubsequences: false)
      .split(whereSeparator: \.isEmpty).map(Self.table)
    guard parts.count == 2, parts[0].count == Self.counts.named,
      parts[1].count == Self.counts.capitals
    else {
      throw TextDataError(
        what: "HTML's entities", expected: "\(Self.counts.named) and \(Self.counts.capitals) names",
        found: "\(parts.map(\.count))")
    }
    named = parts[0]
    capitals = parts[1]
  }

  private static func table(_ lines: ArraySlice<Slice<UnsafeBufferPointer<UInt8>>>)
    -> [[Unicode.Scalar]: [Unicode.Scalar]]
  {
    var table: [[Unicode.Scalar]: [Unicode.Scalar]] = [:]
    for line in lines {
      let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
      let meaning = fields.dropFirst().compactMap { UInt32($0, radix: 16) }
      table[Array(fields[0].unicodeScalars)] = meaning.compactMap(Unicode.Scalar.init)
    }
    return table
  }

  // MARK: Python's html.unescape

  /// Resolves every reference, those without a semicolon too where HTML knows them.
  func unescaped(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      rest = rest[(ampersand + 1)...]
      if let (meaning, length) = number(at: rest) ?? name(at: rest) {
        result += meaning
        rest = rest.dropFirst(length)
      } else {
        result.append("&")
      }
    }
    return result + rest
  }

  /// `#` and digits, or `#x` and hexadecimal digits, then perhaps a semicolon.
  private func number(at text: ArraySlice<Unicode.Scalar>) -> ([Unicode.Scalar], Int)? {
    guard text.first == "#" else { return nil }
    let isHexadecimal = ["x", "X"].contains(text.dropFirst().first)
    let prefix = isHexadecimal ? 2 : 1
    let radix: UInt32 = isHexadecimal ? 16 : 10
    let digits = text.dropFirst(prefix).prefix { Self.digit($0, radix: radix) != nil }
    guard !digits.isEmpty else { return nil }
    // Past the last code point all values mean the same.
    let value = digits.reduce(UInt32(0)) {
      min($0 * radix + (Self.digit($1, radix: radix) ?? 0), 0x11_0000)
    }
    let end = prefix + digits.count
    return (Self.meaning(of: value), text.dropFirst(end).first == ";" ? end + 1 : end)
  }

  private static func digit(_ scalar: Unicode.Scalar, radix: UInt32) -> UInt32? {
    let value: UInt32
    switch scalar {
    case "0"..."9": value = scalar.value - 0x30
    case "a"..."f": value = scalar.value - 0x61 + 10
    case "A"..."F": value = scalar.value - 0x41 + 10
    default: return nil
    }
    return value < radix ? value : nil
  }

  /// HTML reads the C1 controls as Windows-1252, and drops other controls and noncharacters.
  private static func meaning(of value: UInt32) -> [Unicode.Scalar] {
    switch value {
    case 0: return ["\u{FFFD}"]
    case 0x0D: return ["\r"]
    case 0x80...0x9F: return [Windows1252.scalar(of: UInt8(value))]
    case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
    default:
      if value <= 0x10_FFFF, value & 0xFFFE == 0xFFFE { return [] }
      return [Unicode.Scalar(value) ?? "\u{FFFD}"]
    }
  }

  /// A known name, or the longest known beginning of an unknown one, which must have two letters.
  private func name(at text: ArraySlice<Unicode.Scalar>) -> ([Unicode.Scalar], Int)? {
    var name = Array(
      text.prefix(Self.longestName).prefix { !"\t\n\u{0C} <&#;".unicodeScalars.contains($0) })
    guard !name.isEmpty else { return nil }
    if text.dropFirst(name.count).first == ";" { name.append(";") }
    if let meaning = named[name] { return (meaning, name.count) }
    for length in stride(from: name.count - 1, to: 1, by: -1) {
      if let meaning = named[Array(name[..<length])] { return (meaning, length) }
    }
    return nil
  }

  // MARK: ftfy's unescape_html

  /// Resolves references that end in a semicolon and are unambiguous.
  ///
  /// Source: rspeer/python-ftfy 6.3, `ftfy/fixes.py` (`unescape_html`).
  func unescapedUnambiguous(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var rest = text[...]
    while let ampersand = rest.firstIndex(of: "&") {
      result += rest[..<ampersand]
      let body = rest[(ampersand + 1)...]
      let hash = body.first == "#" ? 1 : 0
      let letters = body.dropFirst(hash).prefix { Self.isAlphanumeric($0) }
      if (1...24).contains(letters.count), body.dropFirst(hash + letters.count).first == ";" {
        let reference = Array(body.prefix(hash + letters.count + 1))
        result += meaning(ofReference: reference) ?? ["&"] + reference
        rest = body.dropFirst(reference.count)
      } else {
        result.append("&")
        rest = body
      }
    }
    return result + rest
  }

  private func meaning(ofReference reference: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    if let meaning = named[reference] ?? capitals[reference] { return meaning }
    guard reference.first == "#" else { return nil }
    let resolved = unescaped(["&"] + reference)
    // A semicolon that is left means that only a part was understood.
    return resolved.contains(";") ? nil : resolved
  }

  private static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
  }
}
