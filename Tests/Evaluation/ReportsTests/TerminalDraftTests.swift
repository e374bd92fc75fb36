import Reports
import Testing

/// What is taken away from a terminal for a better version.
struct TerminalDraftTests {
  private func erased(_ rows: Int) -> String { "\u{1B}[\(rows)F\u{1B}[J" }

  @Test func rowsAreThoseOfTheWindow() {
    let cases: [(String, Int)] = [
      ("one", 1), ("one\n", 1), ("a\n\nb\n", 3), ("1234567890", 1), ("12345678901", 2),
      ("\u{1B}[1m1234567890\u{1B}[0m", 1), ("\u{1B}[38;5;9mred\u{1B}[0m and so on", 2), ("", 1),
    ]
    for (text, rows) in cases {
      let draft = TerminalDraft(text, columns: 10)
      #expect(draft.erasure(windowRows: 24) == erased(rows), "\(text)")
    }
  }

  @Test func diagnosticsGoWithItAndComeAgain() {
    var draft = TerminalDraft("a\nb\n", columns: 10)
    draft.note("evalkit: 2 images failed")
    #expect(draft.notes == ["evalkit: 2 images failed"])
    #expect(draft.erasure(windowRows: 24) == erased(5))
  }

  /// The cursor's row is one of the window's.
  @Test func whatHasLeftTheWindowStays() {
    let draft = TerminalDraft("a\nb\nc\n", columns: 10)
    #expect(draft.erasure(windowRows: 4) == erased(3))
    #expect(draft.erasure(windowRows: 3) == nil && draft.erasure(windowRows: 0) == nil)
  }
}
