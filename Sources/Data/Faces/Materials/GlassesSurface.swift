/// Glasses: a bent sheet before the eyes, of which frames and lenses are what shows.
struct GlassesSurface: Surface {
  private let lighting: Lighting
  private let kind: Glasses
  private let frame: Vector
  private let half: SIMD2<Float>
  private let corner, thick: Float
  private let center: Float
  private let scale: Float

  init(_ scene: Scene, _ lighting: Lighting, scale: Float) {
    self.lighting = lighting
    self.scale = scale
    let look = scene.look
    kind = look.glasses
    func draw(_ number: Int32) -> Float { Noise.lattice(number, 9, look.seed) }
    let isBig = kind == .sun
    half = SIMD2(
      mix(2.35, 2.75, draw(1)) + (isBig ? 0.25 : 0), mix(1.35, 1.95, draw(2)) + (isBig ? 0.25 : 0))
    corner = min(half.x, half.y) * mix(0.45, 1, draw(3))
    thick = kind == .thin ? 0.1 : mix(0.2, 0.34, draw(4))
    center = half.x + 0.8
    let dark = Vector(0.012, 0.011, 0.012)
    let metal = look.metal == .gold ? Vector(0.42, 0.3, 0.12) : Vector(0.35, 0.35, 0.37)
    let horn = mix(dark, Vector(0.16, 0.06, 0.025), draw(5) > 0.6 ? 1 : 0)
    frame = kind == .thin ? metal : horn
  }

  /// The sheet; the texture holds the place on it.
  static func sheet(pose: Pose) -> Mesh {
    Mesh(columns: 45, rows: 17, pose: pose) { column, row in
      let x = -7.3 + 14.6 * Float(column) / 44
      let y = -2.7 + 5.6 * Float(row) / 16
      return (Vector(x, y, 10.45 - 0.034 * x * x - 0.12 * y), Vector(0, x, y))
    }
  }

  /// The arm on one side, from the sheet back over the ear.
  static func arm(side: Float, head: HeadForm, pose: Pose) -> Mesh {
    let width = head.section(-0.5).halfWidth + 0.35
    return Mesh(columns: 12, rows: 2, pose: pose) { column, row in
      let t = Float(column) / 11
      let place = side > 0 ? t : 1 - t
      let x = side * mix(7.1, max(7.2, width), unit(place * 2.5))
      let z = mix(8.75, -0.5, place)
      return (Vector(x, -0.95 + 0.34 * Float(row) + 0.2 * place, z), Vector(0, 100, 0))
    }
  }

  /// Distance from a lens's edge in centimeters, negative inside.
  private func lens(_ x: Float, _ y: Float) -> Float {
    let (px, py) = (abs(abs(x) - center) - half.x + corner, abs(y - 0.2) - half.y + corner)
    let outside = (squared(max(px, 0)) + squared(max(py, 0))).squareRoot()
    return outside + min(max(px, py), 0) - corner
  }

  func paint(_ f: Fragment) -> Paint {
    let (x, y) = (f.v, f.w)
    let normal = f.normal.z < 0 ? -f.normal : f.normal
    let (broad, narrow) = lighting.shine(normal, lit: 1)
    let solid =
      frame * lighting.matt(normal, lit: 1) + lighting.key * (0.05 * broad + 0.12 * narrow)
    if x > 50 { return Paint(color: solid, alpha: 1, label: Label.glasses) }
    let edge = lens(x, y)
    var distance = abs(edge) - thick
    let bridge = max(abs(y + 0.35 + 0.3 * (1 - squared(x / 0.9))) - 1.1 * thick, abs(x) - 0.9)
    let hinge = max(abs(y + 0.75) - 1.2 * thick, max(abs(x) - 7.2, center + half.x - 0.3 - abs(x)))
    distance = min(distance, min(bridge, hinge))
    let isFrame = unit(0.5 - distance * scale)
    let isLens = unit(0.5 - edge * scale)
    let glass = lensPaint(x, y)
    let alpha = isFrame + (1 - isFrame) * isLens * glass.alpha
    let color = alpha > 0 ? mix(glass.color, solid, isFrame / max(alpha, isFrame)) : solid
    return Paint(
      color: color, alpha: alpha, label: Label.glasses, presence: max(isFrame, isLens))
  }

  private func lensPaint(_ x: Float, _ y: Float) -> (color: Vector, alpha: Float) {
    let streak = smooth(0.35, 0, abs(abs(x) - center + 0.55 * y - 0.5 * lighting.direction.x))
    let pale = lighting.key * 0.9
    if kind == .sun {
      let tint = mix(Vector(0.018, 0.017, 0.02), Vector(0.09, 0.06, 0.04), smooth(-1.5, 2, y))
      return (tint + pale * (0.1 * streak), 0.93)
    }
    return (pale * (0.35 + 0.5 * streak), 0.05 + 0.13 * streak)
  }
}
