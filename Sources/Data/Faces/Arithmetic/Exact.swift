/// Arithmetic that gives the same bits on every machine.
///
/// A face must have the same bytes wherever it is drawn, so this room computes with operations that
/// IEEE 754 rounds in one way: `+ − × ÷ √`, comparisons and conversions. Swift never fuses a product
/// and a sum by itself. Sines come from the polynomial below instead of the platform's library,
/// powers from repeated products, noise from integer hashes; nothing calls `exp`, `pow` or `atan`.
enum Exact {
  static let pi = 3.141592653589793

  /// Sine of an angle in radians, within 1e-8 for |angle| < 1000.
  static func sine(_ angle: Double) -> Double {
    let turns = angle / (2 * pi)
    var x = (turns - (turns + 0.5).rounded(.down)) * (2 * pi)
    if x > pi / 2 { x = pi - x }
    if x < -pi / 2 { x = -pi - x }
    let q = x * x
    // Taylor's series; the first term left out is below 7e-10 on ±π/2.
    let tail = 1 - q / 72 * (1 - q / 110 * (1 - q / 156))
    return x * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * tail)))
  }

  /// Sine of an angle in radians.
  static func sine(_ angle: Float) -> Float { Float(sine(Double(angle))) }

  /// Cosine of an angle in radians.
  static func cosine(_ angle: Float) -> Float { Float(sine(Double(angle) + pi / 2)) }

  /// Radians of an angle in degrees.
  static func radians(_ degrees: Float) -> Float { degrees * Float(pi / 180) }
}

/// Limits a value to 0…1.
@inline(__always) func unit(_ x: Float) -> Float { x < 0 ? 0 : (x > 1 ? 1 : x) }

/// Moves from `a` to `b` as `t` goes from 0 to 1.
@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// Moves from one color or vector to another as `t` goes from 0 to 1.
@inline(__always) func mix(_ a: Vector, _ b: Vector, _ t: Float) -> Vector { a + (b - a) * t }

/// 0 up to `low`, 1 from `high`, smooth between; `low` may be the larger one.
@inline(__always) func smooth(_ low: Float, _ high: Float, _ x: Float) -> Float {
  let t = unit((x - low) / (high - low))
  return t * t * (3 - 2 * t)
}

/// A hill of height 1 and finite width, with two continuous derivatives: `(1 − q)³` for `q < 1`.
@inline(__always) func hill(_ dx: Float, _ dy: Float, _ rx: Float, _ ry: Float) -> Float {
  let (u, v) = (dx / rx, dy / ry)
  let left = 1 - u * u - v * v
  return left > 0 ? left * left * left : 0
}

/// The square of a value.
@inline(__always) func squared(_ x: Float) -> Float { x * x }

/// The largest whole number that is not above `x`; `|x|` stays below 2³⁰ here.
@inline(__always) func floorInteger(_ x: Float) -> Int32 {
  let truncated = Int32(x)
  return Float(truncated) > x ? truncated - 1 : truncated
}
