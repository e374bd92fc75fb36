/// Eyes, lids and lashes on the face's front view.
struct EyePainter: Sendable {
  private let face: FaceForm
  private let iris, ring: Vector
  private let gazeX, gazeY: Float
  private let catchlight: Vector
  private let makeup, fold: Float
  private let shadowColor: Vector
  private let scale: Float
  private let seed: UInt32
  private let lash: Float

  init(_ scene: Scene, _ face: FaceForm, _ lighting: Lighting, scale: Float) {
    self.face = face
    self.scale = scale
    let (inner, outer): (Vector, Vector) =
      switch scene.identity.eyes.color {
      case .brown: (Vector(0.5, 0.3, 0.15), Vector(0.28, 0.15, 0.07))
      case .darkBrown: (Vector(0.27, 0.15, 0.09), Vector(0.14, 0.075, 0.05))
      case .hazel: (Vector(0.56, 0.4, 0.18), Vector(0.35, 0.34, 0.2))
      case .green: (Vector(0.55, 0.55, 0.3), Vector(0.3, 0.43, 0.3))
      case .blue: (Vector(0.55, 0.68, 0.78), Vector(0.28, 0.45, 0.65))
      case .gray: (Vector(0.6, 0.64, 0.66), Vector(0.38, 0.44, 0.48))
      }
    iris = inner * inner
    ring = outer * outer
    let view = scene.view
    // The eyes turn back toward the camera when the head turns away.
    gazeX = 1.15 * Exact.sine(Exact.radians(view.gaze.x - 0.85 * view.yaw))
    gazeY = 1.15 * Exact.sine(Exact.radians(view.gaze.y + 0.85 * view.pitch)) - 0.06
    catchlight = lighting.direction
    makeup = scene.look.makeup
    fold = scene.identity.eyes.fold
    let lip = scene.look.lipColor
    shadowColor = mix(Vector(0.1, 0.06, 0.06), lip * lip * 0.5, 0.35)
    seed = scene.identity.skin.seed
    lash = 0.05 + 0.075 * makeup + (scene.identity.isWoman ? 0.025 : 0)
  }

  /// Whether a place is near an eye.
  @inline(__always) func reaches(_ x: Float, _ y: Float) -> Bool {
    abs(abs(x) - face.eyeX) < 2.7 && y > -2 && y < 1.4
  }

  /// Paints an eye over the skin.
  ///
  /// - Returns: the color, and how far the place lies inside the eye's opening (pixels).
  func paint(over skin: Vector, _ x: Float, _ y: Float, light: Vector) -> (Vector, Float) {
    let side: Float = x < 0 ? -1 : 1
    let u = x * side - face.eyeX
    let v = y + face.eyeSlope * u
    let t = u / face.eyeHalfWidth
    let arc = max(0, 1 - t * t)
    let upper = -face.upperLid * arc * (1 - 0.16 * t)
    let lower = face.lowerLid * arc * (1 + 0.2 * t)
    let beyond = (abs(t) - 1) * face.eyeHalfWidth
    let distance = max(max(upper - v, v - lower) * 0.9, beyond)
    let inside = unit(0.5 - distance * scale)
    var color = skin
    color = lids(over: color, u, v, t, upper, lower, light)
    if inside > 0 {
      color = mix(color, ball(x, u, v, t, upper, lower, light), inside)
    }
    // Lashes: a line on the upper lid that thickens outwards, fainter below.
    let reach = lash * (0.65 + 0.5 * (t + 1)) + 0.02
    let flick = beyond > 0 && t > 0 ? max(0, 0.32 * makeup + 0.1 - beyond) * 0.25 : reach
    let above = abs(v - upper + 0.35 * reach + (beyond > 0 ? beyond * 0.4 : 0))
    let isLined: Float = beyond > 0 ? smooth(0, 0.03, flick) : 1
    let line = isLined * unit(0.5 + ((beyond > 0 ? flick : reach) - above) * scale)
    color = mix(
      color, Vector(0.012, 0.009, 0.008), line * (0.72 + 0.25 * makeup) * smooth(-1.02, -0.82, t))
    let below = unit(0.5 + (0.03 + 0.03 * makeup - abs(v - lower - 0.02)) * scale)
    if beyond < 0 { color = color * (1 - (0.22 + 0.4 * makeup) * below) }
    return (color, (-distance) * scale)
  }

  private func lids(
    over skin: Vector, _ u: Float, _ v: Float, _ t: Float, _ upper: Float, _ lower: Float,
    _ light: Vector
  ) -> Vector {
    var color = skin
    let wide = 1 - squared(t / 1.25)
    guard wide > 0 else { return color }
    let crease = -(face.upperLid * (1 - 0.16 * t) + 0.36) * wide - 0.06
    if makeup > 0.05 {
      let veil =
        smooth(crease - 0.7, crease, v) * smooth(upper + 0.1, upper - 0.06, v)
        * smooth(1.3, 0.9, abs(t))
      color = mix(color, shadowColor * light, 0.42 * makeup * veil)
    }
    if fold > 0 {
      let line = hill(v - crease, 0, 0.14, 1)
      color = color * (1 - 0.4 * fold * line * smooth(1.15, 0.75, abs(t)))
    }
    // The lid's edge catches light below, and the corner by the nose is pink.
    let rim = hill(v - lower - 0.07, 0, 0.1, 1) * wide
    return mix(color, color * Vector(1.08, 1, 0.98) + 0.015, rim)
  }

  private func ball(
    _ x: Float, _ u: Float, _ v: Float, _ t: Float, _ upper: Float, _ lower: Float, _ light: Vector
  ) -> Vector {
    let center = (x < 0 ? -1 : 1) * face.eyeX + gazeX
    let (dx, dy) = (x - center, v - gazeY)
    let r = (dx * dx + dy * dy).squareRoot()
    let curve = 1 - 0.45 * t * t
    let shade = (0.42 + 0.58 * smooth(0, 0.5, v - upper)) * curve
    var color = mix(Vector(0.74, 0.69, 0.66), Vector(0.62, 0.4, 0.37), 0.6 * smooth(-0.72, -1, t))
    let radius: Float = 0.58
    let within = unit(0.5 + (radius - r) * scale)
    if within > 0 {
      let (cx, cy) = r > 1e-4 ? (dx / r, dy / r) : (1, 0)
      let fibers = Noise.smooth(cx * 7 + 20, cy * 7 + r * 2, seed &+ 70)
      var disc = mix(iris, ring, smooth(0.22, 0.52, r)) * (1 + 0.35 * fibers)
      // Light falls in from the key's side and glows on the other.
      disc = disc * (1 + 0.5 * unit(-(dx * catchlight.x + dy * catchlight.y) / radius))
      disc = disc * (1 - 0.72 * smooth(0.44, radius, r))
      let pupil = unit(0.5 + (0.25 - r) * scale)
      disc = mix(disc, Vector(0.006, 0.005, 0.005), pupil)
      color = mix(color, disc, within)
    }
    color = color * light * shade
    let (hx, hy) = (dx - 0.3 * catchlight.x, dy - 0.3 * catchlight.y)
    let spark = unit(0.5 + (0.125 - (hx * hx + hy * hy).squareRoot()) * scale)
    let second = hill(dx + 0.22 * catchlight.x, dy + 0.25 * catchlight.y, 0.16, 0.16)
    let wet = hill(u + 0.88 * face.eyeHalfWidth, v - 0.12, 0.1, 0.08)
    return color
      + Vector(repeating: 0.85 * spark * smooth(0, 0.2, v - upper) + 0.1 * second + 0.3 * wet)
  }
}
