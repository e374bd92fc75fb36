/// Where hair lies: how far down it reaches in every direction, and how thick it is.
struct HairForm: Sendable {
  /// Height at which hair ends, by angle about the head in radians; very low where there is none.
  let edge: Tabulated
  /// What turns a height above the edge into a distance from it, by angle.
  private let steepness: Tabulated
  /// The lowest end of all.
  let end: Float
  /// Centimeters between scalp and surface at the fullest.
  let thickness: Float
  /// Sideways waves in centimeters, and how rough the outline is.
  let wave, roughness: Float
  /// How far hanging hair widens a centimeter of its length.
  let spread: Float
  /// Whether strands run backwards instead of down.
  let isCombedBack: Bool
  /// Angle of the parting in radians; nil where there is none.
  let part: Float?
  let hasHair: Bool
  /// Height from which hair no longer follows the head.
  let hangsFrom: Float
  /// Centimeters that hair rises above the crown: little under a hat.
  let rise: Float
  /// Whether hair is cut close at the sides.
  let isTrimmed: Bool

  init(_ scene: Scene) {
    let look = scene.look
    let style = look.hairStyle
    let parted: Bool = [.short, .bob, .straight, .wavy].contains(style) && !look.hasBangs
    part = parted ? Exact.radians(look.part) : nil
    hasHair = style != .bald
    isCombedBack = style == .swept || style == .tied
    (thickness, wave, roughness, spread) = Self.body(style, volume: look.volume)
    hangsFrom = Self.coversEars(style) ? 2.2 : 7.5
    rise = look.hat == .none ? thickness : min(thickness, 0.25)
    isTrimmed = [.buzz, .short, .swept].contains(style)
    let points = Self.line(scene)
    let outline = HairOutline(look, curve: Curve(points), part: part)
    let pi = Float(Exact.pi)
    edge = Tabulated(from: -pi, to: pi, steps: 720, outline.height)
    steepness = Tabulated(from: -pi, to: pi, steps: 360, outline.steepness)
    end = points.map(\.1).max() ?? 0
  }

  /// What a style's hair is like, but for where it ends; lengths in centimeters.
  private static func body(
    _ style: HairStyle, volume: Float
  ) -> (thickness: Float, wave: Float, roughness: Float, spread: Float) {
    switch style {
    case .bald: (0, 0, 0, 0)
    case .buzz: (0.35, 0, 0.05, 0)
    case .short: (1.6 * volume, 0.15, 0.35, 0)
    case .swept: (1.7 * volume, 0.1, 0.2, 0)
    case .bob: (1.9 * volume, 0.2, 0.2, 0.09)
    case .straight: (1.65 * volume, 0.15, 0.2, 0.1)
    case .wavy: (2.15 * volume, 0.65, 0.4, 0.21)
    case .curly: (3.3 * volume, 0.5, 0.85, 0.16)
    case .tied: (0.6 * volume, 0.05, 0.08, 0)
    }
  }

  /// Whether a style hangs over the ears.
  static func coversEars(_ style: HairStyle) -> Bool {
    [.bob, .straight, .wavy, .curly].contains(style)
  }

  /// Height at which hanging hair ends.
  private static func length(_ look: Look, _ person: Identity) -> Float {
    switch look.hairStyle {
    case .bob: mix(8, 12.5, look.drape)
    case .straight, .wavy: mix(14.5, 30, look.drape)
    case .curly: person.isWoman ? mix(9, 20, look.drape) : 4
    default: 6.5
    }
  }

  /// The ends of a style's hair: degrees from the front, and height.
  private static func line(_ scene: Scene) -> [(Float, Float)] {
    let (look, person) = (scene.look, scene.identity)
    let style = look.hairStyle
    let receding = style == .bald ? 0 : person.balding * smooth(25, 60, look.age)
    let hairline = -7.2 - person.hairline - 0.3 * person.skull.forehead
    let length = length(look, person)
    let h = hairline - 1.6 * receding
    var front: [(Float, Float)] = [
      (0, h), (18, h + 0.15 - 0.6 * receding), (36, h + 1 - 2.2 * receding),
      (49, -4.4 - 2 * receding),
      (59, -2.2 - receding),
    ]
    if look.hasBangs {
      let low = mix(-3.9, -2.6, look.drape)
      front = [(0, low), (24, low + 0.1), (40, low + 0.5), (54, -1.6)]
    }
    let tail: [(Float, Float)]
    switch style {
    case .bald: return [(0, -40), (180, -40)]
    case .buzz, .short, .swept:
      tail = [
        (64, 0.4), (70, 2.2), (76, 1.6), (80, -1.6), (97, -1.9), (108, 2), (122, 6), (180, 7.5),
      ]
    case .tied:
      tail = [
        (65, -0.6), (71, 0.9), (76, 0.2), (80, -1.4), (98, -1.6), (112, 3), (125, 6), (180, 7),
      ]
    case .bob, .straight, .wavy:
      front = look.hasBangs ? front : front.dropLast() + [(56, -1.8)]
      tail = [(63, 1.5), (68, mix(4.5, length, 0.4)), (73, length), (180, length)]
    case .curly:
      tail = [(63, 0.5), (69, 3.2), (75, length), (180, length)]
    }
    return front + tail
  }

  /// Distance from hair's end, in centimeters; positive within the hair.
  @inline(__always) func inside(_ angle: Float, _ y: Float) -> Float {
    (edge(angle) - y) * steepness(angle)
  }
}

/// The line along which hair ends, with its unevenness.
private struct HairOutline {
  private let look: Look
  private let curve: Curve
  /// Degrees from the front to the parting.
  private let sway: Float

  init(_ look: Look, curve: Curve, part: Float?) {
    self.look = look
    self.curve = curve
    sway = part.map { $0 * (180 / Float(Exact.pi)) } ?? 0
  }

  /// Height at an angle in radians.
  func height(_ angle: Float) -> Float {
    let degrees = angle * (180 / Float(Exact.pi))
    // Hair opens where it is parted.
    let open = look.hasBangs ? 0 : sway * smooth(70, 20, abs(degrees))
    let uneven =
      0.22 * Noise.smooth(degrees * 0.16, 3, look.seed) + 0.1
      * Noise.smooth(degrees * 0.5, 8, look.seed)
    return curve(abs(degrees - 0.55 * open)) + uneven * (look.hairStyle == .buzz ? 0.5 : 1)
  }

  /// What turns a height above the line into a distance from it.
  func steepness(_ angle: Float) -> Float {
    // Seven centimeters is about the head's radius.
    let slope = (height(angle + 0.02) - height(angle - 0.02)) / (0.04 * 7)
    return 1 / (1 + slope * slope).squareRoot()
  }
}
