import Images
import Tensors

/// A sentence that says what a label map shows, for datasets without captions.
///
/// It serves to run a protocol through; a number measured with such captions compares with none that is
/// published. The same map gives the same sentence everywhere.
package enum LabelCaption {
  /// Shares of hair in the picture from which it is called short and long.
  static let shortHair = 0.10
  static let longHair = 0.25

  /// Describes a label map in CelebAMask-HQ's classes.
  ///
  /// - Parameter labels: one channel of classes 0…18.
  /// - Returns: one sentence.
  package static func text(for labels: Raster) -> String {
    var counts = [Int](repeating: 0, count: LabelOrder.celebAMaskHQ.count)
    for label in labels.samples { counts[Int(label)] += 1 }
    func has(_ name: String) -> Bool {
      LabelOrder.celebAMaskHQ.classes.firstIndex(of: name).map { counts[$0] > 0 } ?? false
    }
    let hair = Double(counts[13]) / Double(max(labels.samples.count, 1))
    var things: [String] = []
    if hair >= longHair {
      things.append("long hair")
    } else if hair > 0 {
      things.append(hair < shortHair ? "short hair" : "hair")
    }
    for (name, words) in [
      ("eye_g", "glasses"), ("mouth", "an open mouth"), ("hat", "a hat"), ("ear_r", "earrings"),
      ("neck_l", "a necklace"),
    ] where has(name) { things.append(words) }
    guard let last = things.popLast() else { return "A face." }
    let list = things.isEmpty ? last : things.joined(separator: ", ") + " and " + last
    return "A face with \(list)."
  }
}
