/// Repairs texts as ftfy's `fix_text` does with its defaults.
///
/// Line by line, until nothing changes: HTML entities (unless a `<` has been seen), mojibake, C1 controls,
/// Latin ligatures, full-width and half-width forms, curly quotes, line breaks, terminal escapes, control
/// characters, NFC.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/__init__.py` and `ftfy/fixes.py`.
///
/// - Deviation: mojibake is repaired where UTF-8 was read as Latin-1 or Windows-1252, in a whole line or in
///   part of it, and not where it was read as Windows-1250, 1251, 1253, 1254, 1257, ISO 8859-2, MacRoman
///   or code page 437, nor in CESU-8, nor where characters were lost to U+FFFD. Surrogates cannot occur in
///   a Swift string. Lines of more than a million characters are not cut.
struct TextRepair: Sendable {
  private let entities: HTMLEntities

  init(entities: HTMLEntities) { self.entities = entities }

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
      line = Mojibake.repaired(line)
      line = CharacterRepair.repaired(line)
      if line == before { return line }
    }
  }
}
