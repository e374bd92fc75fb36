/// Methods made from the ground truth, which give every column of a table a floor and a ceiling.
package enum Anchor: String, CaseIterable, Sendable {
  /// The ground truth, re-encoded: the best that a column can show.
  case groundTruth = "ground-truth"
  /// The right faces for the wrong masks: perfect as a set, wrong pair by pair.
  case shuffled
  /// The same average face for every pair.
  case meanFace = "mean-face"
  /// The ground truth without detail: right in layout, wrong in texture.
  case blurred
}
