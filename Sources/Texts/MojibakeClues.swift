/// Neighbours that hardly ever meet in text that was read in its own encoding.
///
/// The classes hold the characters of Latin-1 and Windows-1252 only.
///
/// Source: rspeer/python-ftfy 6.3, `ftfy/badness.py` and `ftfy/chardata.py`.
enum MojibakeClues {
  /// What a character may be to its neighbours.
  private struct Class: OptionSet {
    let rawValue: Int

    static let bad = Class(rawValue: 1 << 0)
    static let law = Class(rawValue: 1 << 1)
    static let currency = Class(rawValue: 1 << 2)
    static let opening = Class(rawValue: 1 << 3)
    static let closing = Class(rawValue: 1 << 4)
    static let numeric = Class(rawValue: 1 << 5)
    static let upper = Class(rawValue: 1 << 6)
    static let lower = Class(rawValue: 1 << 7)
    static let common = Class(rawValue: 1 << 8)
    static let accented: Class = [.upper, .lower]
  }

  private static let members: [(Class, String)] = [
    (.bad, "¤¦¨ª¬¯¸ºƒˆ˜†‡‰"), (.law, "§¶"), (.currency, "¢£¥€"),
    (.opening, "¡©«¿‘‚“„•‹"), (.closing, "®»”›™"), (.numeric, "±²³µ¹¼½¾×÷"),
    (.upper, "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑØÜÝŒŠŸŽ"),
    (.lower, "ßàáâãäåæçèéêëìíîïðñüœšž"), (.common, "\u{A0}\u{AD}´·–—’…"),
  ]

  private static let classes: [Unicode.Scalar: Class] = {
    var classes: [Unicode.Scalar: Class] = [:]
    for (kind, characters) in members {
      for scalar in characters.unicodeScalars { classes[scalar, default: []].insert(kind) }
    }
    return classes
  }()

  private static let pairs: [(Class, Class)] = [
    ([.bad, .accented, .opening, .closing, .currency, .numeric, .law], .bad),
    (.bad, [.accented, .opening, .closing, .currency, .numeric, .law]),
    ([.lower, .closing, .currency, .numeric], .upper),
    ([.closing, .currency, .numeric], .lower),
    ([.lower, .closing], .currency),
    (.upper, [.numeric, .law]),
    ([.currency, .numeric], .opening),
  ]

  private static let triples: [(Class, Class, Class)] = [
    ([.accented, .currency, .closing], .opening, .numeric),
    ([.accented, .currency, .numeric, .law], .closing, .opening),
  ]

  /// Whether a text holds a clue.
  static func areIn(_ text: [Unicode.Scalar]) -> Bool {
    text.indices.contains { isClue(text[$0...], startsText: $0 == 0) }
  }

  private static func isClue(_ text: ArraySlice<Unicode.Scalar>, startsText: Bool) -> Bool {
    let window = text.prefix(4)
    let scalars = Array(window)
    if (0x80...0x9F).contains(scalars[0].value) { return true }
    guard scalars.count > 1 else { return false }
    let kinds = scalars.map { classes[$0] ?? [] }
    func fits(_ position: Int, _ wanted: Class) -> Bool {
      !kinds[position].isDisjoint(with: wanted)
    }
    if pairs.contains(where: { fits(0, $0.0) && fits(1, $0.1) }) { return true }
    if isDistinctPair(scalars[0], scalars[1], kinds[1]) { return true }
    if startsText, "ÃÂ".unicodeScalars.contains(scalars[0]), scalars[1] == " " { return true }
    guard scalars.count > 2 else { return false }
    if triples.contains(where: { fits(0, $0.0) && fits(1, $0.1) && fits(2, $0.2) }) { return true }
    return isDistinctTriple(scalars, kinds) || isArabic(scalars, kinds)
  }

