/// How far a result lies from a reference.
package struct Agreement: Sendable, CustomStringConvertible {
  /// Largest absolute difference.
  package let maximum: Double
  /// Normalized mean squared error: `Σ(found − expected)² / Σ expected²`.
  package let nmse: Double
  /// Index of the largest difference.
  package let worstIndex: Int

  /// Compares two equally long lists.
  ///
  /// - Precondition: both have the same, positive count.
  package init(_ found: [Float], _ expected: [Float]) {
    precondition(found.count == expected.count && !found.isEmpty, "nothing to compare")
    var squares = 0.0
    var energy = 0.0
    var worst = (difference: -1.0, index: 0)
    for index in found.indices {
      let difference = abs(Double(found[index]) - Double(expected[index]))
      squares += difference * difference
      energy += Double(expected[index]) * Double(expected[index])
      // A NaN compares false with everything; it must win, not vanish.
      if !(difference <= worst.difference) { worst = (difference, index) }
    }
    maximum = worst.difference
    worstIndex = worst.index
    nmse = energy > 0 ? squares / energy : squares
  }

  /// The largest difference, where it is, and the normalized mean square error.
  package var description: String {
    "largest difference \(maximum) at \(worstIndex), NMSE \(nmse)"
  }
}
