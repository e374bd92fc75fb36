/// Captions in the manner of CelebA-Dialog: one clause each on bangs, glasses, beard, smile and age,
/// by degree.
///
/// Source of the manner: Jiang et al. 2021, "Talk-to-Edit: Fine-Grained Facial Editing via Dialog".
package enum DialogCaption {
  /// Phrasings of one portrait.
  package static let count = 4

  /// Caption `index` (0…3) of a portrait: every attribute, in changing words and order.
  package static func text(_ face: FaceTraits, index: Int, seed: UInt64) -> String {
    let sentences = clauses(face, index: index, seed: seed)
    return sentences.map { $0 + "." }.joined(separator: " ")
  }

  /// Only beard and age, as the captions that Collaborative Diffusion was trained on.
  package static func beardAndAge(_ face: FaceTraits, seed: UInt64) -> String {
    var dice = Dice(seed: seed, "dialog caption")
    let person = subject(face, &dice)
    return "\(person) \(age(face, &dice)), and \(beard(face, &dice))."
  }

  private static func clauses(_ face: FaceTraits, index: Int, seed: UInt64) -> [String] {
    var dice = Dice(seed: seed &+ UInt64(index) &* 0x9E37_79B9, "dialog caption")
    let pronoun = face.isWoman ? "She" : "He"
    var clauses = [smile(face, &dice), glasses(face, &dice), age(face, &dice)]
    if let bangs = Self.bangs(face, &dice) { clauses.append(bangs) }
    if !face.isWoman { clauses.append(beard(face, &dice)) }
    let turn = Int(dice.within(0, Float(clauses.count)))
    clauses = Array(
      clauses[min(turn, clauses.count - 1)...] + clauses[..<min(turn, clauses.count - 1)])
    return clauses.enumerated().map { number, clause in
      number == 0 ? "\(subject(face, &dice)) \(clause)" : "\(pronoun) \(clause)"
    }
  }

  private static func subject(_ face: FaceTraits, _ dice: inout Dice) -> String {
    dice.pick(
      face.isWoman
        ? [("This woman", 2), ("This lady", 1), ("The woman in the picture", 1), ("The female", 1)]
        : [("This man", 2), ("This gentleman", 1), ("The man in the picture", 1), ("The male", 1)])
  }

  private static func bangs(_ face: FaceTraits, _ dice: inout Dice) -> String? {
    if face.traits.contains(.bangs) {
      return dice.pick([
        ("has medium bangs that cover the forehead", 1), ("has bangs over the forehead", 1),
        ("has a fringe of medium length", 1),
      ])
    }
    // Under a hat it cannot be seen.
    guard face.isHairSeen, !face.traits.contains(.hat) else { return nil }
    return dice.pick([
      ("has no bangs", 1), ("has no fringe at all", 1), ("shows the whole forehead", 1),
    ])
  }

  private static func glasses(_ face: FaceTraits, _ dice: inout Dice) -> String {
    switch face.glasses {
    case .none:
      dice.pick([
        ("is not wearing any eyeglasses", 1), ("wears no glasses", 1), ("has no eyeglasses", 1),
      ])
    case .thin:
      dice.pick([("is wearing thin-framed eyeglasses", 1), ("has eyeglasses with a thin frame", 1)])
    case .thick:
      dice.pick([
        ("is wearing thick-framed eyeglasses", 1), ("has eyeglasses with a thick frame", 1),
      ])
    case .sun: dice.pick([("is wearing sunglasses", 1), ("has sunglasses with dark lenses", 1)])
    }
  }

  private static func beard(_ face: FaceTraits, _ dice: inout Dice) -> String {
    switch face.beard {
    case .none:
      dice.pick([
        ("has no beard", 1), ("has no mustache and no beard", 1), ("is shaved cleanly", 1),
      ])
    case .stubble: dice.pick([("has a very short beard", 1), ("has stubble on the face", 1)])
    case .mustache: dice.pick([("has a mustache", 1), ("has a mustache above the lips", 1)])
    case .goatee: dice.pick([("has a goatee", 1), ("has a beard about the mouth and chin", 1)])
    case .full: dice.pick([("has a full beard", 1), ("has a thick beard", 1)])
    }
  }

  private static func smile(_ face: FaceTraits, _ dice: inout Dice) -> String {
    let isOpen = face.traits.contains(.mouthOpen)
    if face.smile > 0.5 {
      return isOpen
        ? dice.pick([("smiles with the mouth open", 1), ("has a big smile with the mouth open", 1)])
        : dice.pick([
          ("smiles with the corners of the mouth turned up", 1),
          ("has a smile with closed lips", 1),
        ])
    }
    return isOpen
      ? dice.pick([
        ("does not smile and has the mouth open", 1), ("looks serious with parted lips", 1),
      ])
      : dice.pick([("looks serious with no smile", 1), ("does not smile", 1)])
  }

  private static func age(_ face: FaceTraits, _ dice: inout Dice) -> String {
    switch face.age {
    case ..<25: dice.pick([("looks very young", 1), ("is a young adult", 1)])
    case ..<38: dice.pick([("is in the thirties or younger", 1), ("is a young adult", 1)])
    case ..<52: dice.pick([("is middle-aged", 1), ("is in the middle age", 1)])
    case ..<63: dice.pick([("is in the fifties", 1), ("looks a little old", 1)])
    default: dice.pick([("looks very old", 1), ("is an old person", 1)])
    }
  }
}
