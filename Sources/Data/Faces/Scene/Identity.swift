/// What makes a person recognizable and stays from photo to photo.
///
/// Lengths are centimeters or factors about 1, angles degrees.
package struct Identity: Equatable, Sendable {
  /// The seed that all this follows from.
  package let seed: UInt64
  /// Whether captions call the person a woman; it moves the means of the features below.
  package let isWoman: Bool
  /// Age in years as the person is usually seen.
  package let usualAge: Float
  /// How pointed the likeness is to one sex, 0 (woman) to 1 (man), with much overlap.
  let masculinity: Float
  let skull: Skull
  let eyes: Eyes
  let brows: Brows
  let nose: Nose
  let mouth: Mouth
  let ears: Ears
  let skin: Skin
  /// The hair that grows, before dye and age.
  let naturalHair: HairColor
  /// Natural curl of the hair, 0 straight to 1 curly.
  let curl: Float
  /// The hairline's height above the usual one, in centimeters.
  let hairline: Float
  /// How far the man's hair has gone from temples and crown, 0…1.
  let balding: Float

  /// Proportions of the head.
  struct Skull: Equatable, Sendable {
    var width, length, jaw, chin, cheekbones, fullness, forehead, neck: Float
    /// Sideways difference of the halves, in centimeters.
    var asymmetry: Float
  }

  /// The eyes' form and color.
  struct Eyes: Equatable, Sendable {
    var spacing, width, opening, tilt, fold, depth: Float
    var color: EyeColor
  }

  /// The brows' form.
  struct Brows: Equatable, Sendable {
    var height, thickness, arch, tilt, length: Float
  }

  /// The nose's form.
  struct Nose: Equatable, Sendable {
    var length, width, bridge, tip, hump: Float
  }

  /// The mouth's form.
  struct Mouth: Equatable, Sendable {
    var width, upper, lower, bow, height: Float
  }

  /// The ears' form.
  struct Ears: Equatable, Sendable {
    var size, flare: Float
  }

  /// The skin's color and marks.
  struct Skin: Equatable, Sendable {
    /// 0 very light … 1 very dark.
    var melanin: Float
    var redness, freckles, dimples: Float
    /// Place on the face (x, y in centimeters from between the eyes) and radius of each mole.
    var moles: [Vector]
    var seed: UInt32
  }
}

/// Colors of an iris.
package enum EyeColor: String, CaseIterable, Sendable {
  case brown, darkBrown, hazel, green, blue, gray
}

/// Colors of hair that captions tell apart.
package enum HairColor: String, CaseIterable, Sendable {
  case black, brown, blond, red, gray
}

extension Identity {
  /// The person that belongs to a seed.
  package init(seed: UInt64) {
    self.seed = seed
    var dice = Dice(seed: seed, "person")
    isWoman = dice.happens(0.63)
    masculinity = unit(dice.normal(isWoman ? 0.2 : 0.8, 0.12))
    usualAge = dice.happens(0.75) ? dice.within(19, 44) : dice.within(44, 74)
    let m = masculinity
    let melanin = Self.melanin(&dice)
    skull = Self.skull(&dice, m)
    eyes = Self.eyes(&dice, m, melanin)
    brows = Brows(
      height: dice.normal(1.95 - 0.3 * m, 0.18),
      thickness: max(0.55, dice.normal(0.76 + 0.42 * m, 0.14)),
      arch: dice.normal(0.5 - 0.25 * m, 0.15), tilt: dice.normal(3, 3),
      length: dice.normal(1, 0.06))
    nose = Nose(
      length: dice.normal(1, 0.06), width: dice.normal(0.87 + 0.17 * m + 0.16 * melanin, 0.08),
      bridge: max(0.5, dice.normal(0.95 + 0.15 * m - 0.15 * melanin, 0.16)),
      tip: dice.normal(0, 0.22), hump: max(0, dice.normal(0.05, 0.15)))
    mouth = Mouth(
      width: dice.normal(0.98 + 0.04 * m, 0.07),
      upper: max(0.5, dice.normal(1.05 - 0.25 * m + 0.35 * melanin, 0.18)),
      lower: max(0.55, dice.normal(1.05 - 0.2 * m + 0.25 * melanin, 0.17)),
      bow: dice.within(0.05, 0.4), height: dice.normal(0, 0.18))
    ears = Ears(size: dice.normal(0.97 + 0.06 * m, 0.07), flare: dice.normal(33, 8))
    skin = Self.skin(&dice, melanin)
    naturalHair = Self.hair(&dice, melanin)
    curl = dice.happens(0.25 + 0.5 * melanin) ? dice.within(0.35, 1) : dice.within(0, 0.3)
    hairline = dice.normal(0, 0.45)
    balding = isWoman || !dice.happens(0.35) ? 0 : dice.within(0.2, 1)
  }

