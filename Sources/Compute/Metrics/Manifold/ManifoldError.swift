/// Why two feature sets have no precision, recall, density and coverage.
package enum ManifoldError: Error, Equatable, CustomStringConvertible {
  /// Which of the two sets a message means.
  package enum Side: String, Sendable {
    case real, generated
  }

  /// The two sets' features differ in width.
  case dimensionMismatch(real: Int, generated: Int)
  /// A set whose images have fewer other images than neighbors are asked for.
  case tooFewRows(Side, count: Int, neighbors: Int)
  /// A neighborhood without neighbors.
  case noNeighbors(count: Int)

  /// What does not fit, with both sides.
  package var description: String {
    switch self {
    case .dimensionMismatch(let real, let generated):
      "The features of the real images have \(real) dimensions, those of the generated ones "
        + "\(generated): use the same network and tap for both."
    case .tooFewRows(let side, let count, let neighbors):
      "An image's neighborhood reaches to neighbor \(neighbors), so each set needs at least "
        + "\(neighbors + 1) images, but there are \(count) \(side.rawValue) ones: add images or ask for "
        + "fewer neighbors."
    case .noNeighbors(let count):
      "A neighborhood of \(count) neighbors holds nothing: ask for at least 1."
    }
  }
}
