/// A hat: its crown about the head, and what stands off it.
enum HatMesh {
  private static let angles: [Float] = stride(from: Float(-180), through: 180, by: 5).map(
    Exact.radians)

  /// Where a hat ends on the forehead.
  static func edge(_ look: Look) -> Float {
    let drape = 0.8 * look.drape
    return switch look.hat {
    case .none: -40
    case .beanie: -4.4 + drape
    case .cap: -5.3 + drape
    case .brimmed: -5.4 + drape
    }
  }

  /// Lower at the back than in front.
  private static func edge(_ look: Look, _ cosine: Float) -> Float {
    edge(look) + 1.3 * (1 - cosine) * 0.5
  }

  /// Builds the crown; the texture holds angle, the way from the top (0) to the edge (1), and height.
  static func crown(_ scene: Scene, _ head: HeadForm, pose: Pose) -> Mesh {
    let look = scene.look
    let loose: Float = look.hat == .beanie ? 1.45 : 1.25
    let tall: Float = look.hat == .brimmed ? 2 : (look.hat == .beanie ? 2.2 : 1)
    let top = head.top - tall
    return Mesh(columns: angles.count, rows: 26, pose: pose) { column, row in
      let (sine, cosine) = (Exact.sine(angles[column]), Exact.cosine(angles[column]))
      let t = Float(row) / 25
      let rim = edge(look, cosine)
      let y = mix(top, rim, squared(t) * 0.75 + 0.25 * t)
      let share = (y - top) / (rim - top)
      let skull = mix(head.top + 0.01, rim, share)
      var section = head.section(skull)
      var swell = loose * smooth(0, 0.2, share)
      if look.hat == .beanie {
        swell += 0.14 * smooth(0.68, 0.76, share)
        swell += 0.05 * Exact.sine(angles[column] * 60)
      }
      if look.hat == .brimmed { swell += 0.9 * smooth(0, 0.1, share) * smooth(0.7, 0.2, share) }
      section.halfWidth += swell
      section.front += swell + 0.2
      section.back += swell
      let (x, z) = section.point(sine: sine, cosine: cosine)
      return (Vector(x, y, z), Vector(angles[column], share, y))
    }
  }

  /// Builds a cap's visor or a brim; nil for a beanie.
  ///
  /// The texture holds angle and way outwards.
  static func brim(_ scene: Scene, _ head: HeadForm, pose: Pose) -> Mesh? {
    let look = scene.look
    guard look.hat == .cap || look.hat == .brimmed else { return nil }
    let isVisor = look.hat == .cap
    let places = isVisor ? angles.filter { abs($0) < 1.15 } : angles
    let wide: Float = isVisor ? 5.2 : mix(4.2, 8, Noise.lattice(7, 7, look.seed))
    return Mesh(columns: places.count, rows: 9, pose: pose) { column, row in
      let (sine, cosine) = (Exact.sine(places[column]), Exact.cosine(places[column]))
      let r = Float(row) / 8
      let rim = edge(look, cosine)
      var section = head.section(rim)
      section.halfWidth += 1
      section.front += 1.1
      section.back += 1
      let (x, z) = section.point(sine: sine, cosine: cosine)
      if isVisor {
        let out = wide * r * smooth(0.36, 0.8, cosine)
        return (
          Vector(x * (1 - 0.06 * r), rim + 0.25 * out + 0.028 * x * x * r, z + out),
          Vector(places[column], r, rim)
        )
      }
      let out = wide * r
      return (
        Vector(
          x + out * sine, rim + (cosine > 0 ? 0.2 + 0.32 * cosine : 0.2) * out,
          z + out * cosine * 0.9),
        Vector(places[column], r, rim)
      )
    }
  }
}
