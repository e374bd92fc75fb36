/// Neck, shoulders and chest as one surface.
enum BodyMesh {
  private static let angles: [Float] = stride(from: Float(-150), through: 150, by: 6).map(
    Exact.radians)

  /// Builds the mesh; the texture holds angle, x and y of the front view.
  static func make(_ scene: Scene, pose: Pose) -> Mesh {
    let neck = scene.identity.skull.neck
    let broad = 0.85 + 0.3 * scene.identity.masculinity
    let height = Noise.lattice(11, 3, scene.look.seed)
    let lift = 0.6 * (scene.identity.masculinity - 0.5) - 1.6 * height
    let widths = Curve([
      (4, 5.0 * neck), (7, 5.15 * neck), (9.5, 5.25 * neck), (11, 5.9 * neck), (12, 7.6 * broad),
      (13, 10.6 * broad), (14.2, 14.6 * broad), (16.5, 18.6 * broad), (20, 20.5 * broad),
      (26, 21 * broad),
    ])
    let fronts = Curve([
      (4, 3.4), (7, 3.6 * neck), (10, 4 * neck), (12.5, 4.3), (14, 5), (17, 7), (21, 9), (26, 10),
    ])
    let rows: [Float] = (0...44).map { 4 + 22 * Float($0) / 44 }
    let sines = angles.map { Exact.sine($0) }
    let cosines = angles.map { Exact.cosine($0) }
    return Mesh(columns: angles.count, rows: rows.count, pose: pose) { column, row in
      let y = rows[row]
      let middle: Float = -1.6
      let width = widths(y - lift)
      let depth = cosines[column] > 0 ? fronts(y - lift) - middle : 5 + 0.1 * y
      var x = width * sines[column]
      var z = middle + depth * cosines[column]
      // Windpipe, the neck's two muscles, and the hollow between the collarbones.
      let front = smooth(0.1, 0.6, cosines[column])
      z += 0.35 * front * hill(x, y - 9.6, 1.5, 3) * (0.4 + 0.6 * scene.identity.masculinity)
      z += 0.35 * front * hill(abs(x) - (12.8 - y) * 0.55 - 0.9, y - 10.5, 0.9, 3.4)
      z -= 0.5 * front * hill(x, y - 13.3, 1.1, 1.2)
      z += 0.4 * front * hill(abs(x) - 5, y - 14 + 0.06 * abs(x), 5, 0.8)
      x += 0
      return (Vector(x, y, z), Vector(angles[column], x, y))
    }
  }
}
