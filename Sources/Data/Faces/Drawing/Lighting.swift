/// The light of a scene, ready to be asked for every pixel.
struct Lighting: Sendable {
  let direction: Vector
  /// Half way between the key light and the viewer.
  let halfway: Vector
  let key, sky, ground: Vector
  let rim: Float

  init(_ view: View) {
    let light = view.light
    direction = light.direction
    halfway = normalized(direction + Vector(0, 0, 1))
    let warm = 0.12 * light.warmth
    key = light.key * Vector(1 + warm, 1, 1 - 1.2 * warm)
    sky = light.fill * Vector(1 - 0.3 * warm, 1, 1 + 0.5 * warm)
    ground = 0.66 * light.fill * Vector(1.06, 1, 0.94)
    rim = light.rim
  }

  /// Light from everywhere on a surface: more from above.
  @inline(__always) func ambient(_ normal: Vector) -> Vector {
    let up = 0.5 - 0.5 * normal.y
    // Less where the surface faces aside, as walls and hair stand near.
    return mix(ground, sky, up) * (0.62 + 0.38 * normal.z)
  }

  /// Light on a matt surface.
  @inline(__always) func matt(_ normal: Vector, lit: Float) -> Vector {
    key * (max(0, dot(normal, direction)) * lit) + ambient(normal)
  }

  /// Light on skin, where red comes back from around the edge of shadows.
  @inline(__always) func skin(_ normal: Vector, lit: Float) -> Vector {
    let facing = dot(normal, direction)
    let spread = Vector(
      max(0, (facing + 0.3) / 1.3), max(0, (facing + 0.14) / 1.14), max(0, (facing + 0.1) / 1.1))
    let edge = 4 * lit * (1 - lit)
    let arriving = Vector(unit(lit + 0.1 * edge), lit, lit)
    return key * spread * arriving + ambient(normal)
  }

  /// A shine on a surface: the half angle's cosine to the 8th and 32nd power.
  @inline(__always) func shine(_ normal: Vector, lit: Float) -> (broad: Float, narrow: Float) {
    let h = max(0, dot(normal, halfway))
    let h2 = h * h
    let h4 = h2 * h2
    let h8 = h4 * h4
    let h16 = h8 * h8
    return (h8 * lit, h16 * h16 * lit)
  }

  /// A hair's highlight, by the angle between the hair's direction and the half way (Kajiya-Kay).
  @inline(__always) func hairShine(_ tangent: Vector, lit: Float) -> (broad: Float, narrow: Float) {
    let along = dot(tangent, halfway)
    let h2 = max(0, 1 - along * along)
    let h4 = h2 * h2
    let h8 = h4 * h4
    let h16 = h8 * h8
    return (h8 * lit, h16 * h16 * lit)
  }
}
