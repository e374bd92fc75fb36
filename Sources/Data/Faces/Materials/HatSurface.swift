/// A hat's cloth.
struct HatSurface: Surface {
  let lighting: Lighting
  let look: Look
  let isBrim: Bool

  func paint(_ f: Fragment) -> Paint {
    // A brim is seen from below as well.
    let normal = f.normal.z < 0 ? -f.normal : f.normal
    let base = look.hatColor * look.hatColor
    var tone = base
    var dark: Float = 1
    let seed = look.seed &+ 300
    switch look.hat {
    case .beanie:
      let rib = Exact.sine(f.u * 60)
      dark = 1 + 0.16 * rib + 0.12 * Noise.smooth(f.u * 60, f.w * 5, seed)
      dark *= 1 - 0.35 * hill(f.v - 0.7, 0, 0.035, 1)
    case .cap:
      dark = 1 + 0.05 * Noise.smooth(f.u * 50, f.w * 7, seed)
      if isBrim {
        dark *= 0.85
      } else {
        let seam = f.u / 1.0472
        let off = abs(seam - Float(floorInteger(seam)) - 0.5)
        dark *= 1 - 0.3 * hill(off - 0.5, 0, 0.03, 1)
      }
    case .brimmed:
      dark = 1 + 0.06 * Noise.fractal(f.u * 14, f.w * 2 + f.v * 8, octaves: 2, seed)
      if !isBrim && f.v > 0.78 { tone = base * 0.25 + Vector(0.01, 0.008, 0.008) }
    case .none: break
    }
    if isBrim && f.normal.z < 0 { dark *= 0.6 }
    return Paint(
      color: tone * lighting.matt(normal, lit: f.lit) * dark, alpha: 1, label: Label.hat)
  }
}
