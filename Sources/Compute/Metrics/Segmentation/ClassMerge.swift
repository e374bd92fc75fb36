/// Rules by which papers merge CelebAMask-HQ's 19 classes before they compare label maps.
package enum ClassMerge: String, CaseIterable, Equatable, Sendable {
  /// The 19 classes as they are.
  case cm19
  /// Left and right eye, brow and ear are one class each: 16 classes in the old order.
  ///
  /// Label maps of mirrored training images confuse the sides; this shows how much that costs.
  case cm19LeftRight = "cm19_lrmerge"
  /// Eight classes of DatasetGAN's comparison: background with glasses, hat, earring, necklace,
  /// neck and cloth; skin; nose; eyes; brows; ears; mouth with lips; hair.
  case dg8

  /// New class of each of the 19 classes.
  package var targets: [Int] {
    switch self {
    case .cm19: Array(0..<19)
    case .cm19LeftRight: [0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
    case .dg8: [0, 1, 2, 0, 3, 3, 4, 4, 5, 5, 6, 6, 6, 7, 0, 0, 0, 0, 0]
    }
  }

  /// Number of new classes.
  package var classes: Int {
    switch self {
    case .cm19: 19
    case .cm19LeftRight: 16
    case .dg8: 8
    }
  }
}
