/// The head's surface with its features, as a mesh.
enum HeadMesh {
  /// Angles of the columns in radians: dense in front, up to 150° on each side.
  static let angles: [Float] = {
    var degrees: [Float] = []
    var angle: Float = 0
    while angle < 150 {
      degrees.append(angle)
      angle += angle < 26 ? 1.5 : (angle < 62 ? 2.4 : 7)
    }
    return (degrees.dropFirst().reversed().map { -$0 } + degrees).map(Exact.radians)
  }()

  /// Builds the mesh; the texture's place is the front view's.
  static func make(_ head: HeadForm, _ relief: Relief, pose: Pose) -> Mesh {
    let rows = heights(head)
    let sines = angles.map { Exact.sine($0) }
    let cosines = angles.map { Exact.cosine($0) }
    return Mesh(columns: angles.count, rows: rows.count, pose: pose) { column, row in
      let y = rows[row]
      let section = head.section(y)
      let (x, z) = section.point(sine: sines[column], cosine: cosines[column])
      let facing = smooth(0.05, 0.4, cosines[column])
      let depth = facing > 0 ? z + facing * relief(x, y) : z
      return (Vector(x, y, depth), Vector(angles[column], x, y))
    }
  }

  private static func heights(_ head: HeadForm) -> [Float] {
    var rows: [Float] = []
    // Denser toward the crown, where the surface turns away.
    for step in 0..<16 { rows.append(mix(head.top, -3.4, squared(Float(step) / 16))) }
    var y: Float = -3.4
    while y < head.chin - 0.9 {
      rows.append(y)
      y += 0.18
    }
    for step in 0...7 { rows.append(mix(y, head.chin, 1 - squared(1 - Float(step) / 7))) }
    return rows
  }
}
