/// What lies behind a person, out of focus.
struct BackgroundPainter: Sendable {
  private let background: View.Background
  private let first, second, third: Vector
  private let spots: [(place: SIMD2<Float>, radius: Float, color: Vector)]
  private let direction: SIMD2<Float>

  init(_ view: View) {
    background = view.background
    func linear(_ color: SIMD3<Float>) -> Vector { color * color }
    (first, second, third) = (
      linear(background.first), linear(background.second), linear(background.third)
    )
    let seed = background.seed
    func draw(_ number: Int, _ kind: Int32) -> Float { Noise.lattice(Int32(number), kind, seed) }
    let angle = draw(0, 1) * 6.28
    direction = SIMD2(Exact.cosine(angle), Exact.sine(angle))
    let count = background.kind == .bokeh ? 16 : (background.kind == .blobs ? 9 : 0)
    let isSmall = background.kind == .bokeh
    let colors = (first, second, third)
    spots = (0..<count).map { number in
      let color = mix(mix(colors.0, colors.1, draw(number, 2)), colors.2, draw(number, 3) * 0.8)
      return (
        SIMD2(draw(number, 4) * 1.2 - 0.1, draw(number, 5) * 1.1 - 0.1),
        isSmall ? mix(0.03, 0.1, draw(number, 6)) : mix(0.12, 0.4, draw(number, 6)),
        isSmall ? color * 1.4 + 0.04 : color
      )
    }
  }

  /// Fills the whole canvas.
  func fill(_ canvas: inout Canvas) {
    let size = canvas.size
    let step = 1 / Float(size)
    for row in 0..<size {
      for column in 0..<size {
        let place = SIMD2((Float(column) + 0.5) * step, (Float(row) + 0.5) * step)
        canvas.pixels[row * size + column] = SIMD4(color(place), Canvas.farAway)
      }
    }
  }

  private func color(_ place: SIMD2<Float>) -> Vector {
    let along = (place.x - 0.5) * direction.x + (place.y - 0.5) * direction.y
    var color = first
    switch background.kind {
    case .plain: color = mix(first, second, 0.25 * smooth(-0.7, 0.7, along))
    case .gradient, .bokeh: color = mix(first, second, smooth(-0.6, 0.6, along))
    case .blobs:
      color = mix(
        first, second, 0.5 + 0.5 * Noise.smooth(place.x * 2.5, place.y * 2.5, background.seed))
    case .stripes:
      let across = (place.x * direction.y - place.y * direction.x * 0.3) * 5
      let edge = abs(across - Float(floorInteger(across)) - 0.5) * 2
      color = mix(first, edge > 0.5 ? second : third, 0.75 * smooth(0, 0.25, abs(edge - 0.5)))
    }
    let hard = background.kind == .bokeh
    for spot in spots {
      let (dx, dy) = (place.x - spot.place.x, place.y - spot.place.y)
      let square = (dx * dx + dy * dy) / (spot.radius * spot.radius)
      guard square < 1 else { continue }
      let left = 1 - square
      color = mix(color, spot.color, hard ? 0.55 * unit(left * 3.5) : left * left)
    }
    return color
  }
}
