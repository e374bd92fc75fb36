/// The colors of a person's skin today, in linear light.
struct SkinTone: Sendable {
  /// Lit skin.
  let base: Vector
  /// What blood makes of it: cheeks, nose and ears.
  let flushed: Vector
  /// Lips without make-up.
  let lips: Vector

  private static let displayed: [(Float, Vector)] = [
    (0, Vector(0.94, 0.79, 0.7)), (0.25, Vector(0.89, 0.695, 0.575)),
    (0.45, Vector(0.81, 0.59, 0.45)), (0.62, Vector(0.69, 0.475, 0.345)),
    (0.8, Vector(0.52, 0.335, 0.235)), (1, Vector(0.36, 0.23, 0.165)),
  ]

  init(_ scene: Scene) {
    let melanin = min(1, scene.identity.skin.melanin + 0.24 * scene.look.tan)
    var shown = Self.displayed[0].1
    for (low, high) in zip(Self.displayed, Self.displayed.dropFirst()) where melanin > low.0 {
      shown = mix(low.1, high.1, unit((melanin - low.0) / (high.0 - low.0)))
    }
    shown = mix(shown, shown * Vector(1.02, 0.95, 0.86), scene.look.tan)
    base = shown * shown
    flushed = base * Vector(1.0, 0.7, 0.68)
    lips = base * mix(Vector(0.8, 0.46, 0.5), Vector(0.78, 0.56, 0.58), smooth(0.4, 0.9, melanin))
  }
}

/// The color of hair in linear light: of its shade and of its highlights.
struct HairTone: Sendable {
  let dark, light: Vector

  init(_ color: HairColor, seed: UInt32) {
    let (shade, shine): (Vector, Vector) =
      switch color {
      case .black: (Vector(0.085, 0.075, 0.075), Vector(0.2, 0.18, 0.18))
      case .brown: (Vector(0.2, 0.13, 0.09), Vector(0.44, 0.31, 0.22))
      case .blond: (Vector(0.52, 0.39, 0.24), Vector(0.9, 0.77, 0.55))
      case .red: (Vector(0.36, 0.14, 0.07), Vector(0.72, 0.36, 0.18))
      case .gray: (Vector(0.43, 0.42, 0.42), Vector(0.83, 0.82, 0.81))
      }
    let tone = 0.86 + 0.3 * Noise.lattice(1, 2, seed)
    dark = shade * shade * tone
    light = shine * shine * tone
  }
}
