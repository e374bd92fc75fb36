import CTextData
import CZlib
import Essentials

/// The pieces that words are spelled with: whole words and beginnings, and behind `##` what follows them.
///
/// Source: huggingface/tokenizers, `WordPiece`; the vocabulary is that of `bert-base-uncased`.
struct WordPieceVocabulary: Sendable {
  private static let unknown: Int32 = 100
  private static let longestWord = 100
  /// Stands before a piece that follows another.
  private static let mark = Array("##".utf8)
  private static let byteCount = 231_508
  /// SHA-256 of the vocabulary as it was published, one piece a line.
  private static let digest = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"

  /// Number of each piece, by its UTF-8.
  private let numbers: [[UInt8]: Int32]
  private let longestCount: Int

  /// Unpacks the vocabulary inside the program.
  ///
  /// - Throws: ``TextDataError`` if it is not the published one.
  init() throws(TextDataError) {
    let text = Self.unpacked()
    let found = FileDigest.sha256(of: text)
    guard found == Self.digest else {
      throw TextDataError(what: "BERT's word pieces", expected: Self.digest, found: found)
    }
    let pieces = text.split(separator: 0x0A).map(Array.init)
    numbers = Dictionary(
      pieces.enumerated().map { ($0.element, Int32($0.offset)) },
      uniquingKeysWith: { first, _ in first })
    longestCount = pieces.lazy.map(\.count).max() ?? 0
  }

  /// The bytes of the vocabulary; fewer where the data are damaged.
  private static func unpacked() -> [UInt8] {
    var packedCount = 0
    let packed = text_data_word_pieces(&packedCount)
    return [UInt8](unsafeUninitializedCapacity: byteCount) { target, initialized in
      var length = uLong(byteCount)
      let status = uncompress(target.baseAddress, &length, packed, uLong(packedCount))
      initialized = status == Z_OK ? Int(length) : 0
    }
  }

  /// The tokens of one word: its longest beginning, then the longest that follows, to its end.
  ///
  /// A word of more than 100 characters, or with a rest that no piece begins, is one unknown token.
  func tokens(of word: [Unicode.Scalar]) -> [Int32] {
    guard word.count <= Self.longestWord else { return [Self.unknown] }
    var rest = word.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
    var tokens: [Int32] = []
    var marked = 0
    while rest.count > marked {
      guard let (token, length) = longestPiece(of: rest, beyond: marked) else {
        return [Self.unknown]
      }
      tokens.append(token)
      rest = Self.mark + rest[length...]
      marked = Self.mark.count
    }
    return tokens
  }

  /// The piece that reaches furthest, and further than the mark.
  ///
  /// A beginning that ends inside a character is no piece, since pieces are UTF-8.
  private func longestPiece(of rest: [UInt8], beyond marked: Int) -> (token: Int32, length: Int)? {
    for length in stride(from: min(rest.count, longestCount), to: marked, by: -1) {
      if let token = numbers[Array(rest[..<length])] { return (token, length) }
    }
    return nil
  }
}
