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