  /// Pairs of certain characters.
  private static func isDistinctPair(
    _ first: Unicode.Scalar, _ second: Unicode.Scalar, _ kind: Class
  ) -> Bool {
    let punctuation = !kind.isDisjoint(with: [.opening, .closing])
    switch first {
    case "Œ", "œ": if !isLatinLetter(second) { return true }
    case "×": if second == "²" || second == "³" { return true }
    case "à": if "²µ¹¼½¾".unicodeScalars.contains(second) { return true }
    case "Â", "Ã", "Î", "Ð":
      if punctuation || "€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´".unicodeScalars.contains(second) {
        return true
      }
      if first == "Ã", second == "¡" { return true }
    default: break
    }
    return classes[first]?.contains(.upper) == true && second == "°"
  }

  /// Triples whose first is a plain letter or white space, or whose last is.
  private static func isDistinctTriple(_ text: [Unicode.Scalar], _ kinds: [Class]) -> Bool {
    let isLower = ("a"..."z").contains(text[0])
    if isLatinLetter(text[0]), text[1] == "Þ", kinds[2].contains(.bad) { return true }
    if text[0].properties.isWhitespace, kinds[1].contains(.upper), kinds[2].contains(.currency) {
      return true
    }
    if isLower, kinds[1].contains(.upper), !kinds[2].isDisjoint(with: [.opening, .currency]) {
      return true
    }
    if !kinds[0].isDisjoint(with: .accented), !kinds[1].isDisjoint(with: [.opening, .closing]),
      isWordCharacter(text[2])
    {
      return true
    }
    if isLower, isCircumflexBeforeSpace(text) { return true }
    let isBefore = isLower || ".,?!".unicodeScalars.contains(text[0]) || kinds[0].contains(.closing)
    let isBehind = text[2] == " " || !kinds[2].isDisjoint(with: [.opening, .closing])
    return isBefore && text[1] == "Â" && isBehind
  }

  /// A letter, perhaps white space, then `Ã` or `Â` and a space.
  private static func isCircumflexBeforeSpace(_ text: [Unicode.Scalar]) -> Bool {
    let start = text[1].properties.isWhitespace ? 2 : 1
    guard start + 1 < text.count else { return false }
    return "ÃÂ".unicodeScalars.contains(text[start]) && text[start + 1] == " "
  }

  /// Two Arabic letters.
  private static func isArabic(_ text: [Unicode.Scalar], _ kinds: [Class]) -> Bool {
    guard text.count == 4 else { return false }
    return [0, 2].allSatisfy { position in
      "ØÙ".unicodeScalars.contains(text[position])
        && (!kinds[position + 1].isDisjoint(with: [.common, .currency, .bad, .numeric, .opening])
          || "ŸŠ®°µ»".unicodeScalars.contains(text[position + 1]))
    }
  }

  private static func isLatinLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && scalar.properties.isAlphabetic
  }

  /// Python's `\w`.
  private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: scalar == "_"
    }
  }

  // MARK: Runs

  private static let firstOfTwo = Set("ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßŠŽ".unicodeScalars)
  private static let firstOfThree = Set("àáâãäåæçèéêëìíîï".unicodeScalars)
  private static let firstOfFour = Set("ðóš".unicodeScalars)
  /// Characters of bytes 80 … BF that rarely stand for themselves beside mojibake.
  private static let strictTails = Set(
    ("\u{A0}¡¢£¤¥¦§¨©ª«¬\u{AD}®¯°±²³´µ¶·¸¹º»¼½¾¿ÆØæøŒœŠšŸŽžƒˆ˜†‡‰‹›€™".unicodeScalars)
      + (0x80...0x9F).compactMap(Unicode.Scalar.init))
  private static let tails = strictTails.union(" –—‘’‚“”„•…".unicodeScalars)

  /// Length of the characters that read like whole UTF-8 sequences from a position on; 0 where none does.
  static func runLength(in text: [Unicode.Scalar], at index: Int) -> Int {
    if index > 0, strictTails.contains(text[index - 1]) { return 0 }
    var end = index
    while end < text.count {
      let count =
        firstOfTwo.contains(text[end])
        ? 1 : firstOfThree.contains(text[end]) ? 2 : firstOfFour.contains(text[end]) ? 3 : 0
      let behind = text[(end + 1)...].prefix(count)
      guard count > 0, behind.count == count, behind.allSatisfy(tails.contains) else { break }
      end += 1 + count
    }
    return end - index
  }
}
