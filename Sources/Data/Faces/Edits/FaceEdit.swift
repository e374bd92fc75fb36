/// A change of one attribute that leaves everything else as it is.
///
/// Texts follow the manner of DiffusionCLIP's pairs of source and target (`gwang-kim/DiffusionCLIP`).
package enum FaceEdit: String, CaseIterable, Sendable {
  case makeup, tanned, grayHair, blondHair, glasses, sunglasses, smile, beard, hat, bangs, earrings
  case young, old

  /// What is said of the picture before and after the edit.
  package var texts: (source: String, target: String) {
    switch self {
    case .makeup: ("face", "face with makeup")
    case .tanned: ("face", "tanned face")
    case .grayHair: ("hair", "gray hair")
    case .blondHair: ("hair", "blond hair")
    case .glasses: ("face", "face with eyeglasses")
    case .sunglasses: ("face", "face with sunglasses")
    case .smile: ("face", "smiling face")
    case .beard: ("face", "face with beard")
    case .hat: ("face", "face with hat")
    case .bangs: ("hair", "hair with bangs")
    case .earrings: ("face", "face with earrings")
    case .young: ("person", "young person")
    case .old: ("person", "old person")
    }
  }

  /// The edit that texts describe; nil if they describe none.
  package init?(source: String, target: String) {
    guard let edit = Self.allCases.first(where: { $0.texts == (source, target) }) else {
      return nil
    }
    self = edit
  }

  /// Edits that DiffusionCLIP's Table 3 is about.
  private static let published: [FaceEdit] = [.makeup, .tanned, .grayHair]

  /// An edit that can be made of a scene, one of the published ones if any can; the person's seed
  /// chooses among them.
  package static func suited(to scene: Scene) -> FaceEdit? {
    let published = published.filter { $0.applied(to: scene) != nil }
    let possible =
      published.isEmpty ? allCases.filter { $0.applied(to: scene) != nil } : published
    var dice = Dice(seed: scene.identity.seed, "edit")
    return possible.isEmpty ? nil : dice.pick(possible.map { ($0, 1) })
  }

  /// The scene after the edit; nil where the attribute is there already or makes no sense.
  package func applied(to scene: Scene) -> Scene? {
    var edited = scene
    let look = scene.look
    switch self {
    case .makeup:
      guard look.makeup < 0.2, scene.identity.isWoman else { return nil }
      edited.look.makeup = 0.95
    case .tanned:
      guard look.tan == 0, scene.identity.skin.melanin < 0.6 else { return nil }
      edited.look.tan = 1
    case .grayHair, .blondHair:
      let color: HairColor = self == .grayHair ? .gray : .blond
      guard look.hairColor != color, look.hairStyle != .bald else { return nil }
      edited.look.hairColor = color
    case .glasses, .sunglasses:
      guard look.glasses == .none else { return nil }
      edited.look.glasses = self == .sunglasses ? .sun : .thick
    case .smile:
      guard scene.view.smile < 0.3 else { return nil }
      edited.view.smile = 0.9
      edited.view.mouthOpening = max(scene.view.mouthOpening, 0.5)
    case .beard:
      guard look.beard == .none, !scene.identity.isWoman else { return nil }
      edited.look.beard = .full
    case .hat:
      guard look.hat == .none else { return nil }
      edited.look.hat = .beanie
    case .bangs:
      guard !look.hasBangs, ![.bald, .buzz, .swept].contains(look.hairStyle), look.hat == .none
      else { return nil }
      edited.look.hasBangs = true
    case .earrings:
      guard look.earrings == .none else { return nil }
      edited.look.earrings = .drops
    case .young:
      guard look.age > 45 else { return nil }
      edited.look.age = 24
      if look.hairColor == .gray { edited.look.hairColor = scene.identity.naturalHair }
    case .old:
      guard look.age < 55 else { return nil }
      edited.look.age = 74
      if look.hairStyle != .bald { edited.look.hairColor = .gray }
    }
    return edited
  }

  /// How far around its classes an edit may change pixels, as a fraction of the side.
  ///
  /// Six millimeters of thinning hair show the skin below, three more are for outlines and the lens.
  package static let margin = 0.035

  /// Classes whose pixels, in either picture and within ``margin`` of them, the edit may change.
  package var mayChange: Set<UInt8> {
    let face: Set<UInt8> = [
      Label.skin, Label.nose, Label.leftEye, Label.rightEye, Label.leftBrow, Label.rightBrow,
      Label.mouth, Label.upperLip, Label.lowerLip,
    ]
    let skin = face.union([Label.leftEar, Label.rightEar, Label.neck])
    // Clear lenses show what lies behind them, cropped or thinning hair the skin; and along a collar a
    // strip of the neck may be too thin to have a class of its own.
    return switch self {
    case .makeup: face.union([Label.glasses, Label.hair])
    case .tanned: skin.union([Label.glasses, Label.necklace, Label.hair, Label.cloth])
    case .grayHair, .blondHair: face.union([Label.hair, Label.glasses])
    case .glasses, .sunglasses: [Label.glasses]
    case .smile: face.union([Label.glasses, Label.neck, Label.cloth, Label.necklace, Label.hair])
    case .beard: face.union([Label.glasses])
    case .hat: skin.union([Label.hat, Label.hair, Label.glasses, Label.earring, Label.cloth])
    case .bangs: skin.union([Label.hair, Label.glasses])
    case .earrings: [Label.earring]
    case .young, .old: skin.union([Label.hair, Label.glasses, Label.necklace, Label.cloth])
    }
  }
}
