/// Repairs UTF-8 that was read in a code page of one byte a character.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/__init__.py` (`fix_encoding`), `ftfy/fixes.py`.
struct Mojibake: Sendable {
  private let tables: MojibakeTables
  private let clues: MojibakeClues

  /// Reads the tables inside the program.
  ///
  /// - Throws: ``TextDataError`` if they are not whole.
  init() throws(TextDataError) {
    tables = try MojibakeTables()
    clues = MojibakeClues(tables)
  }

  /// The text as it was meant; unchanged where nothing points to a wrong encoding.
  func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var text = text
    while let better = step(text), better != text { text = better }
    return text
  }

  /// One repair; nil where none applies.
  private func step(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
    guard !text.allSatisfy(\.isASCII), clues.areIn(text) else { return nil }
    for page in tables.pages {
      if let decoded = decoded(text, from: page) { return decoded }
    }
    let inPart = repairedInPart(text)
    return inPart != text ? inPart : withoutControls(text)
  }

  /// The text that UTF-8 would have given; nil where it was not that.
  private func decoded(_ text: [Unicode.Scalar], from page: CodePage) -> [Unicode.Scalar]? {
    guard var bytes = page.bytes(of: text) else { return nil }
    // In MacRoman the en dash would look like a letter before a space.
    if page.name != "macroman" { bytes = AlteredBytes.withHardSpaces(bytes) }
    if page.isSloppy { bytes = AlteredBytes.withoutLostBytes(bytes) }
    return String(validating: AlteredBytes.inPlainUTF8(bytes), as: UTF8.self)
      .map { Array($0.unicodeScalars) }
  }

  private func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.map {
      (0x80...0x9F).contains($0.value) ? Windows1252.scalar(of: UInt8($0.value)) : $0
    }
  }

  /// Repairs runs that look like UTF-8 inside a text that is something else.
  private func repairedInPart(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let run = clues.runLength(in: text, at: index)
      let part = Array(text[index..<index + max(run, 1)])
      // A run as long as the text has been tried already.
      let isBad = run > 0 && run < text.count && clues.areIn(part)
      result += isBad ? repaired(part) : part
      index += part.count
    }
    return result
  }
}
