/// Eyebrows on the face's front view.
struct BrowPainter: Sendable {
  private let face: FaceForm
  private let color: Vector
  private let density: Float
  private let scale: Float
  private let seed: UInt32

  init(_ scene: Scene, _ face: FaceForm, scale: Float) {
    self.face = face
    self.scale = scale
    let look = scene.look
    // Brows are darker than hair, and grow gray with it.
    let grown: HairColor = look.hairColor == .gray ? .gray : scene.identity.naturalHair
    let tone = HairTone(grown, seed: scene.identity.skin.seed)
    color = tone.dark * (grown == .blond ? 0.7 : (grown == .gray ? 0.6 : 0.85))
    density = 0.62 + 0.3 * look.makeup + 0.12 * scene.identity.masculinity
    seed = scene.identity.skin.seed &+ 90
  }

  /// Whether a place may belong to a brow.
  @inline(__always) func reaches(_ x: Float, _ y: Float) -> Bool {
    abs(x) > face.browStart - 0.4 && abs(x) < face.browEnd + 0.4 && y > face.browY - 2.2
      && y < face.browY + 1.6
  }

  /// Paints a brow over the skin; the second value tells how far inside the place lies (pixels).
  func paint(over skin: Vector, _ x: Float, _ y: Float, light: Vector) -> (Vector, Float) {
    let place = abs(x)
    let t = (place - face.browStart) / (face.browEnd - face.browStart)
    let bow = 1 - squared((t - 0.62) / 0.62)
    let center = face.browY + 0.42 - face.browArch * 0.85 * bow - face.browSlope * (place - 3.1)
    let half = face.browHalfThickness * smooth(-0.06, 0.16, t) * (1 - 0.66 * smooth(0.55, 1, t))
    let across = abs(y - center) - half
    let ends = max(-t, t - 1) * (face.browEnd - face.browStart)
    let distance = max(across, ends)
    guard distance < 0.3 else { return (skin, -1) }
    // Hairs stand up near the nose and lie along the brow further out.
    let lean = mix(1.6, 0.35, unit(t * 1.6))
    let hairs = Noise.smooth(place * 9 + (y - center) * lean * 5, (y - center) * 2.4 * lean, seed)
    let soft = smooth(0.14, -0.16, distance + 0.07 * hairs) * smooth(-0.08, 0.2, t)
    let alpha = density * soft * (0.86 + 0.2 * hairs)
    return (mix(skin, color * light * 1.2, unit(alpha)), -distance * scale)
  }
}
