/// How deep the scene is, seen from the key light; tells where light does not arrive.
struct ShadowMap {
  private static let side = 160
  /// Centimeters that the map covers from its middle to each edge.
  private static let reach: Float = 18
  private let toLight, across, down: Vector
  private var depths: [Float]

  init(_ lighting: Lighting) {
    toLight = lighting.direction
    across = normalized(cross(Vector(0, 1, 0), toLight))
    down = cross(toLight, across)
    depths = Array(repeating: Canvas.farAway, count: Self.side * Self.side)
  }

  @inline(__always) private func place(_ point: Vector) -> Vector {
    let scale = Float(Self.side) / (2 * Self.reach)
    let center = Float(Self.side) / 2
    return Vector(
      dot(point, across) * scale + center, dot(point, down) * scale + center, dot(point, toLight))
  }

  /// Lets a mesh cast its shadow.
  ///
  /// - Parameters:
  ///   - mesh: what casts it.
  ///   - isCasting: whether a vertex takes part, by its texture.
  mutating func add(_ mesh: Mesh, where isCasting: (SIMD4<Float>) -> Bool = { _ in true }) {
    let places = mesh.vertices.map { place(Vector($0.position.x, $0.position.y, $0.position.z)) }
    let casting = mesh.vertices.map { isCasting($0.texture) }
    for row in 0..<mesh.rows - 1 {
      for column in 0..<mesh.columns - 1 {
        let first = row * mesh.columns + column
        let (a, b, c, d) = (first, first + 1, first + mesh.columns, first + mesh.columns + 1)
        guard casting[a], casting[b], casting[c], casting[d] else { continue }
        fill(places[a], places[b], places[c])
        fill(places[b], places[d], places[c])
      }
    }
  }

  private mutating func fill(_ a: Vector, _ b: Vector, _ c: Vector) {
    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    guard abs(area) > 1e-6 else { return }
    let limit = Float(Self.side - 1)
    let (lowX, highX) = (max(0, min(a.x, b.x, c.x)), min(limit, max(a.x, b.x, c.x)))
    let (lowY, highY) = (max(0, min(a.y, b.y, c.y)), min(limit, max(a.y, b.y, c.y)))
    guard lowX <= highX, lowY <= highY else { return }
    let inverse = 1 / area
    for y in Int(lowY)...Int(highY) {
      for x in Int(lowX)...Int(highX) {
        let (px, py) = (Float(x), Float(y))
        let wb = ((px - a.x) * (c.y - a.y) - (py - a.y) * (c.x - a.x)) * inverse
        let wc = ((b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x)) * inverse
        guard wb >= 0, wc >= 0, wb + wc <= 1 else { continue }
        let depth = a.z + (b.z - a.z) * wb + (c.z - a.z) * wc
        let index = y * Self.side + x
        if depth > depths[index] { depths[index] = depth }
      }
    }
  }

  /// How much of the key light arrives at a point, 0…1, soft at the edges.
  func light(at point: Vector) -> Float {
    let p = place(point)
    let (column, row) = (floorInteger(p.x + 0.5), floorInteger(p.y + 0.5))
    var open: Float = 0
    var weights: Float = 0
    for dy in Int32(-2)...2 {
      for dx in Int32(-2)...2 {
        let (x, y) = (Int(column + dx), Int(row + dy))
        let weight: Float = (3 - Float(abs(dx))) * (3 - Float(abs(dy)))
        weights += weight
        guard x >= 0, y >= 0, x < Self.side, y < Self.side else {
          open += weight
          continue
        }
        // What lies less than half a centimeter above the point is the point's own surface.
        let above = depths[y * Self.side + x] - p.z
        open += weight * unit(1.6 - 2 * above)
      }
    }
    return open / weights
  }

  /// Writes how much light arrives into every vertex.
  func shade(_ mesh: inout Mesh) {
    for index in mesh.vertices.indices {
      let vertex = mesh.vertices[index]
      let facing = dot(
        Vector(vertex.normal.x, vertex.normal.y, vertex.normal.z), toLight)
      // What faces away is dark by itself; a shadow there would only add noise.
      guard facing > -0.35 else { continue }
      let lifted =
        Vector(vertex.position.x, vertex.position.y, vertex.position.z)
        + 0.25 * Vector(vertex.normal.x, vertex.normal.y, vertex.normal.z)
      mesh.vertices[index].texture.w = light(at: lifted)
    }
  }
}
