/// Repairs UTF-8 that was read as Latin-1 or Windows-1252.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/__init__.py` (`fix_encoding`), `ftfy/fixes.py`.
enum Mojibake {
  /// The text as it was meant; unchanged where nothing points to a wrong encoding.
  static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = text
    while let better = step(text), better != text { text = better }
    return text
  }

  /// One repair; nil where none applies.
  private static func step(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    guard !text.allSatisfy(\.isASCII), MojibakeClues.areIn(text) else { return nil }
    let latin = bytes(of: text) { $0.value <= 0xFF ? UInt8($0.value) : nil }
    // The substitute character stands for a lost one in ftfy's code page.
    let windows = bytes(of: text) { $0 == "\u{1A}" ? nil : Windows1252.byte(of: $0) }
    for bytes in [latin, windows] {
      if let bytes, let decoded = decoded(withHardSpaces(bytes)) { return decoded }
    }
    let inPart = repairedInPart(text)
    return inPart != text ? inPart : withoutControls(text)
  }

  private static func bytes(
    of text: [Unicode.Scalar], _ byte: (Unicode.Scalar) -> UInt8?
  ) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for scalar in text {
      guard let byte = byte(scalar) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func decoded(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
    String(validating: bytes, as: UTF8.self).map { Array($0.unicodeScalars) }
  }

  private static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.map {
      (0x80...0x9F).contains($0.value) ? Windows1252.scalar(of: UInt8($0.value)) : $0
    }
  }

  // MARK: Part of a text

  /// Repairs runs that look like UTF-8 inside a text that is something else.
  private static func repairedInPart(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let run = MojibakeClues.runLength(in: text, at: index)
      let part = Array(text[index..<index + max(run, 1)])
      // A run as long as the text has been tried already.
      let isBad = run > 0 && run < text.count && MojibakeClues.areIn(part)
      result += isBad ? repaired(part) : part
      index += part.count
    }
    return result
  }

  // MARK: Hard spaces

  /// Puts back byte A0 where somebody made a plain space of it in the middle of a character.
  private static func withHardSpaces(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard bytes.indices.contains(where: { alteredLength(bytes, at: $0) > 0 }) else { return bytes }
    bytes = withSpacedGraves(bytes)
    var index = 0
    while index < bytes.count {
      let length = alteredLength(bytes, at: index)
      for position in index..<index + length where bytes[position] == 0x20 {
        bytes[position] = 0xA0
      }
      index += max(length, 1)
    }
    return bytes
  }

  /// "à" alone keeps the space behind it, but for the Portuguese words that begin with it.
  private static func withSpacedGraves(_ bytes: [UInt8]) -> [UInt8] {
    let continuations = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let rest = bytes[(index + 1)...].dropFirst()
      let isGrave = bytes[index] == 0xC3 && index + 1 < bytes.count && bytes[index + 1] == 0x20
      if isGrave, !continuations.contains(where: { rest.starts(with: $0) }) {
        result += [0xC3, 0xA0, 0x20]
        index += 2
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// Length of a sequence that would be UTF-8 if its one space were A0, of likely scripts only; else 0.
  private static func alteredLength(_ bytes: [UInt8], at index: Int) -> Int {
    func isTail(_ offset: Int) -> Bool {
      index + offset < bytes.count && (0x80...0xBF).contains(bytes[index + offset])
    }
    /// Ellipses and hard spaces stand for themselves too often.
    func isNarrowTail(_ offset: Int) -> Bool {
      isTail(offset) && bytes[index + offset] != 0x85 && bytes[index + offset] != 0xA0
    }
    func isSpace(_ offset: Int) -> Bool {
      index + offset < bytes.count && bytes[index + offset] == 0x20
    }
    switch bytes[index] {
    case 0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9: return isSpace(1) ? 2 : 0
    case 0xE0...0xE3:
      if isNarrowTail(1) && isSpace(2) { return 3 }
      return bytes[index] >= 0xE2 && isSpace(1) && isNarrowTail(2) ? 3 : 0
    case 0xF0:
      let tails = (1...3).filter { isTail($0) }.count
      let spaces = (1...3).filter { isSpace($0) }.count
      return tails == 2 && spaces == 1 ? 4 : 0
    default: return 0
    }
  }
}
