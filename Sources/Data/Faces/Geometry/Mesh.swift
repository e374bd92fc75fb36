/// A bent sheet of vertices in rows and columns, in camera space.
///
/// Camera space: centimeters, x right, y down, z toward the viewer.
struct Mesh {
  /// A corner of the mesh.
  ///
  /// Four lanes each, of which the last of the first two is unused.
  struct Vertex {
    var position: SIMD4<Float>
    var normal: SIMD4<Float>
    /// Angle about the head, x and y of the front view, and how much key light arrives (0…1).
    var texture: SIMD4<Float>
  }

  let columns: Int
  let rows: Int
  var vertices: [Vertex]

  /// Samples a surface on a grid, and takes its normals from the neighbors' differences.
  ///
  /// - Parameters:
  ///   - columns: places across, from left to right as seen from outside.
  ///   - rows: places down.
  ///   - pose: turns the surface into camera space.
  ///   - surface: position before the pose, and angle, x and y of the texture.
  init(
    columns: Int, rows: Int, pose: Pose, surface: (Int, Int) -> (Vector, Vector)
  ) {
    self.columns = columns
    self.rows = rows
    var raw: [Vector] = []
    vertices = []
    raw.reserveCapacity(columns * rows)
    vertices.reserveCapacity(columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        let (position, texture) = surface(column, row)
        raw.append(position)
        vertices.append(
          Vertex(
            position: SIMD4(pose(position), 0), normal: SIMD4(0, 0, 1, 0),
            texture: SIMD4(texture, 1)))
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let left = raw[row * columns + max(column - 1, 0)]
        let right = raw[row * columns + min(column + 1, columns - 1)]
        let above = raw[max(row - 1, 0) * columns + column]
        let below = raw[min(row + 1, rows - 1) * columns + column]
        let normal = normalized(cross(right - left, below - above))
        vertices[row * columns + column].normal = SIMD4(pose.rotation(normal), 0)
      }
    }
  }
}

/// A rotation about the origin and a shift after it.
struct Pose: Sendable {
  var rotation: Rotation
  var shift = Vector(0, 0, 0)

  @inline(__always) func callAsFunction(_ point: Vector) -> Vector { rotation(point) + shift }
}
