/// The head as it looks: skin under light, with brows, eyes, lips, nostrils and beard.
struct FaceSurface: Surface {
  let face: FaceForm
  let hair: HairForm
  let lighting: Lighting
  let skin: SkinPainter
  let brows: BrowPainter
  let eyes: EyePainter
  let lips: LipPainter
  let beard: BeardPainter?
  private let noseEdge: Tabulated
  private let oil: Float
  private let scalp: Vector
  /// Share of the scalp's color where hair is cropped or thin.
  private let isShaved: Bool

  init(_ scene: Scene, _ face: FaceForm, _ hair: HairForm, _ lighting: Lighting, scale: Float) {
    self.face = face
    self.hair = hair
    self.lighting = lighting
    let tone = SkinTone(scene)
    skin = SkinPainter(scene, face, tone)
    brows = BrowPainter(scene, face, scale: scale)
    eyes = EyePainter(scene, face, lighting, scale: scale)
    lips = LipPainter(scene, face, tone, scale: scale)
    beard = BeardPainter(scene, face)
    let size = face.noseBase / 5.15
    let wing = face.noseHalfWidth / 1.75
    let outline = Curve([
      (0, 0.75), (1, 0.85), (2.4, 1.05), (3.4, 1.4), (4.1, 1.9), (4.6, 2.02), (5, 1.85),
      (5.35, 1.15),
      (5.65, 0.25), (5.75, -0.5),
    ])
    noseEdge = Tabulated(from: -0.4, to: 6.5, steps: 140) { outline($0 / size) * wing }
    oil = 0.16 + 0.1 * scene.identity.masculinity - 0.06 * scene.look.makeup
    scalp = HairTone(scene.look.hairColor, seed: scene.look.seed).dark
    isShaved = scene.look.hairStyle == .buzz
  }

  func paint(_ f: Fragment) -> Paint {
    let (x, y) = (f.v, f.w)
    var albedo = skin.color(x, y)
    // Hair throws a soft shadow of its own on the skin beside it.
    let outside = -hair.inside(f.u, y)
    let near = hair.hasHair ? 0.3 * smooth(1.3, -0.1, outside) * min(1, hair.thickness) : 0
    if isShaved { albedo = mix(albedo, scalp, 0.55 * smooth(0.1, -0.4, outside)) }
    var normal = f.normal
    let pores = Noise.smooth(x * 8, y * 8, 77)
    normal = normalized(
      normal + Vector(0.022 * pores, 0.022 * Noise.smooth(x * 8 + 50, y * 8, 78), 0))
    var shine = oil * (1 + 0.5 * pores)
    if let beard {
      let cover = beard.cover(x, y, angle: f.u)
      if cover > 0 {
        albedo = mix(albedo, beard.tone(x, y), cover)
        shine *= 1 - 0.8 * cover
      }
    }
    let light = lighting.skin(normal, lit: f.lit) * (1 - near)
    var label = isNose(x, y) ? Label.nose : Label.skin
    var color = albedo * light
    if lips.reaches(x, y), f.normal.z > -0.2, let lip = lips.layer(x, y, lit: f.lit) {
      color = mix(color, lip.color * light, lip.alpha)
      shine = mix(shine, lip.shine, lip.alpha)
      if lip.alpha >= 0.5 { label = lip.label }
    }
    let (broad, narrow) = lighting.shine(normal, lit: f.lit)
    color = color + lighting.key * (shine * (0.3 * broad + 0.75 * narrow))
    color = color * nostrils(x, y)
    if brows.reaches(x, y) {
      let (painted, depth) = brows.paint(over: color, x, y, light: light)
      color = painted
      if depth >= 0 { label = x < 0 ? Label.rightBrow : Label.leftBrow }
    }
    if eyes.reaches(x, y) {
      let (painted, depth) = eyes.paint(over: color, x, y, light: light)
      color = painted
      if depth >= 0 { label = x < 0 ? Label.rightEye : Label.leftEye }
    }
    return Paint(color: color, alpha: 1, label: label)
  }

  @inline(__always) private func isNose(_ x: Float, _ y: Float) -> Bool {
    y > 0.1 && y < 6.2 && abs(x) < noseEdge(y)
  }

  @inline(__always) private func nostrils(_ x: Float, _ y: Float) -> Float {
    guard y > 3.5, y < 6.2 else { return 1 }
    let size = face.noseBase / 5.15
    let hole = hill(abs(x) - 0.46 * face.noseHalfWidth, y - 5.0 * size, 0.58, 0.34)
    let wing = hill(abs(x) - 1.08 * face.noseHalfWidth, y - 4.75 * size, 0.22, 0.6)
    let base = hill(x, y - 5.45 * size, 1.3, 0.3)
    return 1 - min(0.88, 1.5 * hole + 0.3 * wing + 0.22 * base)
  }
}
