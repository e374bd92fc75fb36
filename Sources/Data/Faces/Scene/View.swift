/// What belongs to one photo: pose, expression, light, background and camera.
package struct View: Equatable, Sendable {
  /// Degrees; positive turns the face toward the image's right.
  package var yaw: Float
  /// Degrees; positive lifts the chin.
  package var pitch: Float
  /// Degrees; positive tilts the head clockwise.
  package var roll: Float
  /// 0 none … 1 broad.
  package var smile: Float
  /// How far the lips are apart, 0…1.
  package var mouthOpening: Float
  /// Raised (positive) or lowered brows, −1…1.
  package var browRaise: Float
  /// How wide the eyes are open, 0 closed … 1.2.
  package var lids: Float
  /// Where the eyes look, degrees from the camera.
  var gaze: SIMD2<Float>
  var light: Light
  var background: Background
  var camera: Camera

  /// One key light among light from everywhere.
  struct Light: Equatable, Sendable {
    /// Direction toward the key light, of length 1; x right, y down, z at the viewer.
    var direction: SIMD3<Float>
    /// Strength of the key light and of what comes from everywhere.
    var key, fill: Float
    /// Warm (positive) or cold.
    var warmth: Float
    /// Light from behind that edges the hair, 0…1.
    var rim: Float
  }

  /// What lies behind, out of focus.
  struct Background: Equatable, Sendable {
    enum Kind: Equatable, Sendable { case plain, gradient, blobs, bokeh, stripes }
    var kind: Kind
    /// Displayed colors in 0…1.
    var first, second, third: SIMD3<Float>
    var seed: UInt32
  }

  /// What the camera does.
  struct Camera: Equatable, Sendable {
    /// Shift as a fraction of the side, and zoom about 1.
    var shift: SIMD2<Float>
    var zoom: Float
    /// Standard deviation of noise in 8-bit steps at 256 pixels.
    var noise: Float
    var exposure, contrast, vignette: Float
    var seed: UInt32
  }
}

extension View {
  /// The photo that belongs to a seed.
  package init(seed: UInt64) {
    var dice = Dice(seed: seed, "view")
    yaw = min(35, max(-35, dice.normal(0, 14)))
    pitch = min(14, max(-14, dice.normal(-1, 4.5)))
    roll = min(12, max(-12, dice.normal(0, 3)))
    let isSmiling = dice.happens(0.48)
    smile = isSmiling ? dice.within(0.62, 1) : max(0, dice.normal(0.08, 0.1))
    mouthOpening =
      isSmiling
      ? (dice.happens(0.86) ? dice.within(0.3, 0.95) : 0)
      : (dice.happens(0.38) ? dice.within(0.12, 0.6) : 0)
    browRaise = dice.normal(0, 0.3)
    lids = dice.happens(0.015) ? 0.05 : min(1.15, max(0.6, dice.normal(0.97 - 0.14 * smile, 0.09)))
    gaze = SIMD2(dice.normal(0, 4), dice.normal(0, 2))
    light = Self.light(&dice)
    background = Self.background(&dice)
    camera = Camera(
      shift: SIMD2(dice.normal(0, 0.008), dice.normal(0, 0.008)), zoom: dice.normal(1.04, 0.025),
      noise: dice.within(0.6, 3), exposure: dice.normal(1, 0.1), contrast: dice.normal(1, 0.06),
      vignette: dice.happens(0.3) ? dice.within(0.1, 0.35) : 0, seed: dice.noiseSeed())
  }

  private static func light(_ dice: inout Dice) -> Light {
    let side = dice.normal(0, 0.55)
    let height = dice.normal(-0.55, 0.22)
    let front = dice.within(0.65, 1.1)
    let hardness = dice.fraction()
    return Light(
      direction: normalized(SIMD3(side, height, front)), key: mix(0.46, 0.84, hardness),
      fill: mix(0.56, 0.32, hardness), warmth: dice.normal(0.1, 0.35),
      rim: dice.happens(0.35) ? dice.within(0.2, 0.7) : 0)
  }

  private static func background(_ dice: inout Dice) -> Background {
    func color(_ dice: inout Dice) -> SIMD3<Float> {
      let level = dice.within(0.05, 0.92)
      let tint = SIMD3(dice.normal(0, 0.09), dice.normal(0, 0.07), dice.normal(0, 0.1))
      return SIMD3(unit(level + tint.x), unit(level + tint.y), unit(level + tint.z))
    }
    let first = color(&dice)
    return Background(
      kind: dice.pick([
        (.plain, 0.2), (.gradient, 0.25), (.blobs, 0.3), (.bokeh, 0.15), (.stripes, 0.1),
      ]),
      first: first, second: mix(first, color(&dice), 0.7), third: color(&dice),
      seed: dice.noiseSeed())
  }
}
