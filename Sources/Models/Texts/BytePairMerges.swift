import CTextData
import Essentials

/// The byte-pair encoding of CLIP: which two neighboring tokens of a word become one, and in which
/// order.
///
/// Tokens 0 ..< 256 are bytes, 256 ..< 512 bytes at the end of a word, 512 + r the result of merge r.
///
/// Source: Sennrich et al., arXiv 1508.07909; openai/CLIP, `clip/simple_tokenizer.py` (`bpe`).
struct BytePairMerges: Sendable {
  /// Rank of the merge of two tokens, keyed by both.
  private let ranks: [UInt32: Int32]
  /// Token of each byte.
  private let byteTokens: [Int32]

  private static let count = 48_894
  private static let firstMerged: Int32 = 512
  /// SHA-256 of the merges, as `Tools/make_text_data.py` prints it.
  private static let digest = "88d5677a60bb2d33e2c2b0e57fcd83b2b64fe832ff26e0395aff9a749db6f546"

  /// - Throws: ``TextDataError`` if the data is not the published.
  init() throws(TextDataError) {
    var size = 0
    let data = UnsafeBufferPointer(start: text_data_merges(&size), count: size)
    let found = FileDigest.sha256(of: data)
    guard data.count == 4 * Self.count, found == Self.digest else {
      throw TextDataError(what: "CLIP's merges", expected: Self.digest, found: found)
    }
    var ranks: [UInt32: Int32] = [:]
    ranks.reserveCapacity(Self.count)
    for rank in 0..<Self.count {
      let bytes = data[4 * rank..<4 * rank + 4].map(UInt32.init)
      ranks[(bytes[0] | bytes[1] << 8) << 16 | bytes[2] | bytes[3] << 8] = Int32(rank)
    }
    self.ranks = ranks
    byteTokens = Self.tokensOfBytes
  }

  /// Bytes that print as themselves come first, then the others, each in ascending order.
  private static var tokensOfBytes: [Int32] {
    let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
    let others = (0...0xFF).filter { !printable.contains($0) }
    var tokens = [Int32](repeating: 0, count: 256)
    for (token, byte) in (printable + others).enumerated() { tokens[byte] = Int32(token) }
    return tokens
  }

  /// The tokens of one word.
  func tokens(of word: [UInt8]) -> [Int32] {
    var tokens = word.map { byteTokens[Int($0)] }
    guard let last = tokens.indices.last else { return [] }
    tokens[last] += 256
    while let merge = lowestMerge(in: tokens) { tokens = merged(tokens, by: merge) }
    return tokens
  }

  private func rank(_ left: Int32, _ right: Int32) -> Int32? {
    ranks[UInt32(left) << 16 | UInt32(right)]
  }

  private func lowestMerge(in tokens: [Int32]) -> Int32? {
    zip(tokens, tokens.dropFirst()).compactMap { rank($0, $1) }.min()
  }

  /// Applies one merge wherever it fits, from left to right.
  private func merged(_ tokens: [Int32], by merge: Int32) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(tokens.count)
    var index = 0
    while index < tokens.count {
      if index + 1 < tokens.count, rank(tokens[index], tokens[index + 1]) == merge {
        result.append(Self.firstMerged + merge)
        index += 2
      } else {
        result.append(tokens[index])
        index += 1
      }
    }
    return result
  }
}

/// Data inside the program that is not what it should be.
package struct TextDataError: Error, Equatable, CustomStringConvertible {
  /// What was read.
  package let what: String
  /// SHA-256 it should have, or what was expected instead.
  package let expected: String
  /// What there was.
  package let found: String

  /// Which data are damaged, what was expected, what was found, and what to do.
  package var description: String {
    "\(what) inside this program are damaged: expected \(expected), found \(found); build it anew"
  }
}
