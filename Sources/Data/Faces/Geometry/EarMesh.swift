/// An ear: a disc with a rim, a hollow and a lobe, standing off the head.
enum EarMesh {
  private static let spokes = 28
  private static let rings = 9

  /// Builds one ear; `side` is −1 for the image's left, 1 for its right.
  ///
  /// The texture holds the distance from the middle (0…1) and the place within the ear.
  static func make(_ scene: Scene, head: HeadForm, side: Float, pose: Pose) -> Mesh {
    let ears = scene.identity.ears
    let size = ears.size * (1 + 0.06 * smooth(40, 80, scene.look.age))
    let root = head.section(1).point(sine: 1, cosine: 0)
    // Hair that hangs over the ears presses them to the head.
    let isCovered = HairForm.coversEars(scene.look.hairStyle)
    let flare = Exact.radians(isCovered ? 0.35 * ears.flare : ears.flare)
    let (outward, backward) = (Exact.sine(flare), Exact.cosine(flare))
    return Mesh(columns: spokes + 1, rows: rings + 1, pose: pose) { column, row in
      let angle = Float(column % spokes) / Float(spokes) * Float(2 * Exact.pi)
      // Counted the other way on the other side, so that the outside faces outward.
      let turn = side > 0 ? -angle : angle
      let r = Float(row) / Float(rings)
      let (c, s) = (Exact.cosine(turn), Exact.sine(turn))
      // Broad above, narrow at the lobe.
      let width = 1.95 * size * (1 - 0.28 * smooth(0, 1, s))
      let across = r * c * width + 1.6 * size
      let down = r * s * 3.35 * size
      let rim = 0.42 * hill(r - 0.86, 0, 0.28, 1) - 0.1 * smooth(0.9, 1, r)
      let inner =
        0.25 * hill(r - 0.5, 0, 0.22, 1) - 0.35 * hill(c * r + 0.15, s * r - 0.05, 0.5, 0.45)
      let height = (rim + inner * (1 - 0.6 * smooth(0.3, 0.9, s))) * size
      let x = side * (root.x - 0.75 + across * outward + height * backward)
      let z = -0.6 - across * backward + height * outward + 0.5
      let y = 1.7 + down - 0.1 * across
      return (Vector(x, y, z), Vector(r, c * r, s * r))
    }
  }

  /// Where an earring hangs, before the pose.
  static func lobe(_ scene: Scene, head: HeadForm, side: Float) -> Vector {
    let size = scene.identity.ears.size
    let root = head.section(1).point(sine: 1, cosine: 0)
    let flare = Exact.sine(Exact.radians(scene.identity.ears.flare))
    return Vector(side * (root.x - 0.6 + 1.5 * size * flare), 1.7 + 3.1 * size, -1.0)
  }
}
