/// Beard, mustache and stubble: how much of the skin they hide.
struct BeardPainter: Sendable {
  private let beard: Beard
  private let face: FaceForm
  private let color: Vector
  private let seed: UInt32

  /// Nil where no beard grows.
  init?(_ scene: Scene, _ face: FaceForm) {
    guard scene.look.beard != .none else { return nil }
    beard = scene.look.beard
    self.face = face
    let look = scene.look
    let grown: HairColor = look.hairColor == .gray ? .gray : scene.identity.naturalHair
    let tone = HairTone(grown, seed: scene.identity.skin.seed)
    color = mix(tone.dark, tone.light, grown == .gray ? 0.35 : 0.12)
    seed = scene.identity.skin.seed &+ 130
  }

  /// How much of the skin hair covers at a place of the front view, 0…1; `angle` about the head.
  func cover(_ x: Float, _ y: Float, angle: Float) -> Float {
    guard y > 0.5 else { return 0 }
    let side = abs(x)
    let corner = face.mouthHalfWidth + 0.55
    // Alone it ends at the lips' corners; with a beard it joins it.
    let hang: Float = beard == .mustache ? 0.5 : 1.5
    let mustache =
      smooth(face.noseBase + 0.15, face.noseBase + 0.7, y + 0.05 * side)
      * smooth(face.mouthY + hang, face.mouthY + hang - 0.9, y)
      * smooth(corner + 0.35, corner - 0.35, side)
    let below = face.mouthY + 0.78 * face.gap + face.lowerLip
    let chin =
      max(
        smooth(below + 0.1, below + 0.6, y) * smooth(2.6, 1.9, side - 0.12 * (y - below)),
        smooth(face.mouthY - 0.5, face.mouthY + 0.4, y) * smooth(corner + 0.55, corner + 0.1, side)
          * smooth(corner - 0.75, corner - 0.3, side))
    // From the sideburns down the jaw; bare above a line from ear to mouth.
    let line = mix(face.mouthY - 0.6, 1.5, smooth(2.4, 6.6, side))
    let jaw = smooth(line - 0.4, line + 0.5, y) * smooth(1.62, 1.42, abs(angle))
    let fan = x * (1 + 0.05 * y)
    let hairs =
      0.6 * Noise.smooth(fan * 5 + 0.4 * y, y * 1.5, seed)
      + 0.4 * Noise.smooth(fan * 12 + y, y * 3.1, seed &+ 4)
    let fine = Noise.smooth(x * 14, y * 11, seed &+ 1)
    switch beard {
    case .none: return 0
    case .stubble: return max(mustache, chin, jaw * smooth(2, 5, y)) * (0.33 + 0.14 * fine)
    case .mustache: return mustache * unit(0.78 + 0.3 * hairs)
    case .goatee: return max(mustache, chin) * unit(0.78 + 0.3 * hairs)
    case .full: return max(mustache, chin, jaw) * unit(0.88 + 0.2 * hairs)
    }
  }

  /// The beard's color at a place, unlit.
  func tone(_ x: Float, _ y: Float) -> Vector {
    let fan = x * (1 + 0.05 * y)
    let strand =
      Noise.smooth(fan * 6 + 0.4 * y, y * 1.3, seed &+ 2)
      + 0.6 * Noise.smooth(fan * 13 + y, y * 2.9, seed &+ 3)
    return color * (0.85 + 0.2 * strand)
  }
}
