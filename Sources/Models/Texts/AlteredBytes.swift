/// Bytes of UTF-8 that programs changed on their way.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/chardata.py`, `ftfy/fixes.py` and
/// `ftfy/bad_codecs/utf8_variants.py`.
enum AlteredBytes {
  // MARK: Hard spaces

  /// Puts back byte A0 where somebody made a plain space of it in the middle of a character.
  static func withHardSpaces(_ bytes: [UInt8]) -> [UInt8] {
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

  // MARK: Lost bytes

  private typealias Choice = ClosedRange<UInt8>

  private static let lost: [Choice] = [0x1A...0x1A]
  private static let doubtful: [Choice] = [0x1A...0x1A, 0x3F...0x3F]
  private static let tail: [Choice] = [0x80...0xBF]
  private static let surrogate: [Choice] = [0xED...0xED]
  private static let first: [Choice] = [0xA0...0xAF]
  private static let second: [Choice] = [0xB0...0xBF]

  /// Sequences with lost bytes, and with a question mark in place of at most one; in order of preference.
  private static let lossySequences: [[[Choice]]] = [
    [[0xC2...0xDF], lost],
    [[0xC2...0xC3], [0x3F...0x3F]],
    [surrogate, first, doubtful, surrogate, second, doubtful + tail],
    [surrogate, first, doubtful + tail, surrogate, second, doubtful],
    [[0xE0...0xEF], doubtful, lost + tail],
    [[0xE0...0xEF], lost + tail, doubtful],
    [[0xF0...0xF4], doubtful, lost + tail, lost + tail],
    [[0xF0...0xF4], lost + tail, doubtful, lost + tail],
    [[0xF0...0xF4], lost + tail, lost + tail, doubtful],
    [lost],
  ]

  /// Puts U+FFFD where a character lost some of its bytes.
  static func withoutLostBytes(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.first {
      let found = lossySequences.first { sequence in
        rest.count >= sequence.count
          && zip(sequence, rest).allSatisfy { choices, byte in
            choices.contains { $0.contains(byte) }
          }
      }
      result += found == nil ? [byte] : [0xEF, 0xBF, 0xBD]
      rest = rest.dropFirst(found?.count ?? 1)
    }
    return result
  }

  // MARK: Other forms of UTF-8

  /// Writes surrogates of three bytes each (CESU-8) as one character of four, and Java's zero as a byte.
  static func inPlainUTF8(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 == 0xED || $0 == 0xC0 }) else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.first {
      if rest.starts(with: [0xC0, 0x80]) {
        result.append(0)
        rest = rest.dropFirst(2)
      } else if let scalar = surrogatePair(Array(rest.prefix(6))) {
        result += Array(String(scalar).utf8)
        rest = rest.dropFirst(6)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func surrogatePair(_ bytes: [UInt8]) -> Unicode.Scalar? {
    guard bytes.count == 6, bytes[0] == 0xED, (0xA0...0xAF).contains(bytes[1]),
      (0x80...0xBF).contains(bytes[2]), bytes[3] == 0xED, (0xB0...0xBF).contains(bytes[4]),
      (0x80...0xBF).contains(bytes[5])
    else { return nil }
    let high = UInt32(bytes[1] & 0x0F) << 16 | UInt32(bytes[2] & 0x3F) << 10
    let low = UInt32(bytes[4] & 0x0F) << 6 | UInt32(bytes[5] & 0x3F)
    return Unicode.Scalar(high + low + 0x10000)
  }
}
