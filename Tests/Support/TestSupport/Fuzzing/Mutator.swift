import Tensors

/// Damages files in the ways that parsers trip over: single bits, lengths, cuts, splices, repetitions.
package struct Mutator {
  /// Where every decision comes from.
  package var random: SplitMix64
  /// Words of the format, such as keywords and chunk names.
  private let tokens: [[UInt8]]
  /// Files do not grow beyond this.
  private let limit: Int

  /// Starts from a generator.
  package init(_ random: SplitMix64, tokens: [[UInt8]], limit: Int) {
    self.random = random
    self.tokens = tokens
    self.limit = limit
  }

  /// A damaged copy of a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - other: another file of the kind, of which parts may be taken over.
  /// - Returns: the file after one to four damages.
  package mutating func mutated(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.nextIndex(below: 4) { damage(&bytes, with: other) }
    if bytes.count > limit { bytes.removeLast(bytes.count - limit) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8], with other: [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = [UInt8(random.nextIndex(below: 256))]
      return
    }
    let place = random.nextIndex(below: bytes.count)
    switch random.nextIndex(below: 13) {
    case 0, 1: bytes[place] ^= 1 << UInt8(random.nextIndex(below: 8))
    case 2: bytes[place] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF][random.nextIndex(below: 6)]
    case 3, 4: overwriteNumber(in: &bytes, at: place)
    case 5: bytes.removeLast(bytes.count - place)
    case 6: bytes.removeSubrange(range(in: bytes, from: place))
    case 7: bytes.insert(contentsOf: bytes[range(in: bytes, from: place)], at: place)
    case 8: nest(&bytes, at: place)
    case 9: splice(&bytes, at: place, with: other)
    case 10: moveRange(in: &bytes, to: place)
    case 11: insertToken(in: &bytes, at: place)
    default: replaceDigits(in: &bytes, from: place)
    }
  }

  /// A range of up to 64 bytes, or now and then all that is left.
  private mutating func range(in bytes: [UInt8], from start: Int) -> Range<Int> {
    let left = bytes.count - start
    let longest = random.nextIndex(below: 8) == 0 ? left : min(left, 64)
    return start..<(start + 1 + random.nextIndex(below: longest))
  }

  /// A field of 1, 2, 4 or 8 bytes in either order becomes a number that is large, negative or close to
  /// what it was.
  private mutating func overwriteNumber(in bytes: inout [UInt8], at place: Int) {
    let width = 1 << random.nextIndex(below: 4)
    guard place + width <= bytes.count else { return }
    let isBig = random.nextIndex(below: 3) == 0
    let field = bytes[place..<place + width]
    let old = (isBig ? Array(field) : field.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let size = UInt64(bytes.count)
    let candidates: [UInt64] = [
      0, 1, .max, .max >> 1, 1 << 63, 1 << 31, (1 << 31) - 1, 1 << 32, 0xFFFF_FFFF, 0xFFFF, 0x7FFF,
      old &+ 1, old &- 1, old &* 2, old / 2, ~old, size, size &- 1, size &- UInt64(place), 1 << 40,
      random.next(),
    ]
    let value = candidates[random.nextIndex(below: candidates.count)]
    for index in 0..<width {
      bytes[isBig ? place + width - 1 - index : place + index] =
        UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
  }

  /// Repeats a few bytes so often that whatever they open is nested deeply.
  private mutating func nest(_ bytes: inout [UInt8], at place: Int) {
    let piece = Array(bytes[place..<min(place + 1 + random.nextIndex(below: 6), bytes.count)])
    let times = 1 << random.nextIndex(below: 15)
    let room = max(limit - bytes.count, 0) / piece.count
    bytes.insert(
      contentsOf: (0..<min(times, room)).flatMap { _ in piece }, at: place)
  }

  private mutating func splice(_ bytes: inout [UInt8], at place: Int, with other: [UInt8]) {
    guard !other.isEmpty else { return }
    let start = random.nextIndex(below: other.count)
    bytes.replaceSubrange(place..., with: other[start...])
  }

  private mutating func moveRange(in bytes: inout [UInt8], to place: Int) {
    let source = range(in: bytes, from: random.nextIndex(below: bytes.count))
    let piece = Array(bytes[source])
    let end = min(place + piece.count, bytes.count)
    bytes.replaceSubrange(place..<end, with: piece)
  }

  private mutating func insertToken(in bytes: inout [UInt8], at place: Int) {
    guard !tokens.isEmpty else { return }
    bytes.insert(contentsOf: tokens[random.nextIndex(below: tokens.count)], at: place)
  }

  /// The next decimal number becomes another, as formats need that write numbers as text.
  private mutating func replaceDigits(in bytes: inout [UInt8], from place: Int) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    let numbers = [
      "0", "1", "-1", "2", "255", "65536", "4294967296", "9223372036854775807",
      "9223372036854775808", "99999999999999999999999999", "1e400", "NaN", "0.5", "",
    ]
    bytes.replaceSubrange(
      start..<end, with: Array(numbers[random.nextIndex(below: numbers.count)].utf8))
  }
}
