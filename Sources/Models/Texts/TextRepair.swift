/// Repairs texts as ftfy's `fix_text` does with its defaults.
///
/// Line by line, until nothing changes: HTML entities (unless a `<` has been seen), mojibake, C1 controls,
/// Latin ligatures, full-width and half-width forms, curly quotes, line breaks, terminal escapes, control
/// characters, NFC.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/__init__.py` and `ftfy/fixes.py`.
///
/// - Deviation: surrogates cannot occur in a Swift string. Lines of more than a million characters are not
///   cut.
package struct TextRepair: Sendable {
  private let entities: HTMLEntities
  private let mojibake: Mojibake

  /// - Throws: ``TextDataError`` if the tables inside the program are not whole.
  init(entities: HTMLEntities) throws(TextDataError) {
    self.entities = entities
    mojibake = try Mojibake()
  }

  /// Reads the tables inside the program.
  ///
  /// - Throws: ``TextDataError`` if they are not whole.
  package init() throws(TextDataError) { try self.init(entities: HTMLEntities()) }

  /// The repaired text.
  package func repaired(_ text: String) -> String {
    var repaired = String.UnicodeScalarView()
    repaired.append(contentsOf: self.repaired(Array(text.unicodeScalars)))
    return String(repaired)
  }

  /// The repaired text.
  func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var rest = text[...]
    var mayHoldEntities = true
    while !rest.isEmpty {
      let end = rest.firstIndex(of: "\n").map { $0 + 1 } ?? rest.endIndex
      let line = Array(rest[..<end])
      // Whoever writes tags writes entities on purpose, from here on.
      if line.contains("<") { mayHoldEntities = false }
      result += repairedLine(line, mayHoldEntities: mayHoldEntities)
      rest = rest[end...]
    }
    return result
  }

  private func repairedLine(
    _ line: [Unicode.Scalar], mayHoldEntities: Bool
  ) -> [Unicode.Scalar] {
    var line = line
    while true {
      let before = line
      if mayHoldEntities { line = entities.unescapedUnambiguous(line) }
      line = mojibake.repaired(line)
      line = CharacterRepair.repaired(line)
      if line == before { return line }
    }
  }
}
