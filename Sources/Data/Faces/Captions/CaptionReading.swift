/// What a caption says of a face, read from its words.
///
/// Understands the styles of Multi-Modal-CelebA-HQ and CelebA-Dialog, drawn ones as well as the
/// datasets' own, and the short texts of edits. Words that it does not know say nothing.
package struct CaptionReading: Equatable, Sendable {
  /// Changes with every change of what is understood.
  package static let version = 1

  /// Traits that the caption claims.
  package private(set) var claims: Set<FaceTraits.Trait> = []
  /// Traits that the caption denies, or excludes by what it claims.
  package private(set) var denials: Set<FaceTraits.Trait> = []
  /// Whether the caption describes a woman; nil where it does not say.
  package private(set) var isWoman: Bool?

  /// Reads a caption; letter case does not count.
  package init(_ text: String) {
    let words = CaptionWords.words(of: text)
    var isDenied = false
    var place = 0
    while place < words.count {
      let word = words[place]
      if CaptionWords.breaks.contains(word) { isDenied = false }
      if CaptionWords.negations.contains(word) { isDenied = true }
      isWoman = isWoman ?? CaptionWords.isWoman[word]
      if let color = CaptionWords.hair[word], Self.speaksOfHair(words[(place + 1)...]) {
        note(claimed: [color], denied: [], isDenied)
      }
      guard let (length, meaning) = CaptionWords.longest(at: place, in: words) else {
        place += 1
        continue
      }
      note(claimed: meaning.claims, denied: meaning.denies, isDenied)
      place += length
    }
    // “A young man with a beard” claims a beard whatever “no mustache” excludes.
    denials.subtract(claims)
  }

  /// Whether only further adjectives stand before the next “hair”.
  private static func speaksOfHair(_ words: ArraySlice<String>) -> Bool {
    let next = words.first { word in
      CaptionWords.hair[word] == nil && word != "," && word != "and"
    }
    return next == "hair"
  }

  private mutating func note(
    claimed: [FaceTraits.Trait], denied: [FaceTraits.Trait], _ isDenied: Bool
  ) {
    if isDenied {
      for trait in claimed { denials.formUnion(CaptionWords.deniedWith[trait] ?? [trait]) }
    } else {
      claims.formUnion(claimed)
      denials.formUnion(denied)
    }
  }
}
