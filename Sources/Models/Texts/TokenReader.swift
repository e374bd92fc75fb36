import Tensors

/// What a text tower reads of a text: CLIP's tokens, or the numbers that a compact tower has for them.
package struct TokenReader: Sendable {
  /// The tokens that the tower knows; nil if it knows all of CLIP's.
  package let vocabulary: CompactVocabulary?
  private let tokenizer: CLIPTokenizer

  /// Reads for a tower.
  ///
  /// - Parameter vocabulary: the tokens that it knows; nil if it knows all of CLIP's.
  /// - Throws: ``TextDataError`` if the program's own merges are damaged.
  package init(vocabulary: CompactVocabulary? = nil) throws(TextDataError) {
    self.vocabulary = vocabulary
    tokenizer = try CLIPTokenizer()
  }

  /// The numbers of a text's tokens, `[77]`; all are far below 2²⁴ and so exact.
  ///
  /// - Parameters:
  ///   - text: in any form.
  ///   - truncating: whether a text that is too long is cut.
  /// - Returns: start, the text, end, zeros.
  /// - Throws: ``CaptionTooLong`` if the text does not fit and must not be cut.
  package func input(of text: String, truncating: Bool = false) throws(CaptionTooLong) -> Tensor {
    let sequence = try tokenizer.sequence(of: text, truncating: truncating)
    let numbers = vocabulary?.numbers(of: sequence) ?? sequence
    return Tensor(shape: [numbers.count], values: numbers.map(Float.init))
  }

  /// How many tokens a text takes, without start and end.
  package func count(of text: String) -> Int { tokenizer.tokens(of: text).count }
}
