/// Neck, chest, clothes and necklace.
struct BodySurface: Surface {
  private let lighting: Lighting
  private let skin: SkinPainter
  private let look: Look
  private let scale: Float
  private let cloth, shirt, metal: Vector
  private let aging: Float

  init(_ scene: Scene, _ face: FaceForm, _ lighting: Lighting, scale: Float) {
    self.lighting = lighting
    self.scale = scale
    skin = SkinPainter(scene, face, SkinTone(scene), isFace: false)
    look = scene.look
    cloth = look.clothColor * look.clothColor
    let bright = Noise.lattice(3, 1, look.seed)
    shirt =
      look.neckline == .suit
      ? mix(Vector(0.85, 0.86, 0.9), Vector(0.45, 0.6, 0.8), bright > 0.7 ? 1 : 0) : cloth
    metal = look.metal == .gold ? Vector(0.78, 0.55, 0.2) : Vector(0.68, 0.69, 0.72)
    aging = face.aging
  }

  /// How far a place lies inside the clothes, in centimeters.
  private func inCloth(_ x: Float, _ y: Float, _ side: Float) -> Float {
    let drape = look.drape
    let uneven = 0.08 * Noise.smooth(x * 0.9, y * 0.9, look.seed &+ 31)
    switch look.neckline {
    case .round: return (y - (13.6 + 0.8 * drape) + 0.05 * squared(side) + uneven) * 0.8
    case .deep: return (y - 17.5 + 1.02 * side + 0.8 * drape) * 0.7 + uneven
    case .collar, .suit:
      // The collar stands up to the neck's side and opens in front.
      return min((y - 10.2 - 0.5 * drape + 0.04 * side), (y - 15.4 + 1.25 * side) * 0.65) + uneven
    case .bare: return y - 19
    }
  }

  func paint(_ f: Fragment) -> Paint {
    let (x, y) = (f.v, f.w)
    let side = abs(x)
    let inside = inCloth(x, y, side)
    let share = unit(0.5 + inside * scale)
    let isCloth = share >= 0.5
    // Under the jaw little light arrives from anywhere.
    let cave = 1 - 0.42 * smooth(13.5, 8.5, y) * smooth(6.5, 3, side)
    var color = Vector(0, 0, 0)
    if share < 1 { color = bare(f, x, y) * cave * (1 - 0.25 * smooth(-0.7, 0, inside)) }
    if share > 0 { color = mix(color, dressed(f, x, y, side, inside) * cave, share) }
    var label = isCloth ? Label.cloth : Label.neck
    if look.hasNecklace, !isCloth {
      let (painted, depth) = necklace(over: color, f, x, y, side)
      color = painted
      if depth >= 0 { label = Label.necklace }
    }
    return Paint(color: color, alpha: 1, label: label)
  }

  private func bare(_ f: Fragment, _ x: Float, _ y: Float) -> Vector {
    let tone = skin.color(x * 0.6 + 20, y + 12)
    let wander = y + 0.2 * Noise.smooth(x * 0.5, 2, look.seed)
    let crease = hill(abs(wander - 10.6), 0, 0.14, 1) + hill(abs(wander - 12.2), 0, 0.14, 1)
    let (broad, _) = lighting.shine(f.normal, lit: f.lit)
    return tone * lighting.skin(f.normal, lit: f.lit) * (1 - (0.06 + 0.24 * aging) * crease)
      + lighting.key * (0.03 * broad)
  }

  private func dressed(_ f: Fragment, _ x: Float, _ y: Float, _ side: Float, _ inside: Float)
    -> Vector
  {
    let seed = look.seed
    let folds = Noise.fractal(x * 0.32 + 0.2 * y, y * 0.22, octaves: 3, seed &+ 33)
    let slope = Noise.smooth(x * 0.5 + 0.3 * y, y * 0.3, seed &+ 34)
    let normal = normalized(f.normal + Vector(0.22 * slope, 0.12 * folds, 0))
    let weave = 1 + 0.07 * Noise.smooth(x * 9, y * 9, seed &+ 35)
    var tone = cloth
    if look.neckline == .suit {
      // Lapels run from the collar to the middle; the shirt shows between them, with a tie.
      let lapel = side - (15.6 - y) * 0.62 - 0.9
      tone = lapel > 0 ? cloth : shirt
      if lapel > 0, lapel < 0.22 { tone = tone * 0.55 }
      if lapel < 0, side < 0.75 + 0.12 * (y - 12.5), y > 12.2 {
        tone = look.hatColor * look.hatColor
      }
    }
    // A seam along the edge.
    let seam = 1 - 0.4 * hill(inside - 0.42, 0, 0.12, 1) - 0.25 * hill(inside, 0, 0.15, 1)
    return tone * lighting.matt(normal, lit: f.lit) * (weave * seam * (1 + 0.12 * folds))
  }

  private func necklace(
    over color: Vector, _ f: Fragment, _ x: Float, _ y: Float, _ side: Float
  ) -> (Vector, Float) {
    let low = mix(11.9, 13.2, look.drape)
    let line = low - 0.075 * squared(side)
    let thick: Float = 0.1 + 0.14 * Noise.lattice(5, 5, look.seed)
    let bead = x / (thick * 2.2)
    let off = abs(bead - Float(floorInteger(bead)) - 0.5) * 2
    let width = thick * (0.8 + 0.35 * (1 - off * off))
    var distance = abs(y - line) - width
    // A pendant.
    let (px, py) = (x / 0.42, (y - low - 0.55) / 0.55)
    distance = min(distance, ((px * px + py * py).squareRoot() - 1) * 0.45)
    let alpha = unit(0.5 - distance * scale)
    guard alpha > 0 else { return (color * (1 - 0.25 * smooth(0.3, 0, distance)), -1) }
    let gloss = 0.35 + 1.1 * hill(off, (y - line + 0.3 * width) / width, 1, 1)
    let painted = metal * (lighting.matt(f.normal, lit: f.lit) * gloss)
    return (mix(color, painted, alpha), -distance * scale)
  }
}

/// An ear: skin, redder than the face, and dark in its hollow.
struct EarSurface: Surface {
  let skin: SkinTone
  let lighting: Lighting
  let label: UInt8

  func paint(_ f: Fragment) -> Paint {
    let (r, x, y) = (f.u, f.v, f.w)
    let hollow = hill(x + 0.1, y - 0.02, 0.5, 0.42)
    let groove = hill(r - 0.66, 0, 0.16, 1) * smooth(0.45, -0.2, y)
    let dark = 1 - 0.5 * hollow - 0.28 * groove
    let tone = mix(skin.base, skin.flushed, 0.75)
    let (broad, narrow) = lighting.shine(f.normal, lit: f.lit)
    return Paint(
      color: tone * lighting.skin(f.normal, lit: f.lit) * dark
        + lighting.key * (0.05 * broad + 0.08 * narrow),
      alpha: 1, label: label)
  }
}
