import CTextData

/// What a character may be to its neighbors, and where it may stand in UTF-8 that was misread.
struct MojibakeKinds: OptionSet, Hashable, Sendable {
  let rawValue: UInt32

  static let c1 = MojibakeKinds(rawValue: 1 << 0)
  static let bad = MojibakeKinds(rawValue: 1 << 1)
  static let law = MojibakeKinds(rawValue: 1 << 2)
  static let currency = MojibakeKinds(rawValue: 1 << 3)
  static let opening = MojibakeKinds(rawValue: 1 << 4)
  static let closing = MojibakeKinds(rawValue: 1 << 5)
  static let numeric = MojibakeKinds(rawValue: 1 << 6)
  static let kaomoji = MojibakeKinds(rawValue: 1 << 7)
  static let upperAccented = MojibakeKinds(rawValue: 1 << 8)
  static let lowerAccented = MojibakeKinds(rawValue: 1 << 9)
  static let upperCommon = MojibakeKinds(rawValue: 1 << 10)
  static let lowerCommon = MojibakeKinds(rawValue: 1 << 11)
  static let box = MojibakeKinds(rawValue: 1 << 12)
  static let common = MojibakeKinds(rawValue: 1 << 13)
  static let firstOfTwo = MojibakeKinds(rawValue: 1 << 14)
  static let firstOfThree = MojibakeKinds(rawValue: 1 << 15)
  static let firstOfFour = MojibakeKinds(rawValue: 1 << 16)
  static let tail = MojibakeKinds(rawValue: 1 << 17)
  /// A tail that rarely stands for itself beside mojibake.
  static let strictTail = MojibakeKinds(rawValue: 1 << 18)
  // These follow from the character alone.
  static let latinLetter = MojibakeKinds(rawValue: 1 << 19)
  static let smallLatinLetter = MojibakeKinds(rawValue: 1 << 20)
  static let space = MojibakeKinds(rawValue: 1 << 21)
  static let word = MojibakeKinds(rawValue: 1 << 22)

  static let accented: MojibakeKinds = [.upperAccented, .lowerAccented]

  /// By ftfy's names.
  static let named: [String: MojibakeKinds] = [
    "c1": .c1, "bad": .bad, "law": .law, "currency": .currency, "start_punctuation": .opening,
    "end_punctuation": .closing, "numeric": .numeric, "kaomoji": .kaomoji,
    "upper_accented": .upperAccented, "lower_accented": .lowerAccented,
    "upper_common": .upperCommon, "lower_common": .lowerCommon, "box": .box, "common": .common,
    "utf8_first_of_2": .firstOfTwo, "utf8_first_of_3": .firstOfThree,
    "utf8_first_of_4": .firstOfFour, "utf8_continuation": .tail,
    "utf8_continuation_strict": .strictTail,
  ]
}

/// A code page of one byte a character, whose lower half is ASCII.
struct CodePage: Sendable {
  /// Python's name, or ftfy's.
  let name: String
  private let upper: [Unicode.Scalar: UInt8]

  /// Whether bytes without a meaning keep their number, and byte 1A stands for a lost character.
  var isSloppy: Bool { name.hasPrefix("sloppy-") }

  init(name: String, upper: [Unicode.Scalar]) {
    self.name = name
    self.upper = Dictionary(
      upper.enumerated().map { ($0.element, 0x80 + UInt8($0.offset)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The bytes that a text was read from; nil where the page lacks one of its characters.
  func bytes(of text: [Unicode.Scalar]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    for scalar in text {
      guard let byte = byte(of: scalar) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private func byte(of scalar: Unicode.Scalar) -> UInt8? {
    if isSloppy {
      if scalar == "\u{FFFD}" { return 0x1A }
      if scalar == "\u{1A}" { return nil }
    }
    return scalar.isASCII ? UInt8(scalar.value) : upper[scalar]
  }
}

/// The code pages that are tried and the kinds of characters, as they lie inside the program.
struct MojibakeTables: Sendable {
  /// In the order in which they are tried.
  let pages: [CodePage]
  private let kinds: [Unicode.Scalar: MojibakeKinds]

  private static let pageCount = 10

  /// - Throws: ``TextDataError`` if the data is not whole.
  init() throws(TextDataError) {
    var size = 0
    let data = UnsafeBufferPointer(start: text_data_mojibake(&size), count: size)
    var pages: [CodePage] = []
    var kinds: [Unicode.Scalar: MojibakeKinds] = [:]
    var names: Set<String> = []
    for line in data.split(separator: 0x0A) {
      let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
      let name = String(fields.dropFirst().first ?? "")
      let scalars = fields.dropFirst(2).compactMap { UInt32($0, radix: 16) }
        .compactMap(Unicode.Scalar.init)
      if fields.first == "page", scalars.count == 128 {
        pages.append(CodePage(name: name, upper: scalars))
      } else if let kind = MojibakeKinds.named[name] {
        names.insert(name)
        for scalar in scalars { kinds[scalar, default: []].insert(kind) }
      }
    }
    guard pages.count == Self.pageCount, names.count == MojibakeKinds.named.count else {
      throw TextDataError(
        what: "the tables of code pages",
        expected: "\(Self.pageCount) pages and \(MojibakeKinds.named.count) kinds",
        found: "\(pages.count) and \(names.count)")
    }
    self.pages = pages
    self.kinds = kinds
  }

  /// All that a character is.
  func kinds(of scalar: Unicode.Scalar) -> MojibakeKinds {
    var kinds = self.kinds[scalar] ?? []
    switch scalar {
    case "a"..."z": kinds.formUnion([.latinLetter, .smallLatinLetter, .word])
    case "A"..."Z": kinds.formUnion([.latinLetter, .word])
    case "0"..."9", "_": kinds.insert(.word)
    case "\u{1C}"..."\u{1F}": kinds.insert(.space)
    default:
      if scalar.properties.isWhitespace { kinds.insert(.space) }
      if !scalar.isASCII, Self.isWord(scalar) { kinds.insert(.word) }
    }
    return kinds
  }

  /// Python's `\w` beyond ASCII.
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
