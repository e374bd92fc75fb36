/// What CLIP does to a text before it cuts it into words.
///
/// Source: openai/CLIP, `clip/simple_tokenizer.py` (`basic_clean`, `whitespace_clean`), with Python's
/// `str.strip`, `str.split` and `str.lower`.
struct TextCleaning: Sendable {
  private let entities: HTMLEntities
  private let repair: TextRepair

  /// - Throws: ``TextDataError`` if a table inside the program is damaged.
  init() throws(TextDataError) {
    entities = try HTMLEntities()
    repair = try TextRepair(entities: entities)
  }

  /// Repairs, resolves entities twice, collapses white space, lowers.
  func cleaned(_ text: String) -> [Unicode.Scalar] {
    let repaired = repair.repaired(Array(text.unicodeScalars))
    let resolved = entities.unescaped(entities.unescaped(repaired))
    return Self.lowered(Self.collapsed(resolved))
  }

  /// Runs of white space become one space, those at the ends nothing.
  private static func collapsed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(text.split(whereSeparator: isSpace).joined(separator: [" "]))
  }

  /// Python's `str.isspace`: white space, and the separators of ASCII, which Unicode leaves out.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Full lower-casing, with the form of sigma that ends a word.
  private static func lowered(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    for (index, scalar) in text.enumerated() {
      if scalar == "Σ" {
        result.append(endsWord(text, at: index) ? "ς" : "σ")
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return result
  }

  /// Unicode's condition `Final_Sigma`: a cased letter before, none behind, marks aside.
  private static func endsWord(_ text: [Unicode.Scalar], at index: Int) -> Bool {
    func isCased(_ next: Unicode.Scalar?) -> Bool { next?.properties.isCased ?? false }
    let before = text[..<index].last { !$0.properties.isCaseIgnorable }
    let behind = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return isCased(before) && !isCased(behind)
  }
}
