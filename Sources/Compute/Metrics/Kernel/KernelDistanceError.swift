/// Why two sets have no kernel distance.
package enum KernelDistanceError: Error, Equatable, CustomStringConvertible {
  /// The two sets' features differ in width.
  case dimensionMismatch(first: Int, second: Int)
  /// A variant insists on subsets that are larger than a set.
  case subsetTooLarge(size: Int, first: Int, second: Int)
  /// Subsets of fewer than two rows, or none at all.
  case noSubsets(count: Int, size: Int)
  /// A row that has to be normalized is all zero.
  case zeroRow(row: Int)

  /// Which sets, subsets or rows give no distance, and what to do.
  package var description: String {
    switch self {
    case .dimensionMismatch(let first, let second):
      "the features of the first set have \(first) dimensions, those of the second \(second): use "
        + "the same network and tap for both"
    case .subsetTooLarge(let size, let first, let second):
      "subsets of \(size) images cannot be drawn from sets of \(first) and \(second): add images, or "
        + "choose the variant '\(KernelInceptionDistance.Variant.cleanFID.rawValue)' or "
        + "'\(KernelInceptionDistance.Variant.fullSet.rawValue)'"
    case .noSubsets(let count, let size):
      "\(count) subsets of \(size) images give no estimate: draw at least 1 subset of at least 2"
    case .zeroRow(let row):
      "the embedding in row \(row) (counted from 0) is zero and has no direction: check that image "
        + "and the network's weights"
    }
  }
}
