/// A smooth function through given points: cubic pieces whose slopes follow the neighbors.
struct Curve: Sendable {
  private let x: [Float]
  private let y: [Float]
  private let slope: [Float]

  /// A function through points of ascending first coordinates, two or more of them.
  init(_ points: [(Float, Float)]) {
    let x = points.map(\.0)
    let y = points.map(\.1)
    self.x = x
    self.y = y
    let last = points.count - 1
    slope = points.indices.map { index in
      guard index > 0, index < last else { return 0 }
      let before = (y[index] - y[index - 1]) / (x[index] - x[index - 1])
      let after = (y[index + 1] - y[index]) / (x[index + 1] - x[index])
      // Flat at turning points and the harmonic mean elsewhere, so that nothing overshoots.
      return before * after <= 0 ? 0 : 2 * before * after / (before + after)
    }
  }

  /// The value at a place; constant beyond the ends.
  func callAsFunction(_ place: Float) -> Float {
    guard place > x[0] else { return y[0] }
    guard let end = x.firstIndex(where: { place < $0 }) else { return y[y.count - 1] }
    let start = end - 1
    let width = x[end] - x[start]
    let t = (place - x[start]) / width
    let back = 1 - t
    let ends = y[start] * (1 + 2 * t) * back * back + y[end] * t * t * (3 - 2 * t)
    return ends + width * t * back * (slope[start] * back - slope[end] * t)
  }
}

/// A function tabulated at equal steps and read between them by straight lines.
struct Tabulated: Sendable {
  private let start: Float
  private let perUnit: Float
  private let values: [Float]

  /// Tabulates a function on an interval.
  init(from start: Float, to end: Float, steps: Int, _ function: (Float) -> Float) {
    self.start = start
    perUnit = Float(steps) / (end - start)
    values = (0...steps).map { function(start + (end - start) * Float($0) / Float(steps)) }
  }

  /// The value at a place; constant beyond the ends.
  @inline(__always) func callAsFunction(_ place: Float) -> Float {
    let position = (place - start) * perUnit
    if position <= 0 { return values[0] }
    if position >= Float(values.count - 1) { return values[values.count - 1] }
    let index = Int(position)
    return mix(values[index], values[index + 1], position - Float(index))
  }
}
