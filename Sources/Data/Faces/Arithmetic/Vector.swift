/// Three coordinates, or red, green and blue.
typealias Vector = SIMD3<Float>

/// The scalar product of two vectors.
@inline(__always) func dot(_ a: Vector, _ b: Vector) -> Float {
  a.x * b.x + a.y * b.y + a.z * b.z
}

/// The vector product of two vectors.
@inline(__always) func cross(_ a: Vector, _ b: Vector) -> Vector {
  Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// The vector of length 1 in the same direction; what is too short to have one points at the viewer.
@inline(__always) func normalized(_ a: Vector) -> Vector {
  let square = dot(a, a)
  return square > 1e-12 ? a * (1 / square.squareRoot()) : Vector(0, 0, 1)
}

/// A rotation of space; columns are the images of the axes.
struct Rotation: Equatable, Sendable {
  let x, y, z: Vector

  /// Turns by yaw about the vertical axis, then pitch, then roll.
  ///
  /// Angles in degrees; x points right, y down, z at the viewer. Positive yaw turns the face toward
  /// the image's right, positive pitch lifts the chin, positive roll tilts the head clockwise.
  init(yaw: Float, pitch: Float, roll: Float) {
    func sides(_ degrees: Float) -> (Float, Float) {
      let angle = Exact.radians(degrees)
      return (Exact.cosine(angle), Exact.sine(angle))
    }
    let (cy, sy) = sides(yaw)
    let (cp, sp) = sides(pitch)
    let (cr, sr) = sides(roll)
    func turned(_ v: Vector) -> Vector {
      let a = Vector(cy * v.x + sy * v.z, v.y, cy * v.z - sy * v.x)
      let b = Vector(a.x, cp * a.y - sp * a.z, cp * a.z + sp * a.y)
      return Vector(cr * b.x - sr * b.y, sr * b.x + cr * b.y, b.z)
    }
    x = turned(Vector(1, 0, 0))
    y = turned(Vector(0, 1, 0))
    z = turned(Vector(0, 0, 1))
  }

  /// A vector after the rotation.
  @inline(__always) func callAsFunction(_ v: Vector) -> Vector { x * v.x + y * v.y + z * v.z }
}
