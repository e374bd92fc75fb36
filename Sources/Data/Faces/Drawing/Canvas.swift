import Tensors

/// What a surface gives a pixel.
struct Paint {
  /// Linear light, 1 being white.
  var color: Vector
  /// How much of the pixel within the surface is covered.
  var alpha: Float
  /// Class of the pixel where at least half of it is covered.
  var label: UInt8
  /// How much of the pixel belongs to the class, where that differs from ``alpha``: lenses of
  /// glasses are clear and yet glasses.
  var presence: Float?
}

/// The picture while it is painted, back to front: linear colors, classes and depths.
struct Canvas {
  let size: Int
  /// `[H, W]`, linear light; the fourth lane is the depth of what was painted last.
  var pixels: [SIMD4<Float>]
  /// `[H, W]`, classes in CelebAMask-HQ's order.
  var labels: [UInt8]

  static let farAway: Float = -1000

  init(size: Int) {
    self.size = size
    pixels = Array(repeating: SIMD4(0, 0, 0, Self.farAway), count: size * size)
    labels = Array(repeating: 0, count: size * size)
  }

  /// Lays paint over a pixel.
  ///
  /// - Parameters:
  ///   - paint: what the surface gives.
  ///   - coverage: how much of the pixel the surface covers, 0…1.
  ///   - depth: distance toward the viewer, in centimeters; nil paints whatever is in front.
  ///   - index: the pixel, row by row.
  @inline(__always) mutating func lay(
    _ paint: Paint, coverage: Float, depth: Float?, at index: Int
  ) {
    let old = pixels[index]
    var weight = coverage * paint.alpha
    var front: Float = 1
    if let depth {
      // Surfaces that meet blend over a third of a millimeter instead of along a staircase.
      front = unit((depth - old.w) * 6 + 0.5)
      weight *= front
    }
    let share = paint.presence.map { coverage * $0 * front } ?? weight
    guard weight > 0.002 || share >= 0.5 else { return }
    let color = SIMD4(paint.color, old.w)
    var new = old + (color - old) * weight
    new.w = old.w
    // Eyes behind clear lenses stay eyes, as CelebAMask-HQ draws them.
    let isEye = labels[index] == Label.leftEye || labels[index] == Label.rightEye
    if share >= 0.5, weight >= 0.5 || !isEye {
      if let depth { new.w = depth }
      labels[index] = paint.label
    }
    pixels[index] = new
  }
}
