import Tensors

/// What can be said about a portrait because it can be seen on it.
///
/// Whatever has a class of its own is taken from the label map, so that no caption mentions what
/// the map does not hold, or denies what it does; the rest comes from the scene.
package struct FaceTraits: Equatable, Sendable {
  /// Traits that Multi-Modal-CelebA-HQ's captions mention, named as CelebA's attributes.
  package enum Trait: String, CaseIterable, Sendable {
    case blackHair, brownHair, blondHair, redHair, grayHair, bald, bangs, wavyHair, straightHair
    case recedingHairline, archedEyebrows, bushyEyebrows, bagsUnderEyes, narrowEyes, bigLips
    case bigNose, pointyNose, highCheekbones, ovalFace, chubby, paleSkin, rosyCheeks, tannedSkin
    case freckles, stubble, mustache, goatee, beard, mouthOpen, smiling, young, old
    case eyeglasses, sunglasses, hat, earrings, necklace, lipstick, heavyMakeup
  }

  /// Everything that holds.
  package let traits: Set<Trait>
  /// Whether captions say “she”.
  package let isWoman: Bool
  /// Years.
  package let age: Float
  /// 0 none … 1 broad.
  package let smile: Float
  /// How the beard is worn.
  package let beard: Beard
  /// Glasses that the label map shows.
  package let glasses: Glasses
  /// Whether hair is seen, without which nothing is said of bangs.
  package let isHairSeen: Bool

  /// Shares of the image that a class needs, so that a person sees it as well.
  ///
  /// A lens is seen at a two-hundredth of the image; an earring is smaller.
  package static let leastShare: [UInt8: Double] = [
    Label.glasses: 0.004, Label.hat: 0.01, Label.earring: 0.0004, Label.necklace: 0.0004,
    Label.hair: 0.01, Label.mouth: 0.0009, Label.leftBrow: 0.0004, Label.rightBrow: 0.0004,
  ]

  /// Reads a scene and its label map, `[S, S, 1]`.
  package init(_ scene: Scene, labels: Raster) {
    var counts = [Int](repeating: 0, count: 19)
    for label in labels.samples { counts[Int(label)] += 1 }
    func sees(_ label: UInt8) -> Bool {
      Double(counts[Int(label)]) >= Self.leastShare[label, default: 0]
        * Double(labels.samples.count)
    }
    let look = scene.look
    isWoman = scene.identity.isWoman
    age = look.age
    smile = scene.view.smile
    beard = look.beard
    glasses = counts[Int(Label.glasses)] > 0 ? look.glasses : .none
    isHairSeen = sees(Label.hair)
    var found: Set<Trait> = []
    func add(_ trait: Trait, _ holds: Bool) { if holds { found.insert(trait) } }
    Self.addHair(scene, isSeen: isHairSeen, hasHat: counts[Int(Label.hat)] > 0, counts, add)
    Self.addFeatures(
      scene, hasBrows: sees(Label.leftBrow) || sees(Label.rightBrow),
      hasEyes: glasses != .sun, add)
    add(.mouthOpen, sees(Label.mouth))
    add(.eyeglasses, sees(Label.glasses) && look.glasses != .sun)
    add(.sunglasses, sees(Label.glasses) && look.glasses == .sun)
    add(.hat, sees(Label.hat))
    add(.earrings, sees(Label.earring))
    add(.necklace, sees(Label.necklace))
    traits = found
  }

  private static func addHair(
    _ scene: Scene, isSeen: Bool, hasHat: Bool, _ counts: [Int], _ add: (Trait, Bool) -> Void
  ) {
    let look = scene.look
    add(.bald, look.hairStyle == .bald && !hasHat && counts[Int(Label.hair)] == 0)
    guard isSeen else { return }
    let color: Trait =
      switch look.hairColor {
      case .black: .blackHair
      case .brown: .brownHair
      case .blond: .blondHair
      case .red: .redHair
      case .gray: .grayHair
      }
    add(color, true)
    add(.bangs, look.hasBangs && !hasHat)
    add(.wavyHair, [.wavy, .curly].contains(look.hairStyle))
    add(.straightHair, look.hairStyle == .straight)
    add(
      .recedingHairline,
      !hasHat && !look.hasBangs && scene.identity.balding * smooth(25, 60, look.age) > 0.45)
  }

  private static func addFeatures(
    _ scene: Scene, hasBrows: Bool, hasEyes: Bool, _ add: (Trait, Bool) -> Void
  ) {
    let (person, look, view) = (scene.identity, scene.look, scene.view)
    add(.archedEyebrows, hasBrows && person.brows.arch > 0.55)
    add(.bushyEyebrows, hasBrows && person.brows.thickness > 1.2)
    add(.bagsUnderEyes, hasEyes && smooth(35, 75, look.age) > 0.35)
    add(.narrowEyes, hasEyes && person.eyes.opening * view.lids < 0.82)
    add(.bigLips, person.mouth.upper + person.mouth.lower > 2.5)
    add(.bigNose, person.nose.width > 1.1)
    add(.pointyNose, person.nose.width < 0.92)
    add(.highCheekbones, person.skull.cheekbones > 1.2 || view.smile > 0.7)
    add(.ovalFace, person.skull.jaw < 0.93)
    add(.chubby, person.skull.fullness > 0.75)
    add(.paleSkin, person.skin.melanin < 0.06 && look.tan == 0)
    add(.rosyCheeks, person.skin.redness > 0.68 && person.skin.melanin < 0.4)
    add(.tannedSkin, look.tan > 0.5)
    add(.freckles, person.skin.freckles > 0.6 && look.makeup < 0.5)
    add(.stubble, look.beard == .stubble)
    add(.mustache, look.beard == .mustache)
    add(.goatee, look.beard == .goatee)
    add(.beard, look.beard == .full)
    add(.smiling, view.smile > 0.5)
    add(.young, look.age < 38)
    add(.old, look.age > 60)
    add(.lipstick, look.makeup > 0.4)
    add(.heavyMakeup, look.makeup > 0.7)
  }
}
