/// How CLIP cuts a cleaned text into words before merging bytes.
///
/// In this order: the two special tokens; the English contractions; a run of letters; one digit or other
/// number; a run of anything else but white space. Comparison ignores case.
///
/// Source: openai/CLIP, `clip/simple_tokenizer.py`, the pattern `pat`.
enum WordPattern {
  /// One piece of a text.
  enum Word: Equatable {
    case start
    case end
    case bytes([UInt8])
  }

  private static let specials: [(text: [Unicode.Scalar], word: Word)] = [
    (Array("<|startoftext|>".unicodeScalars), .start),
    (Array("<|endoftext|>".unicodeScalars), .end),
  ]
  private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
    Array($0.unicodeScalars)
  }

  /// Words in order; white space is dropped.
  static func words(of text: [Unicode.Scalar]) -> [Word] {
    var words: [Word] = []
    var index = 0
    while index < text.count {
      if text[index].properties.isWhitespace {
        index += 1
        continue
      }
      let length = wordLength(in: text[index...])
      let piece = text[index..<index + length]
      words.append(specials.first { $0.text.elementsEqual(piece) }?.word ?? bytes(of: piece))
      index += length
    }
    return words
  }

  private static func bytes(of piece: ArraySlice<Unicode.Scalar>) -> Word {
    .bytes(piece.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) })
  }

  private static func wordLength(in text: ArraySlice<Unicode.Scalar>) -> Int {
    for literal in specials.map(\.text) + contractions where begins(text, with: literal) {
      return literal.count
    }
    let kind = Kind(text[text.startIndex])
    if kind == .number { return 1 }
    return text.prefix { Kind($0) == kind }.count
  }

  /// Whether a text begins with a lower-case literal in any case.
  private static func begins(
    _ text: ArraySlice<Unicode.Scalar>, with literal: [Unicode.Scalar]
  ) -> Bool {
    text.count >= literal.count && zip(text, literal).allSatisfy { folded($0) == $1 }
  }

  /// Case folding as far as it reaches ASCII letters; the long s is the one that survives lower case.
  private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar == "\u{17F}" { return "s" }
    if ("A"..."Z").contains(scalar) { return Unicode.Scalar(UInt8(scalar.value) + 32) }
    return scalar
  }
}

/// The pattern's character classes `\p{L}`, `\p{N}`, `\s` and the rest.
private enum Kind: Equatable {
  case letter, number, space, other

  init(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = scalar.properties.isWhitespace ? .space : .other
    }
  }
}