  private static func melanin(_ dice: inout Dice) -> Float {
    let (light, medium, dark) = (dice.within(0, 0.3), dice.within(0.3, 0.55), dice.within(0.55, 1))
    let weighted: [(Float, Float)] = [(light, 0.68), (medium, 0.18), (dark, 0.14)]
    return dice.pick(weighted)
  }

  private static func skull(_ dice: inout Dice, _ m: Float) -> Skull {
    Skull(
      width: dice.normal(0.975 + 0.035 * m, 0.035), length: dice.normal(0.97 + 0.04 * m, 0.035),
      jaw: dice.normal(0.92 + 0.13 * m, 0.06), chin: dice.normal(0.85 + 0.3 * m, 0.2),
      cheekbones: dice.normal(1.1 - 0.2 * m, 0.3), fullness: dice.normal(0.1, 0.45),
      forehead: dice.normal(0, 0.4), neck: dice.normal(0.86 + 0.22 * m, 0.06),
      asymmetry: dice.normal(0, 0.07))
  }

  private static func eyes(_ dice: inout Dice, _ m: Float, _ melanin: Float) -> Eyes {
    let color: EyeColor =
      melanin > 0.3
      ? dice.pick([(.darkBrown, 0.7), (.brown, 0.28), (.hazel, 0.02)])
      : dice.pick([
        (.brown, 0.3), (.darkBrown, 0.12), (.hazel, 0.16), (.green, 0.12), (.blue, 0.22),
        (.gray, 0.08),
      ])
    return Eyes(
      spacing: dice.normal(1, 0.04), width: dice.normal(1.03 - 0.05 * m, 0.06),
      opening: max(0.62, dice.normal(1.1 - 0.17 * m, 0.13)), tilt: dice.normal(3.5, 3),
      fold: dice.happens(0.2) ? dice.within(0, 0.2) : dice.within(0.4, 1),
      depth: dice.normal(0.95 + 0.15 * m, 0.2), color: color)
  }

  private static func skin(_ dice: inout Dice, _ melanin: Float) -> Skin {
    var moles: [Vector] = []
    while moles.count < 4 && dice.happens(0.4) {
      moles.append(Vector(dice.within(-5.2, 5.2), dice.within(-4, 9.5), dice.within(0.09, 0.17)))
    }
    return Skin(
      melanin: melanin, redness: unit(dice.normal(0.4, 0.2)),
      freckles: melanin < 0.3 && dice.happens(0.2) ? dice.within(0.4, 1) : 0,
      dimples: dice.happens(0.25) ? 1 : 0, moles: moles, seed: dice.noiseSeed())
  }

  private static func hair(_ dice: inout Dice, _ melanin: Float) -> HairColor {
    melanin > 0.3
      ? dice.pick([(.black, 0.75), (.brown, 0.25)])
      : dice.pick([(.black, 0.2), (.brown, 0.45), (.blond, 0.27), (.red, 0.08)])
  }
}
