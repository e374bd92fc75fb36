import Foundation
import TestSupport
import Testing
import Texts

/// One text, as `Tools/make_word_piece_data.py` wrote it down.
private struct WordPieceGolden: Decodable {
  let text: String
  let tokens: [Int32]
}

@Suite struct WordPieceTests {
  private let tokenizer: WordPieceTokenizer

  /// Fails where the vocabulary inside the program is not, digit for digit, the published one.
  init() throws { tokenizer = try WordPieceTokenizer() }

  @Test func agreesWithBERTsTokenByToken() throws {
    let goldens: [WordPieceGolden] = try GoldenFolder().decoded("word-pieces.json")
    #expect(goldens.count > 180)
    #expect(goldens.count { $0.tokens.contains(100) } > 40)
    for golden in goldens {
      #expect(tokenizer.tokens(of: golden.text) == golden.tokens, "\(golden.text.debugDescription)")
    }
  }

  /// Sequences that `BertTokenizerFast` printed.
  @Test(
    arguments: [
      (
        "This man has beard of medium length. He is in his thirties.",
        [2023, 2158, 2038, 10154, 1997, 5396, 3091, 1012, 2002, 2003, 1999, 2010, 26313, 1012]
      ),
      ("This woman is in her forties.", [2023, 2450, 2003, 1999, 2014, 3481, 3111, 1012]),
      (
        "His face is covered with bushy goatee, and he has sideburns.",
        [
          2010, 2227, 2003, 3139, 2007, 5747, 2100, 13555, 4402, 1010, 1998, 2002, 2038, 2217, 8022,
          2015, 1012,
        ]
      ),
    ] as [(String, [Int32])])
  func framesAndPads(text: String, tokens: [Int32]) {
    let sequence = tokenizer.sequence(of: text)
    let padding = [Int32](repeating: 0, count: 75 - tokens.count)
    #expect(sequence.tokens == [101] + tokens + [102] + padding)
    #expect(sequence.count == tokens.count + 2 && !sequence.isTruncated)
  }

  @Test func longTextsAreCutAndSaySo() {
    func words(_ count: Int) -> WordPieceSequence {
      tokenizer.sequence(of: Array(repeating: "word", count: count).joined(separator: " "))
    }
    let full = words(75)
    #expect(!full.isTruncated && full.tokens == [101] + Array(repeating: 2773, count: 75) + [102])
    let cut = words(76)
    #expect(cut.isTruncated && cut.count == 78 && cut.tokens == full.tokens)
  }

  @Test func wordsOfMoreThanAHundredCharactersAreUnknown() {
    #expect(!tokenizer.tokens(of: String(repeating: "a", count: 100)).contains(100))
    #expect(tokenizer.tokens(of: String(repeating: "a", count: 101)) == [100])
    // Marks of no width do not count.
    #expect(!tokenizer.tokens(of: String(repeating: "e\u{301}", count: 100)).contains(100))
  }

  /// Canonically equal texts, and capitals, read the same.
  @Test func compositionAndCaseDoNotCount() {
    for text in ["Crème brûlée", "Ångström", "각하", "Ἀθῆναι", "Đặng"] {
      let expected = tokenizer.tokens(of: text)
      #expect(tokenizer.tokens(of: text.decomposedStringWithCanonicalMapping) == expected)
      #expect(tokenizer.tokens(of: text.uppercased()) == expected)
    }
  }
}
