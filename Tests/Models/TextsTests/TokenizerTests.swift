import TestSupport
import Testing
import Texts

/// One text, as `Tools/make_text_goldens.py` wrote it down.
private struct TokenGolden: Decodable {
  let text: String
  let cleaned: String
  let tokens: [Int32]
}

struct TokenizerTests {
  private let tokenizer: CLIPTokenizer

  init() throws { tokenizer = try CLIPTokenizer() }

  @Test func agreesWithOpenAIsTokenByToken() throws {
    let goldens: [TokenGolden] = try GoldenFolder().decoded("tokens.json")
    #expect(goldens.count > 600)
    for golden in goldens {
      let found = tokenizer.tokens(of: golden.text)
      #expect(
        found == golden.tokens,
        "\(golden.text.debugDescription), cleaned \(golden.cleaned.debugDescription)")
    }
  }

  /// Sequences that OpenAI's package printed.
  @Test(
    arguments: [
      ("a photo of a cat", [320, 1125, 539, 320, 2368]),
      (
        "This man has beard of medium length. He is in his thirties.",
        [589, 786, 791, 9052, 539, 8675, 10130, 269, 797, 533, 530, 787, 6030, 2499, 269]
      ),
      ("tanned face", [19174, 538, 1710]),
      (
        "She wears lipstick, and has high cheekbones &amp; wavy hair.",
        [1043, 11869, 15618, 267, 537, 791, 1400, 40000, 9476, 261, 31941, 2225, 269]
      ),
    ] as [(String, [Int32])])
  func framesTheProtocolsTexts(text: String, tokens: [Int32]) throws {
    let sequence = try tokenizer.sequence(of: text)
    let padding = [Int32](repeating: 0, count: 75 - tokens.count)
    #expect(sequence == [49406] + tokens + [49407] + padding)
  }

  @Test func fillsTheContextToTheLastPosition() throws {
    let full = try tokenizer.sequence(of: Array(repeating: "cat", count: 75).joined(separator: " "))
    #expect(full.count == 77)
    #expect(full.first == 49406 && full.last == 49407 && !full.contains(0))
  }

  @Test func refusesLongTextsUnlessTheyMayBeCut() throws {
    let text = Array(repeating: "cat", count: 76).joined(separator: " ")
    let error = #expect(throws: CaptionTooLong.self) { try tokenizer.sequence(of: text) }
    #expect(error?.count == 78)
    #expect(error?.description.contains("'cat cat cat") == true)
    #expect(error?.description.contains("takes 78 tokens") == true)
    #expect(error?.description.contains("reads 77") == true)
    let cut = try tokenizer.sequence(of: text, truncating: true)
    #expect(cut.count == 77 && cut[75] == 2368 && cut[76] == 49407)
  }

  @Test func everySingleByteHasAToken() {
    // A word of one byte is that byte at the end of a word.
    for code in UInt8(0x21)...0x7E where !(0x41...0x5A).contains(code) {
      let text = String(Unicode.Scalar(code))
      #expect(tokenizer.tokens(of: text) == [Int32(code) - 0x21 + 256], "\(text)")
    }
  }

  /// White space around and between words, and capitals, say nothing.
  @Test func casesAndSpacesDoNotCount() {
    let words = ["A", "Photo", "of", "Zürich", "don't", "99", "!"]
    let plain = tokenizer.tokens(of: words.joined(separator: " ").lowercased())
    for space in [" ", "\t", "\n\n", "\u{A0}", " \u{2003} ", "\r\n"] {
      #expect(tokenizer.tokens(of: space + words.joined(separator: space) + space) == plain)
    }
  }

  /// The tokens of two texts side by side are the tokens of both: no merge crosses a space.
  @Test func wordsAreIndependent() {
    let texts = ["a smiling woman", "naïve café", "it's 1984!", "日本語 text", "ﬁne"]
    for left in texts {
      for right in texts {
        let joined = tokenizer.tokens(of: "\(left) \(right)")
        #expect(joined == tokenizer.tokens(of: left) + tokenizer.tokens(of: right))
      }
    }
  }
}
