/// Earrings, drawn where the earlobes are seen.
struct EarringPainter {
  private let kind: Earrings
  private let metal, stone: Vector
  private let lighting: Lighting
  private let length, radius: Float

  init(_ scene: Scene, _ lighting: Lighting) {
    let look = scene.look
    kind = look.earrings
    self.lighting = lighting
    metal = look.metal == .gold ? Vector(0.75, 0.52, 0.18) : Vector(0.66, 0.67, 0.7)
    let color = look.hatColor * look.hatColor
    stone = Noise.lattice(2, 8, look.seed) < 0.5 ? metal : color
    length = mix(1.8, 4.6, Noise.lattice(3, 8, look.seed))
    radius = mix(1.3, 3, Noise.lattice(4, 8, look.seed))
  }

  /// Draws one earring that hangs from a point of camera space.
  func draw(at lobe: Vector, framing: Framing, on canvas: inout Canvas) {
    let reach = kind == .hoops ? 2 * radius + 0.8 : length + 1.8
    let wide = kind == .hoops ? radius + 0.5 : 1.0
    func pixel(_ place: Float, _ start: Float) -> Int {
      min(max(Int((place - start) * framing.scale), 0), framing.size)
    }
    let columns = pixel(lobe.x - wide, framing.left)..<pixel(lobe.x + wide, framing.left)
    let rows = pixel(lobe.y - 0.8, framing.top)..<pixel(lobe.y + reach, framing.top)
    for row in rows {
      for column in columns {
        let x = framing.left + (Float(column) + 0.5) / framing.scale - lobe.x
        let y = framing.top + (Float(row) + 0.5) / framing.scale - lobe.y
        let index = row * framing.size + column
        guard canvas.pixels[index].w < lobe.z + 0.9 else { continue }
        let (distance, normal, tone) = shape(x, y, thinnest: 0.55 / framing.scale)
        let alpha = unit(0.5 - distance * framing.scale)
        guard alpha > 0 else { continue }
        let (broad, narrow) = lighting.shine(normal, lit: 1)
        let color =
          tone * (lighting.matt(normal, lit: 1) * (0.45 + 0.7 * squared(normal.y)))
          + lighting.key * (0.2 * broad + 0.7 * narrow)
        canvas.lay(
          Paint(color: color, alpha: alpha, label: Label.earring), coverage: 1,
          depth: nil, at: index)
      }
    }
  }

  /// Distance from the piece (negative inside), its normal, and what it is made of.
  ///
  /// A chain is at least twice `thinnest` wide, so that it is seen at every size.
  private func shape(_ x: Float, _ y: Float, thinnest: Float) -> (Float, Vector, Vector) {
    func ball(_ cx: Float, _ cy: Float, _ rx: Float, _ ry: Float) -> (Float, Vector) {
      let (u, v) = ((x - cx) / rx, (y - cy) / ry)
      let r = (u * u + v * v).squareRoot()
      return ((r - 1) * min(rx, ry), normalized(Vector(u, v, max(0.1, 1 - r * r).squareRoot())))
    }
    let (stud, studNormal) = ball(0, 0, 0.42, 0.42)
    switch kind {
    case .none, .studs: return (stud, studNormal, stone)
    case .drops:
      let (drop, dropNormal) = ball(0, length - 0.2, 0.68, 1.2)
      let chain = max(abs(x) - max(0.09, thinnest), max(-y, y - length + 0.9))
      if drop < min(stud, chain) { return (drop, dropNormal, stone) }
      return (min(stud, chain), stud < chain ? studNormal : Vector(0, 0, 1), metal)
    case .hoops:
      let (u, v) = (x / (0.72 * radius), (y - radius) / radius)
      let r = (u * u + v * v).squareRoot()
      let tube = ((r - 1) * 0.85 * radius) / 0.2
      return ((abs(tube) - 1) * 0.2, normalized(Vector(u * tube, v * tube, 0.8)), metal)
    }
  }
}
