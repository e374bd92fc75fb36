/// Lips, teeth and the inside of the mouth, on the face's front view.
struct LipPainter: Sendable {
  /// A part's color and how much of the pixel it has.
  struct Layer {
    var color: Vector
    var alpha: Float
    var label: UInt8
    /// How strongly the surface shines.
    var shine: Float
  }

  private let face: FaceForm
  private let tone, makeup: Vector
  private let gloss: Float
  private let scale: Float
  private let seed: UInt32

  init(_ scene: Scene, _ face: FaceForm, _ skin: SkinTone, scale: Float) {
    self.face = face
    self.scale = scale
    let worn = scene.look.lipColor
    let strength = 0.8 * scene.look.makeup
    tone = mix(skin.lips, worn * worn, strength)
    makeup = worn * worn
    gloss = 0.35 + 0.5 * scene.look.makeup
    seed = scene.identity.skin.seed
  }

  /// The four curves of the mouth at a place: top, opening's top and bottom, bottom.
  @inline(__always) private func curves(_ x: Float) -> (Float, Float, Float, Float) {
    let t = x / face.mouthHalfWidth
    let t2 = min(1, t * t)
    let arc = 1 - t2
    let middle = face.mouthY - face.cornerLift * t2
    let opening = arc * face.gap
    let split = middle + 0.06 * (hill(x, 0, 0.5, 1) - arc * 0.5)
    let upper = split - 0.28 * opening
    let lower = split + 0.78 * opening
    let dip = face.bow * face.upperLip * hill(x, 0, 0.75, 1)
    let top = upper - face.upperLip * arc * (1 + 0.35 * t2) + dip
    let bottom = lower + face.lowerLip * arc * (1 + 0.35 * t2)
    return (top, upper, lower, bottom)
  }

  /// Whether a place may belong to the mouth.
  @inline(__always) func reaches(_ x: Float, _ y: Float) -> Bool {
    abs(x) < face.mouthHalfWidth + 0.15 && y > face.mouthY - 2.2 && y < face.mouthY + 3.2
  }

  /// What lies over the skin at a place, if anything.
  func layer(_ x: Float, _ y: Float, lit: Float) -> Layer? {
    let (top, upper, lower, bottom) = curves(x)
    let outer = max(max(top - y, y - bottom) * 0.93, abs(x) - face.mouthHalfWidth)
    let alpha = unit(0.5 - outer * scale)
    guard alpha > 0 else { return nil }
    let inner = max(upper - y, y - lower)
    let open = unit(0.5 - inner * scale)
    let lip = lipColor(x, y, top, upper, lower, bottom)
    let isOpen = open >= 0.5
    let label = isOpen ? Label.mouth : (y < 0.5 * (upper + lower) ? Label.upperLip : Label.lowerLip)
    let inside = open > 0 ? cavity(x, y, upper, lower) : lip
    return Layer(
      color: mix(lip, inside, open), alpha: alpha, label: label,
      shine: (isOpen ? 0.15 : gloss) * (y > lower ? 1 : 0.5))
  }

  private func lipColor(
    _ x: Float, _ y: Float, _ top: Float, _ upper: Float, _ lower: Float, _ bottom: Float
  ) -> Vector {
    // Fine upright lines, a darker seam, and a paler rim.
    let lines = 1 + 0.09 * Noise.smooth(x * 7, y * 1.2, seed &+ 40)
    let seam = min(abs(y - upper), abs(y - lower))
    let dark = 1 - 0.55 * hill(seam, 0, 0.22, 1)
    let rim = smooth(0.16, 0, min(abs(y - top), abs(y - bottom)))
    return mix(tone * (lines * dark), tone * 1.12, 0.4 * rim)
  }

  /// Teeth before the dark.
  private func cavity(_ x: Float, _ y: Float, _ upper: Float, _ lower: Float) -> Vector {
    let depth = Vector(0.055, 0.014, 0.014)
    let t = x / face.mouthHalfWidth
    let shadow = smooth(0.98, 0.55, abs(t))
    // Upper teeth hang from the lip; their edge is a shallow bow.
    let edge = face.mouthY - 0.28 * face.gap - face.cornerLift * 0.55 * t * t + 0.92 - 0.3 * t * t
    let isTooth =
      unit(0.5 + (edge - y) * scale) * unit(0.5 + (0.86 - abs(t)) * face.mouthHalfWidth * scale)
    var color = depth
    let tongue = hill(x, y - lower, face.mouthHalfWidth * 0.7, 0.55)
    color = mix(color, Vector(0.35, 0.1, 0.1), 0.7 * tongue)
    guard isTooth > 0 else { return color }
    // Front teeth are wider than those aside.
    let place = abs(x) < 0.86 ? abs(x) / 0.86 : 1 + (abs(x) - 0.86) / 0.62
    let within = place - Float(Int(place))
    let gapLine = hill(min(within, 1 - within), 0, 0.1, 1) * smooth(0.35, 1.2, y - upper + 0.5)
    let tooth =
      Vector(0.8, 0.75, 0.66) * (0.32 + 0.68 * shadow) * (0.6 + 0.4 * smooth(0, 0.4, y - upper))
    return mix(color, tooth * (1 - 0.4 * gapLine), isTooth)
  }
}
