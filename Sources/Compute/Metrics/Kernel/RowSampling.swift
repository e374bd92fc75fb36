import Tensors

extension SplitMix64 {
  /// Draws different indices of `0 ..< bound`, ascending.
  ///
  /// The first `count` steps of a Fisher–Yates shuffle from the front, then sorted, because everything
  /// that is computed of a drawn subset is a property of the set and not of the order.
  /// - Precondition: `0 ≤ count ≤ bound`.
  package mutating func sample(_ count: Int, below bound: Int) -> [Int] {
    precondition(count >= 0 && count <= bound, "\(count) of \(bound) cannot be drawn")
    var indices = Array(0..<bound)
    for position in 0..<count {
      indices.swapAt(position, position + nextIndex(below: bound - position))
    }
    return indices[..<count].sorted()
  }
}

extension FeatureMatrix {
  /// Some of the rows, in the order given.
  ///
  /// - Throws: `FrechetError.tooFewRows`.
  package func selecting(_ chosen: [Int]) throws(FrechetError) -> FeatureMatrix {
    var selected: [Float] = []
    selected.reserveCapacity(chosen.count * columns)
    for row in chosen { selected += values[row * columns..<(row + 1) * columns] }
    return try FeatureMatrix(rows: chosen.count, columns: columns, values: selected)
  }
}

/// Some rows of either of two sets, ascending.
package struct RowSubset: Equatable, Sendable {
  /// Rows of the first set, counted from 0.
  package let first: [Int]
  /// Rows of the second set, counted from 0.
  package let second: [Int]

  /// A subset of the rows, counted from 0 and ascending, that it takes from each set.
  package init(first: [Int], second: [Int]) {
    self.first = first
    self.second = second
  }
}

/// The features of those images of a list that have some.
package struct PresentRows: Sendable {
  /// One row an image that has features, in their order.
  package let features: FeatureMatrix
  /// The row of each position; nil where there is none.
  private let rows: [Int?]

  /// Stacks the features of a list in which images may have none.
  ///
  /// - Throws: as `FeatureMatrix.init(stacking:)`.
  package init(_ vectors: [[Float]?]) throws(FrechetError) {
    features = try FeatureMatrix(stacking: vectors.compactMap(\.self))
    var next = 0
    rows = vectors.map { vector in
      defer { next += vector == nil ? 0 : 1 }
      return vector == nil ? nil : next
    }
  }

  /// The rows of some positions, without those that have none.
  package func rows(at positions: [Int]) -> [Int] { positions.compactMap { rows[$0] } }
}
