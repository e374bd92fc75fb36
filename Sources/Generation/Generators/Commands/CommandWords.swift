/// Splits a command into its arguments without the help of a shell.
enum CommandWords {
  /// Splits at blanks; `'…'` and `"…"` keep blanks, `\` keeps the character after it.
  ///
  /// Nothing is expanded: no variables, no wildcards. Inside `'…'` a backslash is itself.
  ///
  /// - Throws: `MethodError.malformed` for an open quote, a trailing backslash or no word at all.
  static func split(_ text: String) throws(MethodError) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in text {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" && quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil && (character == "'" || character == "\"") {
        quote = character
        word = word ?? ""
      } else if quote == nil && character.isWhitespace {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let quote { throw .malformed(text: text, reason: "the quote \(quote) is not closed") }
    if isEscaped { throw .malformed(text: text, reason: "nothing follows the last backslash") }
    if let word { words.append(word) }
    guard let program = words.first, !program.isEmpty else {
      throw .malformed(text: text, reason: "no program is named")
    }
    return words
  }
}
