/// Captions in the manner of Multi-Modal-CelebA-HQ: attributes, put together by a small grammar.
///
/// Each mentions some of what can be seen, so that ten of a portrait differ. Source of the manner:
/// Xia et al. 2021, "TediGAN", and `IIGROUP/MM-CelebA-HQ-Dataset`, whose ten captions an image name
/// attributes of three groups: what somebody is, has and wears.
///
/// - Deviation: sentences are complete where a group is empty; “attractive” is never said.
package enum MultiModalCaption {
  /// Phrasings of one portrait.
  package static let count = 10

  /// Caption `index` (0…9) of a portrait; the seed chooses the words.
  package static func text(_ face: FaceTraits, index: Int, seed: UInt64) -> String {
    var dice = Dice(seed: seed &+ UInt64(index) &* 0x9E37_79B9, "multi-modal caption")
    // Hair color and what is worn tell portraits apart best, so most captions name them.
    let has = chosen(Self.has, of: face, &dice, keeping: 0.62)
    let wears = chosen(Self.wears, of: face, &dice, keeping: 0.85)
    let states = chosen(Self.states, of: face, &dice, keeping: 0.75)
    let subject = dice.pick(
      face.isWoman
        ? [("She", 3), ("This woman", 2), ("The woman", 2), ("This person", 1)]
        : [("He", 3), ("This man", 2), ("The man", 2), ("This person", 1)])
    let pronoun = face.isWoman ? "She" : "He"
    var parts: [String] = []
    if !has.isEmpty { parts.append("has " + joined(has)) }
    if !states.isEmpty { parts.append(dice.pick([("is ", 3), ("looks ", 1)]) + joined(states)) }
    if !wears.isEmpty {
      parts.append(dice.pick([("wears ", 1), ("is wearing ", 1)]) + joined(wears))
    }
    if parts.isEmpty { parts = ["has " + (face.isWoman ? "a woman's face" : "a man's face")] }
    if parts.count > 1, dice.happens(0.3) { parts.swapAt(0, 1) }
    switch parts.count {
    case 1: return "\(subject) \(parts[0])."
    case 2 where dice.happens(0.5): return "\(subject) \(parts[0]), and \(parts[1])."
    case 2: return "\(subject) \(parts[0]). \(pronoun) \(parts[1])."
    default:
      return dice.happens(0.5)
        ? "\(subject) \(parts[0]). \(pronoun) \(parts[1]), and \(parts[2])."
        : "\(subject) \(parts[0]), and \(parts[1]). \(pronoun) \(parts[2])."
    }
  }

  private static let states: [(FaceTraits.Trait, String)] = [
    (.smiling, "smiling"), (.young, "young"), (.old, "old"), (.bald, "bald"), (.chubby, "chubby"),
    (.tannedSkin, "tanned"),
  ]

  private static let has: [(FaceTraits.Trait, String)] = [
    (.blackHair, "black hair"), (.brownHair, "brown hair"), (.blondHair, "blond hair"),
    (.redHair, "red hair"), (.grayHair, "gray hair"), (.bangs, "bangs"), (.wavyHair, "wavy hair"),
    (.straightHair, "straight hair"), (.recedingHairline, "receding hairline"),
    (.archedEyebrows, "arched eyebrows"), (.bushyEyebrows, "bushy eyebrows"),
    (.bagsUnderEyes, "bags under eyes"), (.narrowEyes, "narrow eyes"), (.bigLips, "big lips"),
    (.bigNose, "big nose"), (.pointyNose, "pointy nose"), (.highCheekbones, "high cheekbones"),
    (.ovalFace, "oval face"), (.paleSkin, "pale skin"), (.rosyCheeks, "rosy cheeks"),
    (.freckles, "freckles"), (.stubble, "5 o'clock shadow"), (.mustache, "mustache"),
    (.goatee, "goatee"), (.beard, "beard"), (.mouthOpen, "mouth slightly open"),
  ]

  private static let wears: [(FaceTraits.Trait, String)] = [
    (.eyeglasses, "eyeglasses"), (.sunglasses, "sunglasses"), (.hat, "hat"),
    (.earrings, "earrings"),
    (.necklace, "necklace"), (.lipstick, "lipstick"), (.heavyMakeup, "heavy makeup"),
  ]

  private static func chosen(
    _ words: [(FaceTraits.Trait, String)], of face: FaceTraits, _ dice: inout Dice,
    keeping share: Float
  ) -> [String] {
    // A draw for every word that might be said, so that one trait more moves no other choice.
    var kept: [String] = []
    for (trait, word) in words {
      let isKept = dice.happens(share)
      if isKept && face.traits.contains(trait) { kept.append(word) }
    }
    return kept
  }

  private static func joined(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + (words.count > 2 ? ", and " : " and ") + last
  }
}
