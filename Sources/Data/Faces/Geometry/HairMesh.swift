/// Hair's surface: the head's, moved outwards, and hanging where hair is long.
enum HairMesh {
  /// Angles of the columns in radians: dense where hair frames the face.
  private static let angles: [Float] = {
    let half =
      Array(stride(from: Float(0), to: 51, by: 3)) + Array(stride(from: 51, to: 102, by: 1.5))
    let right = half + Array(stride(from: Float(102), through: 180, by: 3))
    return (right.dropFirst().reversed().map { -$0 } + right).map(Exact.radians)
  }()

  /// Builds the mesh; the texture holds angle, way along the strand and height.
  static func make(_ scene: Scene, _ head: HeadForm, _ hair: HairForm, pose: Pose) -> Mesh {
    let rows = heights(head, hair)
    let sines = angles.map { Exact.sine($0) }
    let cosines = angles.map { Exact.cosine($0) }
    let seed = scene.look.seed
    let isPressed = scene.look.hat != .none
    return Mesh(columns: angles.count, rows: rows.count, pose: pose) { column, row in
      let (angle, y) = (angles[column], rows[row])
      let inside = max(0, hair.edge(angle) - y)
      // Thin at the hairline, full behind it; flat at the parting and under a hat.
      var thick = hair.thickness * smooth(-0.6, 3.6, inside) + 0.12
      if let part = hair.part {
        thick *= 1 - 0.3 * smooth(0.16, 0, abs(angle - part)) * smooth(0, -5, y)
      }
      if hair.isTrimmed { thick *= mix(0.32, 1.15, smooth(-1.5, -8, y)) }
      if isPressed { thick = min(thick, mix(0.25, thick, smooth(-3, 2, y))) }
      let bump = Noise.fractal(angle * 3.2, y * 0.45, octaves: 3, seed)
      let lock = Noise.smooth(angle * 9, y * (hair.roughness > 0.6 ? 1.2 : 0.22), seed &+ 5)
      thick += hair.roughness * (0.55 * bump + 0.35 * lock) * smooth(0, 2, inside)
      return (
        point(angle, y, thick, sines[column], cosines[column], head, hair, seed),
        Vector(angle, y, y)
      )
    }
  }

  private static func point(
    _ angle: Float, _ y: Float, _ thick: Float, _ sine: Float, _ cosine: Float, _ head: HeadForm,
    _ hair: HairForm, _ seed: UInt32
  ) -> Vector {
    // Above the ears hair follows the skull, below it hangs from there.
    let rooted = min(y, hair.hangsFrom)
    let skullY =
      rooted < 0 ? max(rooted * head.top / (head.top - hair.rise), head.top + 0.02) : rooted
    var section = head.section(skullY)
    let hanging = max(0, y - hair.hangsFrom)
    let crown = smooth(head.top - hair.rise, head.top + 3, y)
    let outward = thick * mix(0.35, 1, crown)
    let flow =
      hair.spread * hanging + hair.wave
      * Exact.sine(y * 0.85 + 2.5 * Noise.smooth(angle * 2, 1, seed)) * smooth(0, 4, hanging)
    section.halfWidth += outward + flow - 0.9 * smooth(3, 9, hanging) * (1 - unit(hair.wave * 2))
    section.front += outward
    section.back += outward + 0.5 * flow - 1.2 * smooth(2, 8, hanging)
    section.middle -= 0.12 * min(hanging, 8)
    var (x, z) = section.point(sine: sine, cosine: cosine)
    // Long hair comes to lie before the shoulders.
    z += smooth(7, 12, y) * smooth(0, 0.3, cosine) * 3.2
    if cosine < 0 { z -= smooth(8, 14, y) * 1.5 }
    x += hair.wave * 0.35 * Noise.smooth(angle * 4, y * 0.25, seed &+ 9) * smooth(0, 3, hanging)
    return Vector(x, y, z)
  }

  private static func heights(_ head: HeadForm, _ hair: HairForm) -> [Float] {
    let top = head.top - hair.rise * 0.9
    var rows: [Float] = (0..<14).map { mix(top, -5, squared(Float($0) / 14)) }
    var y: Float = -5
    while y < hair.end + 0.8 && y < 16 {
      rows.append(y)
      y += y < 3 ? 0.32 : 0.5
    }
    rows.append(y)
    return rows
  }
}
