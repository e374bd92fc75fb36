import Tensors

/// The tokens that a compact text tower knows: CLIP's numbers become small ones.
///
/// Number 0 fills the sequence behind a text's end, as in CLIP's; 1 stands for every token that is not
/// known; the end of a text has the largest number, so that the tower finds it as CLIP's does.
package struct CompactVocabulary: Equatable, Sendable {
  /// Name by which a checkpoint keeps it.
  package static let tensorName = "vocabulary"
  private static let unknown: Int32 = 1

  /// CLIP's numbers, ascending; the first of them has number 2.
  private let tokens: [Int32]
  /// How many numbers the tower's table has.
  private let size: Int
  private let numbers: [Int32: Int32]

  /// Knows some of CLIP's tokens, besides start and end.
  ///
  /// - Throws: ``VocabularyTooLarge`` if they do not fit.
  package init(tokens: Set<Int32>, size: Int) throws(VocabularyTooLarge) {
    let kept = tokens.union([CLIPTokenizer.start]).subtracting([CLIPTokenizer.end]).sorted()
    guard kept.count + 3 <= size else {
      throw VocabularyTooLarge(tokens: kept.count, size: size)
    }
    self.init(kept, size: size)
  }

  /// Reads what ``tensor`` holds.
  ///
  /// - Throws: ``DamagedVocabulary`` for anything else.
  package init(stored: Tensor) throws(DamagedVocabulary) {
    let values = stored.values.compactMap { Int32(exactly: $0) }
    let tokens = values.dropLast()
    guard values.count == stored.count, let size = values.last, tokens.count + 3 <= size,
      zip(tokens, tokens.dropFirst()).allSatisfy({ $0 < $1 }), tokens.first ?? 0 >= 0
    else { throw DamagedVocabulary() }
    self.init(Array(tokens), size: Int(size))
  }

  private init(_ tokens: [Int32], size: Int) {
    self.tokens = tokens
    self.size = size
    var numbers: [Int32: Int32] = [:]
    for (index, token) in tokens.enumerated() { numbers[token] = Int32(index) + 2 }
    numbers[CLIPTokenizer.end] = Int32(size) - 1
    self.numbers = numbers
  }

  /// What the tower reads in place of CLIP's sequence; zeros behind the end stay zeros.
  package func numbers(of sequence: [Int32]) -> [Int32] {
    let end = sequence.firstIndex(of: CLIPTokenizer.end) ?? sequence.endIndex
    return sequence.enumerated().map { place, token in
      place > end ? 0 : numbers[token] ?? Self.unknown
    }
  }

  /// The tokens and the size, as a checkpoint keeps them; all are exact in Float32.
  package var tensor: (name: String, tensor: Tensor) {
    let values = tokens.map(Float.init) + [Float(size)]
    return (Self.tensorName, Tensor(shape: [values.count], values: values))
  }
}

/// More tokens than a compact text tower has room for.
package struct VocabularyTooLarge: Error, Equatable, CustomStringConvertible {
  /// Tokens that were to be known.
  package let tokens: Int
  /// Numbers there are.
  package let size: Int

  /// How many tokens there are, and how many fit.
  package var description: String {
    "\(tokens) tokens do not fit a vocabulary of \(size), three of which are taken"
  }
}

/// A stored vocabulary that is damaged.
package struct DamagedVocabulary: Error, Equatable, CustomStringConvertible {
  /// What the tensor should hold.
  package var description: String {
    "the tensor '\(CompactVocabulary.tensorName)' does not hold ascending numbers of tokens and, last, how many "
      + "numbers there are"
  }
}
