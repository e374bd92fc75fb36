import Faces
import Images
import Recipes
import Tensors

/// The small parts of a face that people look at first: eyes, glasses, brows and the mouth.
///
/// They cover a few percent of a latent, so that a mean over all pixels hardly sees them. What each pixel counts does
/// not change which prediction is best, only what is learned first.
package enum FaceDetails {
  private static let labels: Set<UInt8> = [
    Label.leftEye, Label.rightEye, Label.glasses, Label.leftBrow, Label.rightBrow, Label.mouth,
    Label.upperLip, Label.lowerLip,
  ]
  /// What a pixel near a detail counts, where any other counts 1.
  private static let weight: Float = 6

  /// What each pixel of a latent counts in a loss.
  ///
  /// A latent's pixel is near a detail if half a pixel around it touches one.
  ///
  /// - Parameters:
  ///   - labels: classes 0…18, square, a multiple of the latent's side.
  ///   - side: of the latent.
  /// - Returns: `side·side` weights, 1 on average.
  package static func weights(in labels: Raster, side: Int) -> [Float] {
    let block = labels.width / side
    var weights = [Float](repeating: 1, count: side * side)
    for row in 0..<labels.height {
      for column in 0..<labels.width
      where Self.labels.contains(labels.samples[row * labels.width + column]) {
        for near in Self.pixels(near: row, block: block, side: side) {
          for beside in Self.pixels(near: column, block: block, side: side) {
            weights[near * side + beside] = weight
          }
        }
      }
    }
    let mean = weights.reduce(0, +) / Float(weights.count)
    return weights.map { $0 / mean }
  }

  /// The latent's rows or columns within half a pixel of a label's.
  private static func pixels(near place: Int, block: Int, side: Int) -> ClosedRange<Int> {
    max((place - block / 2) / block, 0)...min((place + block / 2) / block, side - 1)
  }
}
