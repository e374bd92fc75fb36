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
    for number in 0..<(rows - 1) * (columns - 1) * 2 {
      let (i, j, k) = Self.corners(number, columns: columns)
      let (a, b, c) = (vertices[i], vertices[j], vertices[k])
      let angle = a.texture.x
      if options.angles.contains(angle) == options.isOutside { continue }
      if min(a.texture.z, b.texture.z, c.texture.z) > options.lowest { continue }
      let triangle = Triangle(a.position, b.position, c.position, framing)
      if abs(triangle.area) < 1e-6 || (triangle.area < 0 && !options.isTwoSided) { continue }
      guard let found = triangle.bounds(width: framing.size * Self.samples) else { continue }
      cover(found, by: triangle, number)
      bounds.left = min(bounds.left, found.left)
      bounds.right = max(bounds.right, found.right)
      bounds.top = min(bounds.top, found.top)
      bounds.bottom = max(bounds.bottom, found.bottom)
    }
    return bounds
  }

  /// Notes a triangle at the samples that it covers and to which it is the nearest so far.
  @inline(__always) private func cover(_ bounds: Bounds, by triangle: Triangle, _ number: Int) {
    let width = framing.size * Self.samples
    let inverse = 1 / triangle.area
    for y in bounds.top..<bounds.bottom {
      for x in bounds.left..<bounds.right {
        guard let depth = triangle.depth(Float(x), Float(y), inverse) else { continue }
        let sample = y * width + x
        if depth > depths[sample] {
          depths[sample] = depth
          triangles[sample] = Int32(truncatingIfNeeded: number)
        }
      }
    }
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

/// A triangle on the grid of samples.
private struct Triangle {
  let ax, ay, bx, by, cx, cy: Float
  let za, zb, zc: Float
  /// Twice the area; negative for the side that looks away.
  let area: Float

  @inline(__always) init(
    _ a: SIMD4<Float>, _ b: SIMD4<Float>, _ c: SIMD4<Float>, _ framing: Framing
  ) {
    let scale = framing.scale * Float(MeshScan.samples)
    let (left, top) = (framing.left, framing.top)
    (ax, ay) = ((a.x - left) * scale - 0.5, (a.y - top) * scale - 0.5)
    (bx, by) = ((b.x - left) * scale - 0.5, (b.y - top) * scale - 0.5)
    (cx, cy) = ((c.x - left) * scale - 0.5, (c.y - top) * scale - 0.5)
    (za, zb, zc) = (a.z, b.z, c.z)
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  }

  /// The samples of a canvas that the triangle may cover; nil where it lies beside or between them.
  @inline(__always) func bounds(width: Int) -> MeshScan.Bounds? {
    let (lowX, highX) = (min(ax, bx, cx), max(ax, bx, cx))
    let (lowY, highY) = (min(ay, by, cy), max(ay, by, cy))
    guard highX >= 0, highY >= 0, lowX < Float(width), lowY < Float(width) else { return nil }
    let bounds = MeshScan.Bounds(
      left: max(0, Int(lowX.rounded(.up))), top: max(0, Int(lowY.rounded(.up))),
      right: min(width - 1, Int(highX)) + 1, bottom: min(width - 1, Int(highY)) + 1)
    return bounds.left < bounds.right && bounds.top < bounds.bottom ? bounds : nil
  }

  /// How near the triangle is at a sample; nil where it does not cover it.
  @inline(__always) func depth(_ px: Float, _ py: Float, _ inverse: Float) -> Float? {
    let wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * inverse
    let wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse
    let wa = 1 - wb - wc
    if wa < -1e-4 || wb < -1e-4 || wc < -1e-4 { return nil }
    return za * wa + zb * wb + zc * wc
  }
}
