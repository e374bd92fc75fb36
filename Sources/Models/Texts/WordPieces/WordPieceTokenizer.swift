/// BERT's uncased tokenizer: a caption becomes the numbers that latent diffusion's text encoder reads.
///
/// Accents and control characters go, letters become lower case, the text is cut at white space and around
/// punctuation and ideographs, and each word is spelled with the longest pieces of the vocabulary. The names of
/// special tokens, such as `[MASK]`, stand for these tokens.
///
/// Source: Devlin et al., arXiv 1810.04805; huggingface/tokenizers, `BertNormalizer`, `BertPreTokenizer` and
/// `WordPiece`, with the vocabulary and the settings of `bert-base-uncased`.
package struct WordPieceTokenizer: Sendable {
  /// Positions of the text encoder.
  package static let contextLength = 77
  /// Number of tokens.
  package static let vocabularySize = 30_522
  /// `[CLS]`, which stands before every text.
  package static let start: Int32 = 101
  /// `[SEP]`, which stands behind every text.
  package static let end: Int32 = 102
  /// `[PAD]`, which fills the positions behind the end.
  package static let padding: Int32 = 0

  private static let specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map {
    Array($0.unicodeScalars)
  }

  private let vocabulary: WordPieceVocabulary
  private let characters: UncasedCharacters

  /// Reads the vocabulary and the table of characters that are part of the program.
  ///
  /// - Throws: ``TextDataError`` if they are not the published ones.
  package init() throws(TextDataError) {
    vocabulary = try WordPieceVocabulary()
    characters = try UncasedCharacters()
  }

  /// The tokens of a text without start and end, as many as it takes.
  package func tokens(of text: String) -> [Int32] {
    let scalars = Array(text.unicodeScalars)
    var tokens: [Int32] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      let special = Self.specials.first { scalars[index...].starts(with: $0) }
      guard let special else {
        index += 1
        continue
      }
      tokens += words(of: scalars[start..<index]) + vocabulary.tokens(of: special)
      index += special.count
      start = index
    }
    return tokens + words(of: scalars[start...])
  }

  private func words(of text: ArraySlice<Unicode.Scalar>) -> [Int32] {
    characters.words(of: text).flatMap(vocabulary.tokens)
  }

  /// What the text encoder reads: start, the text, end, then padding; a long text is cut, and the result says so.
  package func sequence(of text: String) -> WordPieceSequence {
    let tokens = tokens(of: text)
    let kept = [Self.start] + tokens.prefix(Self.contextLength - 2) + [Self.end]
    let padding = Array(repeating: Self.padding, count: Self.contextLength - kept.count)
    return WordPieceSequence(tokens: kept + padding, count: tokens.count + 2)
  }
}

/// A text as a text encoder reads it, and how long it was.
package struct WordPieceSequence: Equatable, Sendable {
  /// Start, the text, end, padding; `[77]`.
  package let tokens: [Int32]
  /// Tokens that the whole text takes, start and end included.
  package let count: Int

  /// Whether the encoder reads only the text's beginning.
  package var isTruncated: Bool { count > tokens.count }
}
