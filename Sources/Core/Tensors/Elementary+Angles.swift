extension Elementary {
  /// Sine of an angle in radians within 1 ulp, for |angle| < 10⁵.
  package static func sine(_ angle: Double) -> Double { quarter(angle, ahead: 0) }

  /// Cosine of an angle in radians within 1 ulp, for |angle| < 10⁵.
  package static func cosine(_ angle: Double) -> Double { quarter(angle, ahead: 1) }

  /// The sine, `ahead` quarters of a turn further.
  ///
  /// Source: Sun's fdlibm, `e_rem_pio2.c`, `k_sin.c` and `k_cos.c`.
  private static func quarter(_ angle: Double, ahead: Int) -> Double {
    guard abs(angle) < 1e5 else { return .nan }
    let quarters = (angle * 6.36619772367581382433e-01).rounded(.toNearestOrEven)
    // π/2 in three parts; products with the first two are exact.
    let first = angle - quarters * 1.57079632673412561417e+00
    let second = quarters * 6.07710050630396597660e-11
    let rest = first - second
    let low = quarters * 2.02226624879595063154e-21 - ((first - rest) - second)
    let (high, tail) = (rest - low, (rest - (rest - low)) - low)
    let place = (Int(quarters) + ahead) & 3
    let value = place & 1 == 0 ? sine(near: high, tail) : cosine(near: high, tail)
    return place < 2 ? value : -value
  }

  /// Sine of `x + tail` for |x| up to π/4.
  private static func sine(near x: Double, _ tail: Double) -> Double {
    let z = x * x
    let cube = z * x
    let series =
      8.33333333332248946124e-03 + z
      * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06)
      + z * (z * z) * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)
    return x - ((z * (0.5 * tail - cube * series) - tail) - cube * -1.66666666666666324348e-01)
  }

  /// Cosine of `x + tail` for |x| up to π/4.
  private static func cosine(near x: Double, _ tail: Double) -> Double {
    let z = x * x
    let w = z * z
    let series =
      z
      * (4.16666666666666019037e-02
        + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05))
      + w * w
      * (-2.75573143513906633035e-07 + z
        * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11))
    let half = 0.5 * z
    let most = 1 - half
    return most + (((1 - most) - half) + (z * series - x * tail))
  }
}
