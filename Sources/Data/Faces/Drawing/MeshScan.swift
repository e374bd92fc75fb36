/// One mesh on its way to the canvas: four samples a pixel, then one fragment a pixel.
///
/// The pointers are borrowed from a ``MeshPainter`` for one drawing.
struct MeshScan {
  /// Samples in a pixel's row and column.
  static let samples = 2

  let columns, rows: Int
  let vertices: UnsafeBufferPointer<Mesh.Vertex>
  /// Depth and number of the nearest triangle of each sample; ``Canvas/farAway`` and −1 for none.
  let depths: UnsafeMutableBufferPointer<Float>
  let triangles: UnsafeMutableBufferPointer<Int32>
  let framing: Framing

  /// A rectangle of samples, upper bounds excluded.
  struct Bounds {
    var left = Int.max
    var top = Int.max
    var right = 0
    var bottom = 0
  }

  /// The corners of triangle `number`; each cell of the grid has two.
  @inline(__always) private static func corners(
    _ number: Int, columns: Int
  ) -> (Int, Int, Int) {
    let cell = number >> 1
    let row = cell / (columns - 1)
    let first = row * columns + cell - row * (columns - 1)
    return number & 1 == 0
      ? (first, first + 1, first + columns) : (first + 1, first + columns + 1, first + columns)
  }

  /// Finds the nearest triangle of every sample, and where samples were found.
  func find(_ options: MeshOptions) -> Bounds {
    var bounds = Bounds()
    let width = framing.size * Self.samples
    let scale = framing.scale * Float(Self.samples)
    let (left, top) = (framing.left, framing.top)
    for number in 0..<(rows - 1) * (columns - 1) * 2 {
      let (i, j, k) = Self.corners(number, columns: columns)
      let (a, b, c) = (vertices[i], vertices[j], vertices[k])
      let angle = a.texture.x
      if options.angles.contains(angle) == options.isOutside { continue }
      if min(a.texture.z, b.texture.z, c.texture.z) > options.lowest { continue }
      let (ax, ay) = ((a.position.x - left) * scale - 0.5, (a.position.y - top) * scale - 0.5)
      let (bx, by) = ((b.position.x - left) * scale - 0.5, (b.position.y - top) * scale - 0.5)
      let (cx, cy) = ((c.position.x - left) * scale - 0.5, (c.position.y - top) * scale - 0.5)
      let area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
      if abs(area) < 1e-6 || (area < 0 && !options.isTwoSided) { continue }
      let (lowX, highX) = (min(ax, bx, cx), max(ax, bx, cx))
      let (lowY, highY) = (min(ay, by, cy), max(ay, by, cy))
      guard highX >= 0, highY >= 0, lowX < Float(width), lowY < Float(width) else { continue }
      let x0 = max(0, Int(lowX.rounded(.up)))
      let x1 = min(width - 1, Int(highX))
      let y0 = max(0, Int(lowY.rounded(.up)))
      let y1 = min(width - 1, Int(highY))
      guard x0 <= x1, y0 <= y1 else { continue }
      let inverse = 1 / area
      let (za, zb, zc) = (a.position.z, b.position.z, c.position.z)
      for y in y0...y1 {
        let py = Float(y)
        for x in x0...x1 {
          let px = Float(x)
          let wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * inverse
          let wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse
          let wa = 1 - wb - wc
          if wa < -1e-4 || wb < -1e-4 || wc < -1e-4 { continue }
          let depth = za * wa + zb * wb + zc * wc
          let sample = y * width + x
          if depth > depths[sample] {
            depths[sample] = depth
            triangles[sample] = Int32(truncatingIfNeeded: number)
          }
        }
      }
      bounds.left = min(bounds.left, x0)
      bounds.right = max(bounds.right, x1 + 1)
      bounds.top = min(bounds.top, y0)
      bounds.bottom = max(bounds.bottom, y1 + 1)
    }
    return bounds
  }

  /// Paints every pixel that has a sample, and clears the samples for the next mesh.
  func resolve(
    _ surface: some Surface, _ bounds: Bounds, on canvas: inout Canvas, isHidden: Bool
  ) {
    let size = framing.size
    for y in bounds.top / 2...(bounds.bottom - 1) / 2 {
      for x in bounds.left / 2...(bounds.right - 1) / 2 {
        let (covered, triangle) = takeSamples(4 * y * size + 2 * x)
        guard covered > 0 else { continue }
        let fragment = self.fragment(triangle, x, y)
        let index = y * size + x
        if isHidden, fragment.position.z < canvas.pixels[index].w - 0.1 { continue }
        canvas.lay(
          surface.paint(fragment), coverage: 0.25 * Float(covered),
          depth: isHidden ? fragment.position.z : nil, at: index)
      }
    }
  }

  /// How many of a pixel's four samples are covered, and the triangle of the nearest; clears them.
  @inline(__always) private func takeSamples(_ first: Int) -> (count: Int, triangle: Int) {
    var covered = 0
    var nearest = Canvas.farAway
    var triangle = -1
    for corner in 0..<4 {
      let sample = first + (corner & 1) + (corner >> 1) * framing.size * Self.samples
      guard triangles[sample] >= 0 else { continue }
      covered += 1
      if depths[sample] > nearest {
        nearest = depths[sample]
        triangle = Int(triangles[sample])
      }
      triangles[sample] = -1
      depths[sample] = Canvas.farAway
    }
    return (covered, triangle)
  }

  /// The surface at a pixel's center, or as near to it as the triangle reaches.
  @inline(__always) private func fragment(_ number: Int, _ x: Int, _ y: Int) -> Fragment {
    let (i, j, k) = Self.corners(number, columns: columns)
    let (a, b, c) = (vertices[i], vertices[j], vertices[k])
    let px = framing.left + (Float(x) + 0.5) / framing.scale
    let py = framing.top + (Float(y) + 0.5) / framing.scale
    let (ux, uy) = (b.position.x - a.position.x, b.position.y - a.position.y)
    let (vx, vy) = (c.position.x - a.position.x, c.position.y - a.position.y)
    let inverse = 1 / (ux * vy - uy * vx)
    var wb = max(0, ((px - a.position.x) * vy - (py - a.position.y) * vx) * inverse)
    var wc = max(0, (ux * (py - a.position.y) - uy * (px - a.position.x)) * inverse)
    let sum = wb + wc
    if sum > 1 {
      wb /= sum
      wc /= sum
    }
    let wa = max(0, 1 - wb - wc)
    let position = a.position * wa + b.position * wb + c.position * wc
    let normal = a.normal * wa + b.normal * wb + c.normal * wc
    let texture = a.texture * wa + b.texture * wb + c.texture * wc
    return Fragment(
      position: Vector(position.x, position.y, position.z),
      normal: normalized(Vector(normal.x, normal.y, normal.z)), u: texture.x, v: texture.y,
      w: texture.z, lit: texture.w)
  }
}
