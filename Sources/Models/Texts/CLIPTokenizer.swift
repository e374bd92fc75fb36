import Terms

/// CLIP's tokenizer: a caption becomes the numbers that the text tower reads.
///
/// A text is repaired as ftfy does, its HTML entities are resolved twice, white space collapses, letters
/// become lower case; then it is cut into words, and bytes of a word are merged by rank.
///
/// Source: openai/CLIP, `clip/simple_tokenizer.py` and `clip/clip.py` (`tokenize`).
package struct CLIPTokenizer: Sendable {
  /// Positions of the text tower.
  package static let contextLength = 77
  /// Number of tokens.
  package static let vocabularySize = 49408
  /// Stands before every text.
  package static let start: Int32 = 49406
  /// Stands behind every text; the text tower is read where it stands.
  package static let end: Int32 = 49407

  private let merges: BytePairMerges
  private let cleaning: TextCleaning

  /// Reads the merges that are part of the program.
  ///
  /// - Throws: ``TextDataError`` if they are not the published ones.
  package init() throws(TextDataError) {
    merges = try BytePairMerges()
    cleaning = try TextCleaning()
  }

  /// The tokens of a text without start and end, as many as it takes.
  package func tokens(of text: String) -> [Int32] {
    WordPattern.words(of: cleaning.cleaned(text)).flatMap { word in
      switch word {
      case .start: [Self.start]
      case .end: [Self.end]
      case .bytes(let bytes): merges.tokens(of: bytes)
      }
    }
  }

  /// What the text tower reads: start, the text, end, then zeros; `[77]`.
  ///
  /// A long text is cut where `truncating` allows it, with the end in the last position.
  ///
  /// - Throws: ``CaptionTooLong`` if the text does not fit and must not be cut.
  package func sequence(of text: String, truncating: Bool = false) throws(CaptionTooLong) -> [Int32]
  {
    var sequence = [Self.start] + tokens(of: text) + [Self.end]
    if sequence.count > Self.contextLength {
      guard truncating else {
        throw CaptionTooLong(count: sequence.count, limit: Self.contextLength, text: text)
      }
      sequence.removeLast(sequence.count - Self.contextLength)
      sequence[Self.contextLength - 1] = Self.end
    }
    return sequence + Array(repeating: 0, count: Self.contextLength - sequence.count)
  }
}

/// A text that takes more tokens than the text tower has positions.
package struct CaptionTooLong: Error, Equatable, CustomStringConvertible {
  /// Tokens of the text, start and end included.
  package let count: Int
  /// Positions there are.
  package let limit: Int
  /// The whole text.
  package let text: String

  /// The text's beginning, how many tokens it takes, and how many fit.
  package var description: String {
    let beginning = text.count > 60 ? "\(text.prefix(60))…" : text
    return "the text '\(beginning)' takes \(count) tokens, start and end included, but CLIP reads "
      + "\(limit); shorten it, or let long texts be cut"
  }
}

extension CaptionTooLong: LedgerFailure {
  /// `too-long`: a caption that fits no context is never cut silently.
  package var ledgerState: LedgerState { .tooLong }
}
