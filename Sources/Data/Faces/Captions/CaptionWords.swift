/// The words that ``CaptionReading`` understands.
enum CaptionWords {
  typealias Trait = FaceTraits.Trait

  /// What a phrase says.
  struct Meaning {
    var claims: [Trait] = []
    var denies: [Trait] = []
  }

  /// Lower-case words; commas, the ends of sentences (as `.`) and apostrophes are kept.
  static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    func finish() {
      while word.hasSuffix("'") { word.removeLast() }
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for character in text.lowercased() {
      switch character {
      case _ where character.isLetter || character.isNumber || character == "-":
        word.append(character)
      case "'", "’": if !word.isEmpty { word.append("'") }
      case ",":
        finish()
        words.append(",")
      case ".", ";", ":", "!", "?":
        finish()
        words.append(".")
      default: finish()
      }
    }
    finish()
    return words
  }

  /// The longest phrase that begins at a place, and how many words it has.
  static func longest(at place: Int, in words: [String]) -> (length: Int, meaning: Meaning)? {
    for length in stride(from: min(longestPhrase, words.count - place), to: 0, by: -1) {
      let phrase = words[place..<place + length].joined(separator: " ")
      if let meaning = phrases[phrase] { return (length, meaning) }
    }
    return nil
  }

  /// Words after which a denial no longer holds.
  static let breaks: Set<String> = [".", ",", "and", "but", "with", "while"]

  /// Words that deny what follows in their clause.
  static let negations: Set<String> = [
    "no", "not", "without", "never", "isn't", "doesn't", "hasn't", "lacks", "neither", "nor",
  ]

  /// Whom a word refers to.
  static let isWoman: [String: Bool] = [
    "she": true, "her": true, "woman": true, "lady": true, "female": true, "girl": true,
    "he": false, "his": false, "him": false, "man": false, "gentleman": false, "male": false,
    "boy": false, "guy": false,
  ]

  /// Adjectives of hair, which may stand in a row.
  static let hair: [String: Trait] = [
    "black": .blackHair, "brown": .brownHair, "blond": .blondHair, "blonde": .blondHair,
    "red": .redHair, "ginger": .redHair, "gray": .grayHair, "grey": .grayHair, "white": .grayHair,
    "wavy": .wavyHair, "curly": .wavyHair, "straight": .straightHair,
  ]

  /// What is denied together: who has no beard has none of any form.
  static let deniedWith: [Trait: [Trait]] = [
    .beard: beards, .eyeglasses: [.eyeglasses, .sunglasses],
    .lipstick: [.lipstick, .heavyMakeup],
  ]

  private static let beards: [Trait] = [.stubble, .mustache, .goatee, .beard]
  private static let shaven = Meaning(denies: beards)
  private static let neitherYoungNorOld = Meaning(denies: [.young, .old])

  private static let longestPhrase = 4

  /// Phrases of up to four words.
  private static let phrases: [String: Meaning] = {
    var phrases: [String: Meaning] = [
      "shaved cleanly": shaven, "clean-shaven": shaven, "cleanly shaven": shaven,
      "closed lips": Meaning(denies: [.mouthOpen]), "closed mouth": Meaning(denies: [.mouthOpen]),
      "serious": Meaning(denies: [.smiling]), "whole forehead": Meaning(denies: [.bangs]),
      "middle-aged": neitherYoungNorOld, "middle aged": neitherYoungNorOld,
      "middle age": neitherYoungNorOld, "forties": neitherYoungNorOld,
      "fifties": Meaning(denies: [.young]), "a little old": Meaning(denies: [.young]),
      "years old": Meaning(),
    ]
    for (trait, texts) in claims {
      for text in texts { phrases[text] = Meaning(claims: [trait]) }
    }
    return phrases
  }()

  private static let claims: [(Trait, [String])] = [
    (.bald, ["bald"]), (.bangs, ["bangs", "fringe"]),
    (.recedingHairline, ["receding hairline"]), (.archedEyebrows, ["arched eyebrows"]),
    (.bushyEyebrows, ["bushy eyebrows"]),
    (.bagsUnderEyes, ["bags under eyes", "bags under the eyes"]), (.narrowEyes, ["narrow eyes"]),
    (.bigLips, ["big lips"]), (.bigNose, ["big nose"]), (.pointyNose, ["pointy nose"]),
    (.highCheekbones, ["high cheekbones"]), (.ovalFace, ["oval face"]), (.chubby, ["chubby"]),
    (.paleSkin, ["pale", "pale skin"]), (.rosyCheeks, ["rosy cheeks"]), (.tannedSkin, ["tanned"]),
    (.freckles, ["freckles"]), (.stubble, ["stubble", "o'clock shadow", "very short beard"]),
    (.mustache, ["mustache", "moustache"]), (.goatee, ["goatee", "beard about the mouth"]),
    (.beard, ["beard", "full beard"]),
    (.mouthOpen, ["mouth slightly open", "mouth open", "open mouth", "parted lips"]),
    (.smiling, ["smiling", "smiles", "smile", "grin"]),
    (.young, ["young", "thirties", "twenties", "teens", "teenager"]),
    (.old, ["old", "elderly", "sixties", "seventies", "eighties"]),
    (.eyeglasses, ["eyeglasses", "glasses", "spectacles"]), (.sunglasses, ["sunglasses"]),
    (.hat, ["hat", "cap", "beanie"]), (.earrings, ["earrings", "earring"]),
    (.necklace, ["necklace"]), (.lipstick, ["lipstick"]),
    (.heavyMakeup, ["makeup", "make-up", "heavy makeup", "heavy make-up"]),
  ]
}
