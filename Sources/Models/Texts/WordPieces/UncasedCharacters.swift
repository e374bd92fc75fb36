import CTextData
import Essentials

/// How BERT's uncased tokenizer reads characters: what it drops, folds and cuts at.
///
/// A table decides, not the Unicode of this machine. Every character is decomposed and put into lower case by
/// itself. The order of marks, which Unicode's decomposition sorts, cannot matter: those of no width are dropped,
/// and no others are in the vocabulary.
///
/// Source: huggingface/tokenizers, `BertNormalizer` and `BertPreTokenizer`.
struct UncasedCharacters: Sendable {
  /// SHA-256 of the table, as `Tools/make_word_piece_data.py` prints it.
  private static let digest = "01457d663e448e548d82e8a49abac64a4fba7c1b6d4ef4eda96ea3066a22d83c"

  private let dropped: CodeRanges
  private let spaces: CodeRanges
  /// Each is a word by itself.
  private let ideographs: CodeRanges
  /// Each is a word by itself, after folding.
  private let punctuation: CodeRanges
  private let folds: [UInt32: [Unicode.Scalar]]

  /// Reads the table inside the program.
  ///
  /// - Throws: ``TextDataError`` if it is damaged.
  init() throws(TextDataError) {
    var size = 0
    let data = UnsafeBufferPointer(start: text_data_uncased(&size), count: size)
    let found = FileDigest.sha256(of: data)
    guard found == Self.digest else {
      throw TextDataError(what: "BERT's characters", expected: Self.digest, found: found)
    }
    var kinds: [Substring: CodeRanges] = [:]
    var folds: [UInt32: [Unicode.Scalar]] = [:]
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      if fields[0] == "fold" {
        let codes = fields.dropFirst().compactMap { UInt32($0, radix: 16) }
        folds[codes[0]] = codes.dropFirst().compactMap(Unicode.Scalar.init)
      } else {
        kinds[fields[0]] = CodeRanges(fields.dropFirst())
      }
    }
    dropped = kinds["drop", default: CodeRanges([])]
    spaces = kinds["space", default: CodeRanges([])]
    ideographs = kinds["ideograph", default: CodeRanges([])]
    punctuation = kinds["punctuation", default: CodeRanges([])]
    self.folds = folds
  }

  /// The words of a text, folded, in order.
  func words(of text: ArraySlice<Unicode.Scalar>) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    for scalar in text.lazy.flatMap(folded) {
      let isPunctuation = punctuation.contains(scalar)
      guard isPunctuation || scalar == " " else {
        word.append(scalar)
        continue
      }
      if !word.isEmpty { words.append(word) }
      word = []
      if isPunctuation { words.append([scalar]) }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// What stands for one character: none, one or several, with spaces around an ideograph.
  private func folded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if let fold = folds[scalar.value] { return fold }
    if (0xAC00..<0xD7A4).contains(scalar.value) { return Self.syllable(scalar.value - 0xAC00) }
    if spaces.contains(scalar) { return [" "] }
    if ideographs.contains(scalar) { return [" ", scalar, " "] }
    return dropped.contains(scalar) ? [] : [scalar]
  }

  /// The letters of a Hangul syllable: 19 initials, 21 vowels, 27 finals or none.
  ///
  /// Source: The Unicode Standard, section 3.12.
  private static func syllable(_ index: UInt32) -> [Unicode.Scalar] {
    let final = index % 28
    let letters = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + final]
    return letters.prefix(final == 0 ? 2 : 3).compactMap(Unicode.Scalar.init)
  }
}

/// A set of characters as ascending ranges.
private struct CodeRanges: Sendable {
  private let ranges: [ClosedRange<UInt32>]

  /// Reads `first-last` in hexadecimal, ascending.
  init(_ fields: ArraySlice<Substring>) {
    ranges = fields.compactMap { field in
      let ends = field.split(separator: "-").compactMap { UInt32($0, radix: 16) }
      return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
    }
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar.value)
  }
}
