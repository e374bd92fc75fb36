/// Why two embeddings have no cosine.
package enum IdentityError: Error, Equatable, CustomStringConvertible {
  /// The embeddings differ in length.
  case lengthMismatch(first: Int, second: Int)
  /// An embedding is empty or all zero and so has no direction.
  case zero(Side)
  /// An embedding holds a value that is infinite or not a number.
  case notFinite(Side, index: Int)

  /// Which of the two embeddings.
  package enum Side: String, Sendable {
    case first
    case second
  }

  /// What is wrong with the embeddings and what to check.
  package var description: String {
    switch self {
    case .lengthMismatch(let first, let second):
      "the first embedding has \(first) values, the second \(second): use one network for both"
    case .zero(let side):
      "the \(side.rawValue) embedding is zero and has no direction: check its image and the "
        + "network's weights"
    case .notFinite(let side, let index):
      "value \(index) of the \(side.rawValue) embedding is not finite: check its image and the "
        + "network's weights"
    }
  }
}

/// Similarity of two faces by a recognition network's embeddings.
package enum Identity {
  /// Cosine of the angle between two embeddings, `[−1, 1]`, 1 for the same direction.
  ///
  /// Sums are Float64; the embeddings need not be normalized.
  /// - Parameters:
  ///   - first: `[D]`.
  ///   - second: `[D]`.
  /// - Returns: the cosine, the same for `(first, second)` and `(second, first)`.
  /// - Throws: `IdentityError`.
  package static func cosine(
    _ first: [Float], _ second: [Float]
  ) throws(IdentityError) -> Double {
    guard first.count == second.count else {
      throw .lengthMismatch(first: first.count, second: second.count)
    }
    let firstNorm = try squaredNorm(first, .first)
    let secondNorm = try squaredNorm(second, .second)
    var dot = 0.0
    for index in first.indices { dot += Double(first[index]) * Double(second[index]) }
    // One root of each norm: their product could leave the range of Float64.
    let cosine = dot / firstNorm.squareRoot() / secondNorm.squareRoot()
    return min(1, max(-1, cosine))
  }

  private static func squaredNorm(
    _ values: [Float], _ side: IdentityError.Side
  ) throws(IdentityError) -> Double {
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(side, index: index)
    }
    let sum = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard sum > 0 else { throw .zero(side) }
    return sum
  }
}
