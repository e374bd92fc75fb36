/// Neighbors that hardly ever meet in text that was read in its own encoding.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/badness.py` (`BADNESS_RE`).
struct MojibakeClues: Sendable {
  /// One character of a clue: of some kinds, or one of some characters.
  private struct Step: Sendable {
    var kinds: MojibakeKinds = []
    var scalars: Set<Unicode.Scalar> = []
    var isExcluding = false

    func fits(_ scalar: Unicode.Scalar, _ found: MojibakeKinds) -> Bool {
      (!found.isDisjoint(with: kinds) || scalars.contains(scalar)) != isExcluding
    }
  }

  private let tables: MojibakeTables

  init(_ tables: MojibakeTables) { self.tables = tables }

  /// Whether a text holds a clue.
  func areIn(_ text: [Unicode.Scalar]) -> Bool {
    let kinds = text.map(tables.kinds)
    return text.indices.contains { index in
      (index == 0 ? Self.atStart + Self.anywhere : Self.anywhere).contains { clue in
        index + clue.count <= text.count
          && clue.indices.allSatisfy { clue[$0].fits(text[index + $0], kinds[index + $0]) }
      }
    }
  }

  // MARK: Clues

  private static func of(_ kinds: MojibakeKinds, or scalars: String = "") -> Step {
    Step(kinds: kinds, scalars: Set(scalars.unicodeScalars))
  }

  private static func oneOf(_ scalars: String) -> Step { of([], or: scalars) }

  private static let atStart: [[Step]] = [[oneOf("ÃÂ"), oneOf(" ")]]

  private static let anywhere = byKind + byCharacter + byPage

  private static let byKind: [[Step]] = [
    [of(.c1)],
    [
      of([.bad, .accented, .box, .opening, .closing, .currency, .numeric, .law]), of(.bad),
    ],
    [of(.latinLetter), of([.lowerCommon, .upperCommon]), of(.bad)],
    [of(.bad), of([.accented, .box, .opening, .closing, .currency, .numeric, .law])],
    [
      of([.lowerAccented, .lowerCommon, .box, .closing, .currency, .numeric]), of(.upperAccented),
    ],
    [of([.box, .closing, .currency, .numeric]), of(.lowerAccented)],
    [of([.lowerAccented, .box, .closing]), of(.currency)],
    [of(.space), of(.upperAccented), of(.currency)],
    [of([.upperAccented, .box]), of([.numeric, .law])],
    [of([.accented, .box, .currency, .closing]), of(.opening), of(.numeric)],
    [of([.accented, .currency, .numeric, .box, .law]), of(.closing), of(.opening)],
    [of([.currency, .numeric, .box]), of(.opening)],
    [of(.smallLatinLetter), of(.upperAccented), of([.opening, .currency])],
    [of(.box), of(.kaomoji)],
    [of([.accented, .currency, .numeric, .opening, .closing, .law]), of(.box)],
    [of(.box), of(.closing)],
    [of(.accented), of([.opening, .closing]), of(.word)],
  ]

  /// Certain characters of Latin-1 and Windows-1252.
  private static let byCharacter: [[Step]] = [
    [oneOf("Œœ"), Step(kinds: .latinLetter, isExcluding: true)],
    [of(.upperAccented), oneOf("°")],
    [oneOf("ÂÃÎÐ"), of([.opening, .closing], or: "€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´")],
    [oneOf("×"), oneOf("²³")],
    [arabic, arabicTail, arabic, arabicTail],
    [oneOf("à"), oneOf("²µ¹¼½¾")],
    [oneOf("Ã"), oneOf("\u{A0}¡")],
    [of(.smallLatinLetter), oneOf("ÃÂ"), oneOf(" ")],
    [of(.smallLatinLetter), of(.space), oneOf("ÃÂ"), oneOf(" ")],
    [
      of([.smallLatinLetter, .closing], or: ".,?!"), oneOf("Â"), of([.opening, .closing], or: " "),
    ],
  ]

  private static let arabic = oneOf("ØÙ")
  private static let arabicTail = of(
    [.common, .currency, .bad, .numeric, .opening], or: "ŸŠ®°µ»")

  /// Certain characters of MacRoman, Windows-1251, 1253 and 1257.
  private static let byPage: [[Step]] = [
    [oneOf("√"), oneOf("±∂†≠®™´≤≥¥µø")],
    [oneOf("≈"), oneOf("°¢")],
    [oneOf("‚"), oneOf("Ä"), oneOf("ìîïòôúùû†°¢π")],
    [oneOf("‚"), oneOf("âó"), oneOf("àä°ê")],
    [oneOf("в"), oneOf("Ђ")],
    [oneOf("ВГРС"), cyrillicTail, oneOf("ВГРС")],
    [
      oneOf("Г"), oneOf("ў"), oneOf("В"), oneOf("Ђ"), oneOf("В"),
      Step(scalars: ["\n"], isExcluding: true), of(.latinLetter, or: " "),
    ],
    [oneOf("β"), oneOf("€"), oneOf("™\u{A0}Ά\u{AD}®°")],
    [oneOf("ΒΓΞΟ"), of([.c1, .bad, .opening, .closing, .currency], or: "°"), oneOf("ΒΓΞΟ")],
    [oneOf("ā"), oneOf("€")],
  ]

  private static let cyrillicTail = of(
    [.c1, .bad, .opening, .closing, .currency], or: "°µ")

  // MARK: Runs

  /// Length of the characters that read like whole UTF-8 sequences from a position on; 0 where none does.
  ///
  /// Source: rspeer/python-ftfy 6.3, `ftfy/chardata.py` (`UTF8_DETECTOR_RE`).
  func runLength(in text: [Unicode.Scalar], at index: Int) -> Int {
    if index > 0, tables.kinds(of: text[index - 1]).contains(.strictTail) { return 0 }
    var end = index
    while end < text.count {
      let kinds = tables.kinds(of: text[end])
      let count =
        kinds.contains(.firstOfTwo)
        ? 1 : kinds.contains(.firstOfThree) ? 2 : kinds.contains(.firstOfFour) ? 3 : 0
      let behind = text[(end + 1)...].prefix(count)
      guard count > 0, behind.count == count,
        behind.allSatisfy({ tables.kinds(of: $0).contains(.tail) })
      else { break }
      end += 1 + count
    }
    return end - index
  }
}
