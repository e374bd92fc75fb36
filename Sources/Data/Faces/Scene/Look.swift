/// What a person can change from one day to another: hair, beard, make-up, dress, and age itself.
package struct Look: Equatable, Sendable {
  /// Age in years on the photo, 18…80.
  package var age: Float
  /// How hair is cut and worn.
  package var hairStyle: HairStyle
  /// Color of the hair on the photo, dyed or grown.
  package var hairColor: HairColor
  /// Whether hair falls over the forehead.
  package var hasBangs: Bool
  /// How the beard is worn.
  package var beard: Beard
  /// Strength of make-up, 0 none … 1 heavy.
  package var makeup: Float
  /// How much the sun has tanned the skin, 0…1.
  package var tan: Float
  /// Glasses, if any.
  package var glasses: Glasses
  /// Hat, if any.
  package var hat: Hat
  /// Earrings, if any.
  package var earrings: Earrings
  /// Whether a necklace is worn.
  package var hasNecklace: Bool
  /// What the neckline is cut like.
  package var neckline: Neckline
  /// Color of the clothes, red, green, blue in 0…1 as displayed.
  var clothColor: SIMD3<Float>
  var hatColor: SIMD3<Float>
  var lipColor: SIMD3<Float>
  var metal: Metal
  /// Hair's volume about 1.
  var volume: Float
  /// Where hair is parted, in degrees from the middle.
  var part: Float
  /// The depth of the neckline and the necklace's place, 0…1.
  var drape: Float
  /// What else is left to chance in the look: strands, frames, folds.
  var seed: UInt32
}

/// How hair is cut and worn.
package enum HairStyle: String, CaseIterable, Sendable {
  case bald, buzz, short, swept, bob, straight, wavy, curly, tied
}

/// How a beard is worn.
package enum Beard: String, CaseIterable, Sendable {
  case none, stubble, mustache, goatee, full
}

/// What is worn before the eyes.
package enum Glasses: String, CaseIterable, Sendable {
  case none, thin, thick, sun
}

/// What is worn on the head.
package enum Hat: String, CaseIterable, Sendable {
  case none, beanie, cap, brimmed
}

/// What is worn at the ears.
package enum Earrings: String, CaseIterable, Sendable {
  case none, studs, drops, hoops
}

/// How clothes end at the neck.
package enum Neckline: String, CaseIterable, Sendable {
  case round, deep, collar, suit, bare
}

/// What jewelry is made of.
package enum Metal: String, CaseIterable, Sendable {
  case gold, silver
}

extension Look {
  /// How a person looks on the day of a seed.
  ///
  /// Frequencies follow CelebA-HQ's roughly: glasses and hats are rare, half of the women wear
  /// earrings.
  package init(of person: Identity, seed: UInt64) {
    var dice = Dice(seed: seed, "look")
    let woman = person.isWoman
    age = min(80, max(18, person.usualAge + dice.normal(0, 2)))
    hairStyle = Self.style(&dice, person)
    let grayness = smooth(42, 72, age)
    hairColor =
      dice.happens(grayness * (woman ? 0.45 : 0.8))
      ? .gray : (dice.happens(woman ? 0.12 : 0.02) ? .blond : person.naturalHair)
    let isLong = ![.bald, .buzz, .swept].contains(hairStyle)
    hasBangs = dice.happens(woman ? 0.2 : 0.16) ? isLong : false
    beard =
      woman
      ? .none
      : dice.pick([
        (.none, 0.5), (.stubble, 0.22), (.mustache, 0.05), (.goatee, 0.09), (.full, 0.14),
      ])
    makeup = woman ? (dice.happens(0.68) ? dice.within(0.45, 1) : dice.within(0, 0.15)) : 0
    tan = dice.happens(0.12) ? dice.within(0.5, 1) : 0
    glasses = dice.pick([(.none, 0.93), (.thin, 0.025), (.thick, 0.025), (.sun, 0.02)])
    hat = dice.pick([(.none, 0.95), (.beanie, 0.015), (.cap, 0.018), (.brimmed, 0.017)])
    earrings =
      dice.happens(woman ? 0.42 : 0.03)
      ? dice.pick([(.studs, 0.25), (.drops, 0.45), (.hoops, 0.3)]) : .none
    hasNecklace = dice.happens(woman ? 0.08 : 0.02)
    neckline = dice.pick(
      woman
        ? [(.round, 0.2), (.deep, 0.16), (.collar, 0.1), (.suit, 0.06), (.bare, 0.48)]
        : [(.round, 0.26), (.deep, 0.04), (.collar, 0.26), (.suit, 0.3), (.bare, 0.14)])
    clothColor = Self.cloth(&dice)
    hatColor = Self.cloth(&dice)
    lipColor = dice.pick(Self.lipColors)
    metal = dice.pick([(.gold, 0.5), (.silver, 0.5)])
    volume = dice.normal(1.1, 0.2)
    part =
      dice.happens(0.3) ? dice.normal(0, 4) : (dice.happens(0.5) ? -1 : 1) * dice.within(14, 34)
    drape = dice.fraction()
    self.seed = dice.noiseSeed()
  }

  private static let lipColors: [(SIMD3<Float>, Float)] = [
    (SIMD3(0.72, 0.16, 0.2), 0.35), (SIMD3(0.78, 0.34, 0.4), 0.35),
    (SIMD3(0.55, 0.14, 0.25), 0.15), (SIMD3(0.84, 0.42, 0.36), 0.15),
  ]

  private static func style(_ dice: inout Dice, _ person: Identity) -> HairStyle {
    if person.isWoman {
      return dice.pick([
        (.short, 0.04), (.swept, 0.03), (.bob, 0.13), (.straight, 0.26), (.wavy, 0.32),
        (.curly, 0.1), (.tied, 0.12),
      ])
    }
    let receded: Float = person.balding > 0.75 ? 0.75 : 0.02
    return dice.pick([
      (.bald, receded), (.buzz, 0.18), (.short, 0.46), (.swept, 0.28), (.bob, 0.03), (.wavy, 0.02),
      (.curly, 0.03),
    ])
  }

  private static func cloth(_ dice: inout Dice) -> SIMD3<Float> {
    let gray = dice.within(0.06, 0.95)
    let tint = SIMD3(dice.within(0.08, 0.9), dice.within(0.08, 0.8), dice.within(0.08, 0.9))
    let weighted: [(SIMD3<Float>, Float)] = [
      (SIMD3(repeating: gray), 0.35), (SIMD3(repeating: 0.09), 0.2), (tint, 0.45),
    ]
    return dice.pick(weighted)
  }
}
