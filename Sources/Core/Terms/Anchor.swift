/// Built-in methods that give every column a floor and a ceiling.
package enum Anchor: String, CaseIterable, Sendable {
  /// The real image of the pair, re-encoded.
  case groundTruth = "ground-truth"
  /// Real images, each for the wrong mask.
  case shuffled
  /// The same average face for every pair.
  case meanFace = "mean-face"
  /// The real image of the pair, blurred.
  case blurred
}
