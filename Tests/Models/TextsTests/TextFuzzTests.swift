import TestSupport
import Testing
import Texts

/// Whatever a caption holds, it becomes tokens of the vocabulary.
@Suite struct TextFuzzTests {
  @Test func damagedCaptions() throws {
    let tokenizer = try CLIPTokenizer()
    let target = FuzzTarget(
      "captions",
      corpus: [
        "a photo of a cat &amp; a dog", "cafÃ© â€” naÃ¯ve &eacute;&#233;&#xe9;", "日本語 😀🏽‍👩‍👧",
        "IT'S <|startoftext|> the 3 l'amour <|endoftext|>", "ﬁ ｆｕｌｌ\u{0}\u{1B}[31m \u{202E}",
      ].map { Array($0.utf8) },
      tokens: ["&#", "&amp;", ";", "<|endoftext|>", "Ã", "â€", "\u{301}", "'s", "&#x110000;"],
      // Every byte may be a word of its own, in several stages of cleaning at once.
      permitted: { 1 << 18 + 512 * $0 }
    ) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let tokens = tokenizer.tokens(of: text)
      guard tokens.allSatisfy({ (0..<Int32(CLIPTokenizer.vocabularySize)).contains($0) }) else {
        return .wrong("a token outside the vocabulary")
      }
      do throws(CaptionTooLong) {
        let sequence = try tokenizer.sequence(of: text)
        guard sequence.count == CLIPTokenizer.contextLength else { return .wrong("another length") }
        return .read
      } catch {
        return error.count == tokens.count + 2 ? .refused("\(error)") : .wrong("\(error.count)")
      }
    }
    let report = target.run(cases: 300)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.refused < report.cases, "\(report)")
  }
}
