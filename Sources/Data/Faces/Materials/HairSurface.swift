/// Hair: strands with highlights that run across them, thinning out at its edge.
struct HairSurface: Surface {
  private let hair: HairForm
  private let lighting: Lighting
  private let tone: HairTone
  private let right, down, back: Vector
  private let curl: Float
  private let isCropped, hasBangs: Bool
  private let roots: Vector
  private let seed: UInt32
  private let isInside: Bool

  /// Prepares hair's colors; `isInside` paints the far side, which lies in the shade.
  init(
    _ scene: Scene, _ hair: HairForm, _ lighting: Lighting, pose: Pose,
    isInside: Bool = false
  ) {
    self.hair = hair
    self.lighting = lighting
    self.isInside = isInside
    let look = scene.look
    tone = HairTone(look.hairColor, seed: look.seed)
    let natural = HairTone(scene.identity.naturalHair, seed: look.seed)
    roots =
      look.hairColor == .blond && scene.identity.naturalHair != .blond ? natural.light : tone.light
    right = pose.rotation(Vector(1, 0, 0))
    down = pose.rotation(Vector(0, 1, 0))
    back = pose.rotation(Vector(0, 0.35, -1))
    curl =
      look.hairStyle == .curly
      ? 1 : (look.hairStyle == .wavy ? 0.35 : 0.08 + 0.15 * scene.identity.curl)
    hasBangs = look.hasBangs
    isCropped = look.hairStyle == .buzz
    seed = look.seed &+ 200
  }

  /// How strands lie at a place: across and along them in centimeters, and their way in space.
  private func strands(_ angle: Float, _ y: Float) -> (across: Float, along: Float, way: Vector) {
    let aside = smooth(0.45, 1.15, abs(angle))
    if hair.isCombedBack {
      // Over the head in front, backwards at the sides.
      let across = mix(angle * 7.2, y * 0.9 + abs(angle) * 1.5, aside)
      return (across, mix(y, angle * 6, aside), mix(down, back, aside))
    }
    guard let part = hair.part else { return (angle * 7.2, y, down) }
    // Away from the parting and down, then straight down.
    let from = angle - part
    let fall = max(aside, smooth(-4, -1, y))
    let across = mix(y * 0.8 - abs(from) * 4.3, angle * 7.2, fall)
    let outward = right * (from < 0 ? -0.8 : 0.8) + down * 0.6
    return (across, mix(y + abs(from) * 6, y, fall), mix(outward, down, fall))
  }

  func paint(_ f: Fragment) -> Paint {
    let (angle, y) = (f.u, f.w)
    let (place, along, way) = strands(angle, y)
    var across = place
    across +=
      curl
      * (1.1 * Noise.smooth(angle * 2.4, y * 0.42, seed)
        + 0.5 * Noise.smooth(angle * 5, y * 0.9, seed &+ 1))
    // Strands, bundles of them, and locks.
    let strand = Noise.smooth(across * 8, along * 0.4, seed &+ 2)
    let bundle = Noise.smooth(across * 3.1, along * 0.3 + 4, seed &+ 3)
    let lock = Noise.smooth(across * 1.1, along * (0.14 + 0.5 * curl), seed &+ 4)
    let inside = hair.inside(angle, y)
    let alpha = self.alpha(inside, angle, strand, bundle)
    guard alpha > 0.01 else {
      return Paint(color: Vector(0, 0, 0), alpha: 0, label: Label.hair)
    }
    let depth = unit(0.5 + 0.22 * strand + 0.26 * bundle + 0.3 * lock)
    var color = mix(tone.dark, mix(tone.light, roots, smooth(-7, -10.5, y)), depth * 0.8)
    if let part = hair.part, y < hair.edge(part) {
      color = color * (1 - 0.55 * hill(angle - part, 0, 0.05, 1))
    }
    let isFar = isInside || f.normal.z < 0
    let normal = f.normal.z < 0 ? -f.normal : f.normal
    let tilted = normalized(normal + Vector(0.28 * bundle + 0.3 * lock, 0, 0))
    let wobble = Vector(0.16 * bundle + curl * 0.4 * lock, 0.1 * strand, 0.1 * bundle)
    let tangent = normalized(way - tilted * dot(way, tilted) + wobble)
    // Darker where locks part, and on the far side.
    let occlusion = (0.55 + 0.45 * smooth(-0.9, 0.5, lock + 0.4 * bundle)) * (isFar ? 0.4 : 1)
    let facing = max(0, 0.25 + 0.75 * dot(tilted, lighting.direction))
    let light = (lighting.key * (facing * f.lit) + lighting.ambient(tilted)) * occlusion
    let (broad, narrow) = lighting.hairShine(tangent, lit: f.lit)
    let glow = facing * occlusion * (0.6 + 0.6 * depth)
    var lit = color * light
    lit = lit + lighting.key * tone.light * (glow * (0.5 * broad + 0.35 * narrow))
    lit = lit + lighting.key * (glow * 0.045 * narrow)
    let edge = isFar ? 0 : squared(smooth(0.6, 0.1, f.normal.z))
    lit = lit + (tone.light + Vector(repeating: 0.03)) * (0.4 * lighting.rim * edge)
    return Paint(color: lit, alpha: alpha, label: Label.hair)
  }

  /// How dense hair is by the distance from its end: soft at the forehead, ragged where it hangs.
  private func alpha(_ inside: Float, _ angle: Float, _ strand: Float, _ bundle: Float) -> Float {
    if isCropped {
      let ragged = inside + 0.1 * strand + 0.14 * bundle - 0.15
      return max(0.9 * unit(ragged / 0.9 + 0.5), inside > 1.2 ? 0.93 : 0)
    }
    let isHairline = !hasBangs && abs(angle) < 1.12
    let ragged = inside + (isHairline ? 0.06 : 0.1) * strand + (isHairline ? 0.08 : 0.15) * bundle
    return inside > 1.2 ? 1 : unit((ragged - 0.05) / (isHairline ? 0.6 : 0.22) + 0.5)
  }
}
