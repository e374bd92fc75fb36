/// Features brought to length 1, in Float64, and the way back for gradients.
struct UnitFeatures: Sendable {
  /// `[D]`, of norm 1.
  let values: [Double]
  /// The norm that the features had.
  let norm: Double

  /// Divides features by their norm.
  ///
  /// - Throws: ``ObjectiveError/noDirection(what:)``, named by `what`.
  init(_ features: [Double], of what: String) throws(ObjectiveError) {
    let norm = features.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm > 0, norm.isFinite else { throw .noDirection(what: what) }
    self.norm = norm
    values = features.map { $0 / norm }
  }

  /// Divides features of a known length by their norm.
  ///
  /// - Throws: ``ObjectiveError``.
  init(_ features: [Float], count: Int, of what: String) throws(ObjectiveError) {
    guard features.count == count else {
      throw .lengthMismatch(what: what, expected: count, found: features.count)
    }
    try self.init(features.map(Double.init), of: what)
  }

  func dot(_ other: UnitFeatures) -> Double { dot(other.values) }

  func dot(_ other: [Double]) -> Double {
    zip(values, other).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The gradient by the features, given that by ``values``: `(g − u (u · g)) / ‖f‖`.
  func gradient(of values: [Double]) -> [Double] {
    let along = dot(values)
    return zip(values, self.values).map { ($0 - along * $1) / norm }
  }
}
