/// What a surface is asked about one pixel.
struct Fragment {
  /// Camera space, centimeters.
  var position: Vector
  /// Of length 1 or slightly less, away from the surface.
  var normal: Vector
  /// Texture coordinates, whose meaning the mesh tells.
  var u, v, w: Float
  /// How much key light arrives, 0…1.
  var lit: Float
}

/// How a mesh looks.
protocol Surface {
  /// The paint of one pixel.
  func paint(_ fragment: Fragment) -> Paint
}

/// Which sides and parts of a mesh are drawn.
struct MeshOptions {
  /// Whether the inside is seen too.
  var isTwoSided = false
  /// Texture angles (first coordinate) outside which triangles are left out.
  var angles: ClosedRange<Float> = -100...100
  /// Whether only what lies outside ``angles`` is drawn instead.
  var isOutside = false
  /// Whether what lies in front on the canvas hides the mesh.
  var isHidden = true
  /// Triangles whose third texture coordinate lies beyond this on all corners are left out.
  var lowest: Float = 1000
}

/// Draws meshes onto a canvas, with four samples in a pixel for the outlines.
struct MeshPainter {
  private let framing: Framing
  private var depths: [Float]
  private var triangles: [Int32]

  init(_ framing: Framing) {
    self.framing = framing
    let count = framing.size * framing.size * MeshScan.samples * MeshScan.samples
    depths = Array(repeating: Canvas.farAway, count: count)
    triangles = Array(repeating: -1, count: count)
  }

  /// Draws a mesh over what is there.
  mutating func draw(
    _ mesh: Mesh, _ surface: some Surface, on canvas: inout Canvas,
    options: MeshOptions = MeshOptions()
  ) {
    let framing = framing
    depths.withUnsafeMutableBufferPointer { depths in
      triangles.withUnsafeMutableBufferPointer { triangles in
        mesh.vertices.withUnsafeBufferPointer { vertices in
          let scan = MeshScan(
            columns: mesh.columns, rows: mesh.rows, vertices: vertices, depths: depths,
            triangles: triangles, framing: framing)
          let bounds = scan.find(options)
          guard bounds.left < bounds.right else { return }
          scan.resolve(surface, bounds, on: &canvas, isHidden: options.isHidden)
        }
      }
    }
  }
}
