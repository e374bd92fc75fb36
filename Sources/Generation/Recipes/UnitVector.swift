extension [Float] {
  /// The same direction at unit length.
  package var unitVector: [Float] {
    let norm = Float(reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    return map { $0 / Swift.max(norm, 1e-12) }
  }

  /// Sum of products with another vector of the same width.
  package func dot(_ other: [Float]) -> Double {
    zip(self, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
