/// Bare skin: its color at a place of the face, with flush, marks, make-up and the lines of age.
struct SkinPainter: Sendable {
  private let tone: SkinTone
  private let skin: Identity.Skin
  private let face: FaceForm
  private let makeup: Float
  private let blush: Vector
  private let flush: Float

  /// Prepares a person's skin; only the face wears make-up.
  init(_ scene: Scene, _ face: FaceForm, _ tone: SkinTone, isFace: Bool = true) {
    self.tone = tone
    self.face = face
    skin = scene.identity.skin
    makeup = isFace ? scene.look.makeup : 0
    let lip = scene.look.lipColor
    blush = tone.base * mix(Vector(1.02, 0.66, 0.68), lip, 0.15)
    flush = 0.35 + 0.65 * skin.redness + 0.15 * scene.look.tan
  }

  /// The color of the skin at a place of the front view, unlit.
  func color(_ x: Float, _ y: Float) -> Vector {
    let side = abs(x)
    let seed = skin.seed
    let red =
      0.5 * hill(side - 4, y - 3.4, 3.9, 3.2) + 0.55 * hill(x, y - 4.3, 2.2, 1.8)
      + 0.25 * hill(x, y - face.chinY + 1.4, 2.2, 1.7)
    var color = mix(tone.base, tone.flushed, unit(flush * red))
    if makeup > 0.05 {
      let patch = hill(side - 4.9 - 0.3 * (2.8 - y), y - 3, 3.2, 2.2)
      color = mix(color, blush, 0.4 * makeup * patch)
    }
    // Blotches of two sizes; make-up evens them out.
    let even = 1 - 0.6 * makeup
    let blotch = Noise.fractal(x * 0.8 + 7, y * 0.8, octaves: 2, seed)
    let fine = Noise.smooth(x * 6, y * 6, seed &+ 3)
    color = color * (1 + even * (0.035 * blotch + (0.02 + 0.03 * face.aging) * fine))
    let tired = (0.1 + 0.2 * face.aging) * (1 - 0.5 * makeup)
    color =
      color
      * (Vector(1, 1, 1) - Vector(0.7, 1, 0.8)
        * (tired * hill(side - face.eyeX + 0.3, y - 1.25, 1.7, 0.75)))
    if skin.freckles > 0 { color = color * freckles(x, y, side) }
    for mole in skin.moles {
      let spot = hill(x - mole.x, y - mole.y, mole.z * 1.5, mole.z * 1.5)
      if spot > 0 { color = mix(color, tone.base * Vector(0.2, 0.13, 0.11), min(1, 1.6 * spot)) }
    }
    return face.aging > 0.02 ? color * lines(x, y, side) : color
  }

  private func freckles(_ x: Float, _ y: Float, _ side: Float) -> Vector {
    let spots = smooth(0.42, 0.75, Noise.smooth(x * 4.4, y * 4.4, skin.seed &+ 11))
    let place = hill(side - 2.6, y - 2.8, 5, 3.4)
    return Vector(1, 1, 1) - Vector(0.2, 0.36, 0.42) * (skin.freckles * spots * place)
  }

  /// Furrows on the forehead, between the brows and beside the eyes; spots.
  private func lines(_ x: Float, _ y: Float, _ side: Float) -> Vector {
    let seed = skin.seed
    var dark: Float = 0
    if y < -2.8 {
      let wander = 0.22 * Noise.smooth(x * 0.7, 4, seed &+ 21)
      let place = (y + wander) / 0.95
      let off = abs(place - Float(floorInteger(place)) - 0.5) * 0.95
      dark +=
        0.34 * hill(off, 0, 0.16, 1) * smooth(5.2, 2.5, side) * smooth(-2.9, -3.5, y)
        * smooth(-6.9, -5.6, y)
    }
    dark += 0.3 * hill(side - 0.55, y + 1.8, 0.14, 1.1)
    let crow = side - face.eyeX - face.eyeHalfWidth - 0.2
    if crow > 0, crow < 1.7, abs(y) < 2.2 {
      let ray = abs(y + 0.2) / (0.35 + crow * 0.75) * 2.4
      let off = abs(ray - Float(Int(ray)) - 0.5)
      dark += 0.3 * hill(off, 0, 0.22, 1) * smooth(0, 0.3, crow) * smooth(1.7, 0.6, crow)
    }
    let under = y - 1.5 - 0.14 * squared(side - face.eyeX)
    dark += 0.25 * hill(under, 0, 0.13, 1) * hill(side - face.eyeX, 0, 1.7, 1)
    let fold = side - face.noseHalfWidth - 0.35 - (y - 4.4) * 0.36
    dark += 0.34 * hill(fold, 0, 0.2, 1) * smooth(4, 5, y) * smooth(8.2, 7, y)
    let mouthCorner = side - face.mouthHalfWidth - 0.35 - 0.1 * (y - face.mouthY)
    dark += 0.28 * hill(mouthCorner, y - face.mouthY - 1, 0.2, 1.3)
    let spots = smooth(0.55, 0.8, Noise.smooth(x * 1.7, y * 1.7, seed &+ 23)) * 0.12
    return Vector(1, 1, 1) - Vector(0.8, 1, 1) * (face.aging * min(0.6, dark + spots))
  }
}
